//! The signed statements about a ref: which there are, who made them, what they count for.

use std::time::SystemTime;

use super::clock::instant;
use super::commits::hash_of;
use super::planning::PlannedRef;
use super::trust_files::{self, TrustInput};
use crate::approval::{
    Asked, Claim, Contributors, Covers, NotGenuine, Purpose, Record, SignedTag, Statement,
};
use crate::evidence::{ApprovalFacts, ApprovalStanding, CommitFacts, Evidence};
use crate::git::raw::{RawPerson, TargetType, parse_commit, parse_tag};
use crate::git::{GitError, ObjectKind, Repository};
use crate::owners::Approver;
use crate::policy::PersonEntry;
use crate::push::{HostFacts, RefUpdate};
use crate::signature::{SignatureStatus, TrustedKeys};
use crate::source::{ObjectId, RepoPath};

/// What statements are read with.
pub(super) struct Reader<'a> {
    pub(super) repository: &'a Repository,
    pub(super) trusted: &'a Result<TrustedKeys, String>,
    pub(super) people: &'a [PersonEntry],
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
        Record::of(signed, self.people)
    }

    fn status(&self, payload: &[u8], signature: Option<&[u8]>) -> SignatureStatus {
        let unusable = |reason: &String| SignatureStatus::Untrusted {
            reason: format!("cannot be checked: {reason}"),
            advice: String::new(),
        };
        match (signature, self.trusted) {
            (None, _) => SignatureStatus::Unsigned,
            (Some(_), Err(reason)) => unusable(reason),
            (Some(signature), Ok(trusted)) => trusted.verify(payload, signature, self.now),
        }
    }
}

/// The statements about a ref that stand in the repository or come with the push.
pub(super) fn stored(
    repository: &Repository,
    pushed: &[RefUpdate],
    ref_name: &str,
) -> Result<Vec<(String, ObjectId)>, GitError> {
    let folder = Statement::folder(ref_name);
    let mut found = repository.refs_below(&folder)?;
    let new = pushed.iter().filter(|update| update.ref_name.starts_with(&folder) && !update.is_delete());
    for update in new {
        let entry = (update.ref_name.clone(), update.new_oid.clone());
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// The statements about one change.
#[derive(Default)]
pub(super) struct Approvals {
    /// All of them, for reports and checks.
    pub(super) facts: Vec<ApprovalFacts>,
    /// What whoever pushes should know of them.
    pub(super) notices: Vec<String>,
    records: Vec<(Record, Covers)>,
}

impl Approvals {
    /// Examines everything that is stored about a ref.
    pub(super) fn examine(
        stored: &[(String, ObjectId)],
        reader: &Reader<'_>,
        asked: &Asked,
        contributors: &Contributors,
    ) -> Self {
        let mut approvals = Self::default();
        for (ref_name, id) in stored {
            match reader.read(ref_name, id) {
                Ok(record) => approvals.add(record, asked, contributors),
                Err(reason) => approvals.facts.push(not_genuine(id, &reason)),
            }
        }
        approvals
    }

    fn add(&mut self, record: Record, asked: &Asked, contributors: &Contributors) {
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
        });
        self.records.extend(outcome.ok().map(|covers| (record, covers)));
    }

    /// Who has approved what happens to a path: everybody who approved this change, and everybody who
    /// approved another one that did the same to it.
    pub(super) fn of_path(&self, input: &TrustInput<'_>, path: &RepoPath) -> Vec<&Approver> {
        let covering = self.approving().filter(|(record, covers)| match covers {
            Covers::WholeChange => true,
            Covers::UnchangedPaths => same_content(input, &record.statement, path).unwrap_or_default(),
        });
        Approver::distinct(covering.map(|(record, _)| &record.approver))
    }

    /// Who has approved exactly this change.
    pub(super) fn of_change(&self) -> Vec<&Approver> {
        let exact = self.approving().filter(|(_, covers)| *covers == Covers::WholeChange);
        Approver::distinct(exact.map(|(record, _)| &record.approver))
    }

    /// An override approves nothing: it may be by the author of the change.
    fn approving(&self) -> impl Iterator<Item = &(Record, Covers)> {
        self.records.iter().filter(|(record, _)| match record.statement.purpose {
            Purpose::Approval => true,
            Purpose::Override => false,
        })
    }
}

/// What is no statement is refused when it is pushed; this one became worthless since then, because its
/// key was revoked or its author left.
fn not_genuine(object: &ObjectId, reason: &NotGenuine) -> ApprovalFacts {
    ApprovalFacts {
        object: object.clone(),
        purpose: None,
        approver: None,
        reason: String::new(),
        standing: ApprovalStanding::None(reason.to_string()),
    }
}

/// Whether the approved change did to a path what this one does. A revision that is gone proves nothing.
fn same_content(input: &TrustInput<'_>, statement: &Statement, path: &RepoPath) -> Result<bool, GitError> {
    let base = input.repository.tree_of(&statement.base)?;
    let (old, new) =
        (input.repository.file_at(&base, path)?, input.repository.file_at(&statement.tree, path)?);
    Ok(old.as_ref() == input.old.files.get(path) && new.as_ref() == input.new.files.get(path))
}

/// Who made the change: signers by their keys; authors, committers, taggers and the pusher by what is
/// claimed of them, which is enough to be shut out.
pub(super) fn contributors(
    repository: &Repository,
    planned: &PlannedRef,
    facts: &[CommitFacts],
    people: &[PersonEntry],
    host: Option<&HostFacts>,
) -> Result<Contributors, GitError> {
    let mut contributors = Contributors::default();
    let signed = facts.iter().filter_map(|facts| match &facts.signature {
        Evidence::Known(status) => Approver::of_signature(people, status),
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => None,
    });
    contributors.people.extend(signed.map(|approver| approver.name));
    for id in &planned.commits {
        let bytes = repository.read_kind(id, ObjectKind::Commit)?;
        // A malformed commit has no author that could be told, and is reported as malformed.
        let Ok(commit) = parse_commit(&bytes, hash_of(id)) else { continue };
        contributors.claims.extend(claims(&commit.author));
        contributors.claims.extend(claims(&commit.committer));
        contributors.claims.extend(co_authors(commit.message()));
    }
    for id in &planned.tags {
        let bytes = repository.read_kind(id, ObjectKind::Tag)?;
        let tagger = parse_tag(&bytes, hash_of(id)).ok().map(|tag| claims(&tag.tagger));
        contributors.claims.extend(tagger.into_iter().flatten());
    }
    let accounts = host.into_iter().flat_map(|host| host.pusher.iter().chain(&host.others));
    contributors.claims.extend(accounts.map(|account| Claim::new(account)));
    Ok(contributors)
}

fn claims(person: &RawPerson) -> [Claim; 2] {
    [&person.name, &person.email].map(|bytes| Claim::new(&String::from_utf8_lossy(bytes)))
}

/// `Co-authored-by: Name <address>`, wherever it stands in the message.
fn co_authors(message: &[u8]) -> Vec<Claim> {
    let text = String::from_utf8_lossy(message);
    let trailer = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let (name, address) = value.split_once('<')?;
        let known = key.trim().eq_ignore_ascii_case("co-authored-by");
        known.then(|| [Claim::new(name), Claim::new(address.trim_end().trim_end_matches('>'))])
    };
    text.lines().filter_map(trailer).flatten().collect()
}

/// The change, as a statement about it has to describe it; `None` where nothing can be approved, because
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
        tree: input.repository.tree_of(tip)?,
        trust: trust_files::digest(input),
        floor: input.governing.floor_digest.clone(),
        now: instant(now),
        longest: policy.approvals_hold().map(crate::policy::Age::duration),
    }))
}
