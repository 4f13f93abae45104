//! The signed statements about a ref: which there are, who made them, what they count for.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::clock::instant;
use super::commits::hash_of;
use super::planning::PlannedRef;
use super::trust_files::{self, TrustInput};
use crate::approval::{
    Asked, Claim, Contributors, Covers, Makers, NotGenuine, Purpose, Record, SignedTag, Statement,
};
use crate::evidence::{ApprovalFacts, ApprovalStanding, CommitFacts, Evidence};
use crate::git::raw::{RawPerson, TargetType, parse_commit, parse_tag};
use crate::git::{GitError, ObjectKind, Repository};
use crate::owners::Approver;
use crate::policy::{PersonEntry, signer};
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
            tree,
            signature: self.status(&tag.payload, tag.signature.as_deref()),
        };
        Record::of(signed, self.people)
    }

    /// Whether a statement is past its time. Whose it was does not matter any more, and thousands of old ones
    /// need no verification.
    fn has_expired(&self, id: &ObjectId, now: DateTime<Utc>) -> bool {
        let tag = self.repository.read_kind(id, ObjectKind::Tag).ok();
        let tag = tag.and_then(|bytes| parse_tag(&bytes, hash_of(id)).ok());
        let statement = tag.and_then(|tag| Statement::parse(tag.message()).ok());
        statement.is_some_and(|statement| statement.not_after < now)
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

/// Why one approval more is asked for.
const UNPROVED: &str = "neither a trusted signature on every new commit nor the host proves who made this change, so \
                        one of those who approve may have: one approval more is needed";

/// The statements about one change.
#[derive(Default)]
pub(super) struct Approvals {
    /// All of them, for reports and checks.
    pub(super) facts: Vec<ApprovalFacts>,
    /// How many of the approvals may be by who made the change.
    pub(super) needed_more: usize,
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
        let needed_more = contributors.makers.more_approvals();
        let mut approvals = Self { needed_more, ..Self::default() };
        for (ref_name, id) in stored.iter().filter(|(_, id)| !reader.has_expired(id, asked.now)) {
            match reader.read(ref_name, id) {
                Ok(record) => approvals.add(record, asked, contributors),
                Err(reason) => {
                    let of_this = ref_name.contains(asked.tree.as_str());
                    let notice = format!("the statement {} does not count any more: {reason}", id.short());
                    approvals.notices.extend(of_this.then_some(notice));
                    approvals.facts.push(not_genuine(id, &reason));
                }
            }
        }
        if needed_more > 0 && !approvals.records.is_empty() {
            approvals.notices.push(UNPROVED.to_owned());
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
    contributors.makers = makers(facts, people, host);
    Ok(contributors)
}

/// A program that signs counts: it is known who made the change, and it approves nothing. A program that
/// only pushes does not: it may push what the one who approves has made.
fn makers(facts: &[CommitFacts], people: &[PersonEntry], host: Option<&HostFacts>) -> Makers {
    let pusher = host.and_then(|host| host.pusher.as_deref()).map(Claim::new);
    let pushed_by_somebody = pusher.is_some_and(|pusher| {
        let mut meant = people.iter().filter(|person| pusher.may_mean(&Approver::of(person))).peekable();
        meant.peek().is_some() && meant.all(|person| !person.bot)
    });
    let signed_by_somebody = |facts: &CommitFacts| match &facts.signature {
        Evidence::Known(status) => facts.malformed.is_empty() && signer(people, status).is_some(),
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => false,
    };
    let all_signed = !facts.is_empty() && facts.iter().all(signed_by_somebody);
    if pushed_by_somebody || all_signed { Makers::Proved } else { Makers::Unproved }
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
