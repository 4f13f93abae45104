//! Facts from outside the tree: new commits, their signers, and approvals.
//!
//! In: the facts of the git, signature, owners and approval rooms. Out: [`RefEvidence`], plain data that pure checks
//! can judge. Never: asks anyone anything itself; a fact that could not be determined is [`Evidence::Unavailable`] with
//! the reason, and never silently absent.

mod contributors;
mod purpose;
mod waivers;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::Fingerprint;
use codeowners::{Approver, OwnersProblem, Progress, ReadFrom, Requirement};
use git_trust::SignatureStatus;
use source_files::{ObjectId, RepoPath};

pub use contributors::{Claim, Contributors, Makers};
pub use purpose::Purpose;
pub use waivers::{WaiverFacts, WaiverMistake, WaiverOrigin, WaiversChange, WaiversEvidence};

/// A fact, or why it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence<T> {
    /// It is known.
    Known(T),
    /// It could not be determined, for this reason. A check that needs it is undecided, which rejects the push.
    Unavailable(String),
    /// This way of running never sees this kind of fact (a commit's signature before the commit
    /// exists); reports say `not evaluated here`.
    NotEvaluatedHere,
}

/// The effect of a ref update on its ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefOperation {
    /// The ref is new.
    Create,
    /// The old tip is an ancestor of the new one.
    FastForward,
    /// The old tip is lost: a rewind, a rewrite or a moved tag.
    Rewrite,
    /// The ref goes away.
    Delete,
}

/// A tree that git does not write or cannot check out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedTree {
    /// The tree.
    pub tree: ObjectId,
    /// The commit that brings it; for a merge that a forge would make, the tip.
    pub commit: ObjectId,
    /// Its folder, with a slash at its end; empty for the root. Lossy and not escaped.
    pub path: String,
    /// The problems, at least one, as clauses about the tree.
    pub problems: Vec<String>,
}

/// A kind of object that can be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedObject {
    /// A commit.
    Commit,
    /// An annotated tag.
    Tag,
}

impl SignedObject {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }
}

/// One new commit or tag object of a push.
#[derive(Clone, Debug)]
pub struct CommitFacts {
    /// The kind of object.
    pub kind: SignedObject,
    /// Its name.
    pub id: ObjectId,
    /// The first line of its message, unescaped.
    pub title: String,
    /// Why our strict parser refuses it; empty for a well-formed object.
    pub malformed: Vec<String>,
    /// The status of its signature.
    pub signature: Evidence<SignatureStatus>,
    /// What counts in the place of its signature.
    pub vouched: Vouched,
}

/// What counts in the place of an object's own signature. It proves nothing about who made the object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vouched {
    /// Nothing.
    #[default]
    No,
    /// The account of a program brought it, which `automation:` accepts.
    ByAccount,
    /// Only a merge that a person signed brings it, which `signatures.merges` accepts.
    ByMerge,
}

/// A path whose owners must approve.
#[derive(Clone, Debug)]
pub struct OwnedChange {
    /// The changed path.
    pub path: RepoPath,
    /// The requirement of one line of the owners' files. A path with several requirements has one entry for each.
    pub requirement: Arc<Requirement>,
    /// The revision whose line it is: of the head only for files that name owners themselves.
    pub read_from: ReadFrom,
    /// The people who have approved it, and the number of missing approvals.
    pub standing: Progress,
}

/// A signed statement under `refs/approvals/` about the ref of the push.
#[derive(Clone, Debug)]
pub struct ApprovalFacts {
    /// The tag object.
    pub object: ObjectId,
    /// The purpose that it was signed for; `None` if it is not genuine.
    pub purpose: Option<Purpose>,
    /// The person who signed it; `None` if it is not genuine.
    pub approver: Option<Approver>,
    /// The reason that they gave.
    pub reason: String,
    /// The part of the change that it counts for.
    pub standing: ApprovalStanding,
    /// The findings that it approves, if it counts for the whole change.
    pub seen: Seen,
}

/// The findings that an approver could see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// All that there are now.
    Everything,
    /// Only these: the target has moved since then, which caused others.
    Only(BTreeSet<Fingerprint>),
}

impl Seen {
    fn includes(&self, fingerprint: &Fingerprint) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(seen) => seen.contains(fingerprint),
        }
    }
}

/// The part of a change that a statement counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalStanding {
    /// For exactly this change, findings included.
    WholeChange,
    /// For paths whose content is still what was approved.
    UnchangedPaths,
    /// For nothing, and why.
    None(String),
}

/// The reason why a changed trust file is refused, even with approvals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It cannot be used itself.
    Invalid(String),
    /// With it, no later push could be judged, signed, owned or approved.
    LocksOut(String),
    /// The push is judged as the repair of damaged trust files, and this change does not belong to it.
    NotARepair(String),
}

/// The change of a trust file.
#[derive(Clone, Debug)]
pub struct TrustFileChange {
    /// The file.
    pub path: RepoPath,
    /// The kind of trust file, for people: `the policy`, `a keyring`.
    pub role: &'static str,
    /// The blob that it becomes; `None` when it is deleted.
    pub new_blob: Option<ObjectId>,
    /// Why it could not be used if it were accepted, such as a policy that does not parse.
    pub broken: Option<Broken>,
    /// The things that the change newly allows.
    pub weakening: Weakening,
    /// The approval of the change, or the owners who have not approved.
    pub approval: TrustApproval,
}

/// The effect of a trust file's change on the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakening {
    /// Both versions were compared: one sentence for everything that becomes weaker.
    Compared(Vec<String>),
    /// Files of this kind are not compared: the change may allow anything.
    NotCompared,
}

/// The approval of a trust file's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustApproval {
    /// The server's policy lists exactly this content.
    Server,
    /// No approval is needed: it is the first of its kind in a repository without a policy.
    First,
    /// No approval is needed: the governing ref has the same content already.
    Governed,
    /// Its owners, those before the push and those after it.
    Owners(Vec<String>),
    /// Some of its owners have not approved this very change.
    Missing(Vec<MissingOwners>),
    /// It has no owners whose approval would count, for this reason.
    Nobody(String),
}

/// Owners of a trust file who have not approved its change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingOwners {
    /// The line that asks for it.
    pub requirement: Arc<Requirement>,
    /// The revision whose line it is.
    pub read_from: ReadFrom,
    /// The people who have approved, and the number of missing approvals.
    pub standing: Progress,
}

/// Everything about a push except its manifests, for one ref.
#[derive(Clone, Debug)]
pub struct RefEvidence {
    /// The ref, symbolic refs resolved.
    pub ref_name: String,
    /// The operation on it.
    pub operation: RefOperation,
    /// Why the ref may not be updated like this at all, whatever it points to.
    pub refused: Option<String>,
    /// The commits and tags that are new to it.
    pub commits: Vec<CommitFacts>,
    /// The trees that the commits bring and that git does not write or cannot check out.
    pub malformed_trees: Vec<MalformedTree>,
    /// The paths with owners.
    pub owned: Evidence<Vec<OwnedChange>>,
    /// The changed paths that no one owns; empty if no owners are asked for.
    pub unowned: Vec<RepoPath>,
    /// The problems of the files that name owners; empty if no owners are asked for.
    pub owners_problems: Vec<OwnersProblem>,
    /// The trust files that change.
    pub trust_files: Vec<TrustFileChange>,
    /// The signed statements about the change.
    pub approvals: Vec<ApprovalFacts>,
    /// The number of approvals that a finding needs in addition to the policy's, because one of the approvers may have
    /// made the change.
    pub more_approvals: usize,
    /// The same for a demand that nothing meets yet.
    pub more_from_start: usize,
    /// The people who took part in the change; `None` if nothing asks.
    pub contributors: Option<Contributors>,
    /// The waivers of the repository.
    pub waivers: WaiversEvidence,
    /// Sentences that a reader should know besides findings, such as why an approval does not count.
    pub notices: Vec<String>,
}

impl RefEvidence {
    /// Everyone who signed a statement for exactly this change, each person once.
    pub fn signers_for(&self, purpose: Purpose) -> Vec<&Approver> {
        let statements = self.approvals.iter().filter(|approval| {
            approval.purpose == Some(purpose) && approval.standing == ApprovalStanding::WholeChange
        });
        Approver::distinct(statements.filter_map(|approval| approval.approver.as_ref()))
    }

    /// Everyone who approved exactly this change and could see a finding, each person once.
    pub fn approvers_of(&self, fingerprint: &Fingerprint) -> Vec<&Approver> {
        let approving = self.approvals.iter().filter(|approval| {
            approval.purpose.is_some_and(Purpose::approves)
                && approval.standing == ApprovalStanding::WholeChange
                && approval.seen.includes(fingerprint)
        });
        Approver::distinct(approving.filter_map(|approval| approval.approver.as_ref()))
    }

    /// The requirements of the owners' files, line by line, with the approvals: for owned paths, and for trust files
    /// whose owners have not all approved.
    pub fn demands(&self) -> impl Iterator<Item = (&Requirement, &Progress)> {
        let owned = match &self.owned {
            Evidence::Known(owned) => owned.as_slice(),
            Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => &[],
        };
        let trusted = self.trust_files.iter().flat_map(|change| match &change.approval {
            TrustApproval::Missing(missing) => missing.as_slice(),
            TrustApproval::Server
            | TrustApproval::First
            | TrustApproval::Governed
            | TrustApproval::Owners(_)
            | TrustApproval::Nobody(_) => &[],
        });
        let owned = owned.iter().map(|change| (&*change.requirement, &change.standing));
        owned.chain(trusted.map(|missing| (&*missing.requirement, &missing.standing)))
    }

    /// Evidence of a change that is not a ref update: a folder or an index.
    pub fn none() -> Self {
        Self {
            ref_name: String::new(),
            operation: RefOperation::FastForward,
            refused: None,
            commits: Vec::new(),
            malformed_trees: Vec::new(),
            owned: Evidence::NotEvaluatedHere,
            unowned: Vec::new(),
            owners_problems: Vec::new(),
            trust_files: Vec::new(),
            approvals: Vec::new(),
            more_approvals: 0,
            more_from_start: 0,
            contributors: None,
            waivers: WaiversEvidence::default(),
            notices: Vec::new(),
        }
    }
}
