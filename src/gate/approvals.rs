//! The signed statements about a ref: which there are, who made them, what they count for.

use std::time::SystemTime;

use super::commits::hash_of;
use super::planning::PlannedRef;
use super::reviews::{Merged, Proposal};
use super::statement_store::Stored;
use crate::approval::{Asked, Covers, NotGenuine, Record, SignedTag, Statement};
use crate::evidence::{ApprovalFacts, ApprovalStanding, Contributors, Purpose, Seen};
use crate::git::{GitError, ObjectKind, Repository};
use crate::governance::{ChangeApprovals, KeysError, TrustInput, digest, instant};
use crate::policy::PersonEntry;
use codeowners::Approver;
use git_trust::raw::{TargetType, parse_tag};
use git_trust::{SignatureStatus, TrustedKeys};
use source_files::{ObjectId, RepoPath};

/// The keys, people and clock that statements are read with.
pub(super) struct Reader<'a> {
    pub(super) repository: &'a Repository,
    pub(super) trusted: &'a Result<TrustedKeys, KeysError>,
    pub(super) people: &'a [PersonEntry],
    /// Names in `people:` that may state the reviews of others.
    pub(super) issuers: &'a [String],
    pub(super) now: SystemTime,
}

impl Reader<'_> {
    /// Reads the tag object that a ref points to.
    pub(super) fn read(&self, ref_name: &str, id: &ObjectId) -> Result<Record, NotGenuine> {
        let object = |reason: String| NotGenuine::Object(reason);
        let bytes =
            self.repository.read_kind(id, ObjectKind::Tag).map_err(|error| object(error.to_string()))?;
        let tag = parse_tag(&bytes, hash_of(id))
            .map_err(|reasons| object(reasons.first().map(ToString::to_string).unwrap_or_default()))?;
        if tag.target_type != TargetType::Commit {
            return Err(object("it does not point to a commit".to_owned()));
        }
        let tree = self.repository.tree_of(&tag.object).map_err(|error| object(error.to_string()))?;
        let signed = SignedTag {
            id: id.clone(),
            ref_name,
            name: &tag.name,
            message: tag.message(),
            commit: tag.object.clone(),
            tree,
            signature: self.status(&tag.payload, tag.signature.as_deref()),
        };
        Record::of(signed, self.people, self.issuers)
    }

    fn status(&self, payload: &[u8], signature: Option<&[u8]>) -> SignatureStatus {
        let unusable = |reason: &KeysError| SignatureStatus::Untrusted {
            cause: "unchecked",
            reason: format!("could not be checked: {reason}"),
            advice: String::new(),
        };
        match (signature, self.trusted) {
            (None, _) => SignatureStatus::Unsigned,
            (Some(_), Err(reason)) => unusable(reason),
            (Some(signature), Ok(trusted)) => trusted.verify(payload, signature, self.now),
        }
    }
}

/// Why one approval more is asked for.
pub(super) const UNPROVED: &str = "neither a trusted signature on every new commit nor the host proves who made this \
    change, so one of the approvers may have made it: one more approval is required";

/// The statements about one change.
#[derive(Default)]
pub(super) struct Approvals {
    /// All of them, for reports and checks.
    pub(super) facts: Vec<ApprovalFacts>,
    /// The number of approvals that may be by the maker of the change.
    pub(super) needed_more: usize,
    /// The same where nothing is approved yet: none for a hook, because a stated review needs no further approval.
    pub(super) needed_from_start: usize,
    /// Notices for the person who pushes.
    pub(super) notices: Vec<String>,
    /// The people who took part in the change; `None` if no statement is about it.
    pub(super) contributors: Option<Contributors>,
    given: Vec<Given>,
}

/// An approval that counts.
pub(super) struct Given {
    pub(super) approver: Approver,
    pub(super) covers: Covers,
    pub(super) basis: Basis,
}

/// The content that the approver looked at.
pub(super) enum Basis {
    /// The content that the statement names.
    Statement(Box<Statement>),
    /// A commit that, merged now, would give this.
    Review(Merged),
}

impl Approvals {
    /// Examines everything that is stored about a ref.
    pub(super) fn examine(
        stored: &Stored,
        reader: &Reader<'_>,
        asked: &Asked,
        contributors: &Contributors,
    ) -> Self {
        let needed_more = contributors.makers.more_approvals();
        let mut approvals = Self { needed_more, ..Self::default() };
        let stored = stored.worth_verifying(reader.repository, asked);
        approvals.notices.extend(stored.notice());
        for (ref_name, id) in &stored.refs {
            match reader.read(ref_name, id) {
                Ok(record) => approvals.add(record, asked, contributors),
                Err(reason) => {
                    let of_this = ref_name.contains(asked.tree.as_str());
                    let notice = format!("the statement {} no longer counts: {reason}", id.short());
                    approvals.notices.extend(of_this.then_some(notice));
                    approvals.facts.push(not_genuine(id, &reason));
                }
            }
        }
        approvals
    }

    /// Adds reviews, and says whether all together suffer from not knowing who made the change.
    pub(super) fn with_reviews(
        mut self,
        proposal: Option<&Proposal>,
        tree: &ObjectId,
        contributors: &Contributors,
    ) -> Self {
        for review in proposal.into_iter().flat_map(|proposal| &proposal.reviews) {
            let (given, facts) = review.given(tree, contributors);
            self.notices.push(review.notice(&facts));
            self.given.extend(given);
            self.facts.push(facts);
        }
        self.contributors = Some(contributors.clone());
        // Only reviews by people who are known not to have made the change are ever stated.
        let stated = |given: &Given| match &given.basis {
            Basis::Statement(statement) => statement.purpose == Purpose::Review,
            Basis::Review(_) => false,
        };
        let is_first_report = proposal.is_some() && self.given.is_empty();
        if self.given.iter().all(stated) && !is_first_report {
            self.needed_more = 0;
        }
        self.needed_from_start = if proposal.is_some() { self.needed_more } else { 0 };
        if self.needed_more > 0 && !self.given.is_empty() {
            self.notices.push(UNPROVED.to_owned());
        }
        self
    }

    fn add(&mut self, record: Record, asked: &Asked, contributors: &Contributors) {
        let purpose = record.statement.purpose;
        let outcome = record.standing(asked, contributors);
        let (standing, notice) = match &outcome {
            Ok(Covers::WholeChange) => (ApprovalStanding::WholeChange, Some(record.to_string())),
            Ok(Covers::UnchangedPaths) => (ApprovalStanding::UnchangedPaths, None),
            Err(refusal) => {
                let Record { approver, statement, .. } = &record;
                let of_this = statement.tree == asked.tree;
                let text =
                    format!("the {} by {} does not count: it {refusal}", statement.purpose, approver.name);
                (ApprovalStanding::None(refusal.to_string()), of_this.then_some(text))
            }
        };
        self.notices.extend(notice);
        self.facts.push(ApprovalFacts {
            object: record.object.clone(),
            purpose: Some(record.statement.purpose),
            approver: Some(record.approver.clone()),
            reason: record.statement.reason.clone(),
            standing,
            seen: Seen::Everything,
        });
        let given = |covers| Given {
            approver: record.approver,
            covers,
            basis: Basis::Statement(Box::new(record.statement)),
        };
        // An override approves nothing: it may be by the author of the change.
        match purpose {
            Purpose::Approval | Purpose::Review => self.given.extend(outcome.ok().map(given)),
            Purpose::Override => {}
        }
    }

    /// The approvers of a path: everyone who approved this change, and everyone who
    /// approved another one that did the same to it.
    pub(super) fn of_path(&self, input: &TrustInput<'_>, path: &RepoPath) -> Vec<&Approver> {
        let covering = self.given.iter().filter(|given| match (given.covers, &given.basis) {
            (Covers::WholeChange, Basis::Statement(_) | Basis::Review(_)) => true,
            (Covers::UnchangedPaths, Basis::Statement(statement)) => {
                same_content(input, statement, path).unwrap_or_default()
            }
            (Covers::UnchangedPaths, Basis::Review(merged)) => {
                same_result(input, merged, path).unwrap_or_default()
            }
        });
        Approver::distinct(covering.map(|given| &given.approver))
    }

    /// Everything that counts for trust files.
    pub(super) fn of_this_change(&self) -> ChangeApprovals<'_> {
        ChangeApprovals {
            approvers: self.of_change(),
            needed_more: self.needed_more,
            needed_from_start: self.needed_from_start,
        }
    }

    /// Everyone who approved exactly this change.
    pub(super) fn of_change(&self) -> Vec<&Approver> {
        let exact = self.given.iter().filter(|given| given.covers == Covers::WholeChange);
        Approver::distinct(exact.map(|given| &given.approver))
    }
}

/// A push of anything else is refused, so this one was a statement. It became worthless since then, because its
/// key was revoked or its author left.
fn not_genuine(object: &ObjectId, reason: &NotGenuine) -> ApprovalFacts {
    ApprovalFacts {
        object: object.clone(),
        purpose: None,
        approver: None,
        reason: String::new(),
        standing: ApprovalStanding::None(reason.to_string()),
        seen: Seen::Everything,
    }
}

/// Whether the approved change did to a path what this one does. A revision that is gone proves nothing.
fn same_content(input: &TrustInput<'_>, statement: &Statement, path: &RepoPath) -> Result<bool, GitError> {
    let base = input.repository.tree_of(&statement.base)?;
    let (old, new) =
        (input.repository.file_at(&base, path)?, input.repository.file_at(&statement.tree, path)?);
    Ok(old.as_ref() == input.old.files.get(path) && new.as_ref() == input.new.files.get(path))
}

/// Whether the reviewed commit changes a path and, merged now, leaves it as this change does.
fn same_result(input: &TrustInput<'_>, merged: &Merged, path: &RepoPath) -> Result<bool, GitError> {
    let same = input.repository.file_at(&merged.tree, path)?.as_ref() == input.new.files.get(path);
    Ok(same && !merged.unseen.contains(path))
}

/// The change, as a statement about it must describe it; `None` if nothing can be approved, because
/// there is no tree or nothing to compare it with.
pub(super) fn asked(
    input: &TrustInput<'_>,
    planned: &PlannedRef,
    now: SystemTime,
) -> Result<Option<Asked>, GitError> {
    let (Some(base), Some(tip)) = (&planned.base, &planned.tip) else { return Ok(None) };
    let policy = &input.governing.policy;
    Ok(Some(Asked {
        repository: policy.repository().map(str::to_owned),
        ref_name: planned.ref_name.clone(),
        base: base.clone(),
        tree: planned.result(input.repository, tip)?,
        trust: digest(input),
        floor: input.governing.floor_digest.clone(),
        now: instant(now),
        longest: policy.approvals_max_age().map(crate::policy::Age::duration),
    }))
}
