//! Examines the new commits and tags.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use super::forge_copy::{self, ForgeCopy};
use super::forge_merge;
use super::signatures::Signatures;
use crate::evidence::{CommitFacts, Evidence, SignedObject, Vouched};
use crate::git::{GitError, ObjectKind, Repository};
use crate::governance::instant;
use git_trust::SignatureStatus;
use git_trust::raw::{HashKind, Malformation, RawPerson, parse_commit, parse_tag};
use source_files::ObjectId;

/// The time by which the clock of a person's machine may be ahead of the server's.
const AHEAD: Duration = Duration::from_hours(24);

/// How new objects are judged.
#[derive(Clone, Copy)]
pub(super) struct Reception<'a> {
    pub(super) signatures: &'a Signatures,
    /// The commits that approvals of this change name: a forge may have squashed or rebased them.
    pub(super) approved: &'a [ObjectId],
    /// When the server received them.
    pub(super) now: SystemTime,
}

/// The facts of new commits, of those that a forge squashed or rebased into them, and of the tags that lead to them
/// from a ref.
pub(super) fn facts(
    repository: &Repository,
    ref_name: &str,
    commits: &[ObjectId],
    tags: &[ObjectId],
    reception: Reception<'_>,
) -> Result<Vec<CommitFacts>, GitError> {
    let names = std::iter::once(ref_name.strip_prefix("refs/tags/")).chain(std::iter::repeat(None));
    let tags = read(repository, tags, ObjectKind::Tag)?;
    let of_tags = tags.iter().zip(names).map(|((id, bytes), name)| tag_facts(id, bytes, name, reception));
    let (commits, mut of_commits) = read_and_examine(repository, commits, reception)?;
    let copies = read_copies(repository, &of_commits, &commits)?;
    let (copied, originals) = find_originals(repository, copies, reception)?;
    for (facts, (id, bytes)) in of_commits.iter_mut().zip(&commits) {
        if !copied.contains(id) {
            distrust_more_than_a_merge(repository, facts, (id, bytes))?;
        }
    }
    let (originals, mut of_originals) = read_and_examine(repository, &originals, reception)?;
    for (facts, (id, bytes)) in of_originals.iter_mut().zip(&originals) {
        distrust_more_than_a_merge(repository, facts, (id, bytes))?;
    }
    Ok(of_tags.chain(of_commits).chain(of_originals).collect())
}

/// Commits with their bytes.
type RawCommits = Vec<(ObjectId, Vec<u8>)>;

/// Reads commits and examines them. A repository is read by one thread, and signatures are verified by all others in the
/// meantime.
fn read_and_examine(
    repository: &Repository,
    ids: &[ObjectId],
    reception: Reception<'_>,
) -> Result<(RawCommits, Vec<CommitFacts>), GitError> {
    let (sender, receiver) = mpsc::channel();
    rayon::in_place_scope(|scope| {
        for (index, id) in ids.iter().enumerate() {
            let bytes = repository.read_kind(id, ObjectKind::Commit)?;
            let sender = sender.clone();
            scope.spawn(move |_| {
                let facts = commit_facts(id, &bytes, reception);
                // The receiver lives until all have sent.
                let _ = sender.send((index, bytes, facts));
            });
        }
        Ok::<(), GitError>(())
    })?;
    drop(sender);
    let mut examined: Vec<_> = receiver.into_iter().collect();
    examined.sort_by_key(|(index, _, _)| *index);
    let with_ids = ids.iter().cloned().zip(examined);
    Ok(with_ids.map(|(id, (_, bytes, facts))| ((id, bytes), facts)).unzip())
}

/// The runs of commits with one parent that a forge signed, each run oldest first.
fn read_copies(
    repository: &Repository,
    facts: &[CommitFacts],
    commits: &[(ObjectId, Vec<u8>)],
) -> Result<Vec<Vec<ForgeCopy>>, GitError> {
    let mut runs: Vec<Vec<ForgeCopy>> = Vec::new();
    for (facts, (id, bytes)) in facts.iter().zip(commits).rev() {
        if !matches!(facts.signature, Evidence::Known(SignatureStatus::Forge { .. })) {
            continue;
        }
        let Ok(commit) = parse_commit(bytes, hash_of(id)) else { continue };
        let Some(copy) = ForgeCopy::of(repository, id, &commit)? else { continue };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| copy.follows(last)) => run.push(copy),
            Some(_) | None => runs.push(vec![copy]),
        }
    }
    Ok(runs)
}

/// The copies that were made from commits of people, and those commits.
fn find_originals(
    repository: &Repository,
    runs: Vec<Vec<ForgeCopy>>,
    reception: Reception<'_>,
) -> Result<(BTreeSet<ObjectId>, Vec<ObjectId>), GitError> {
    let (mut copied, mut all) = (BTreeSet::new(), Vec::new());
    for run in runs {
        if let Some(originals) = forge_copy::find_originals(repository, &run, reception.approved)? {
            all.extend(originals);
            copied.extend(run.into_iter().map(|copy| copy.id));
        }
    }
    Ok((copied, all))
}

/// A forge's signature covers what the forge computed, and no content beside it.
fn distrust_more_than_a_merge(
    repository: &Repository,
    facts: &mut CommitFacts,
    (id, bytes): (&ObjectId, &[u8]),
) -> Result<(), GitError> {
    if !matches!(facts.signature, Evidence::Known(SignatureStatus::Forge { .. })) {
        return Ok(());
    }
    let Ok(commit) = parse_commit(bytes, hash_of(id)) else { return Ok(()) };
    if let Some(reason) = forge_merge::find_difference(repository, &commit)? {
        let advice = "make it on your own machine, sign it with your own key, and push it.".to_owned();
        let status = SignatureStatus::Untrusted { cause: "forgeKeyOfMoreThanAMerge", reason, advice };
        facts.signature = Evidence::Known(status);
    }
    Ok(())
}

/// The bytes of objects.
fn read(
    repository: &Repository,
    ids: &[ObjectId],
    kind: ObjectKind,
) -> Result<Vec<(ObjectId, Vec<u8>)>, GitError> {
    ids.iter().map(|id| Ok((id.clone(), repository.read_kind(id, kind)?))).collect()
}

fn commit_facts(id: &ObjectId, bytes: &[u8], reception: Reception<'_>) -> CommitFacts {
    let signatures = reception.signatures;
    match parse_commit(bytes, hash_of(id)) {
        Ok(commit) => CommitFacts {
            kind: SignedObject::Commit,
            id: id.clone(),
            signature: signatures.of_commit(&commit),
            malformed: reception.dated_ahead([&commit.author, &commit.committer]),
            title: commit.title,
            vouched: Vouched::No,
        },
        Err(reasons) => malformed(SignedObject::Commit, id, &reasons, signatures),
    }
}

fn tag_facts(id: &ObjectId, bytes: &[u8], pushed_as: Option<&str>, reception: Reception<'_>) -> CommitFacts {
    let signatures = reception.signatures;
    match parse_tag(bytes, hash_of(id)) {
        Ok(tag) => CommitFacts {
            kind: SignedObject::Tag,
            id: id.clone(),
            malformed: pushed_as
                .and_then(|name| misnamed(&tag.name, name))
                .into_iter()
                .chain(reception.dated_ahead([&tag.tagger]))
                .collect(),
            signature: signatures.of_tag(&tag),
            title: format!("tag {}", tag.name),
            vouched: Vouched::No,
        },
        Err(reasons) => malformed(SignedObject::Tag, id, &reasons, signatures),
    }
}

impl Reception<'_> {
    /// The problem of the latest of the claimed dates: git and other programs order history by them, so one that
    /// lies ahead is in front of everything until that day. A signature does not make it true.
    fn dated_ahead<const N: usize>(self, people: [&RawPerson; N]) -> Vec<String> {
        let latest = people.into_iter().map(|person| person.seconds).max().unwrap_or_default();
        let claimed = SystemTime::UNIX_EPOCH + Duration::from_secs(latest);
        let problem = || {
            format!(
                "it is dated {}, more than a day after the server received it; check the clock of the machine \
                 that made it",
                instant(claimed).format("%Y-%m-%d %H:%M UTC")
            )
        };
        (claimed > self.now + AHEAD).then(problem).into_iter().collect()
    }
}

/// A signature covers the name inside the tag: an old release, signed long ago, must not come back
/// under the name of a new one.
fn misnamed(name: &str, pushed_as: &str) -> Option<String> {
    (name != pushed_as).then(|| {
        format!(
            "it calls itself `{name}` and is pushed as `{pushed_as}`, so its signature is for another \
            release"
        )
    })
}

/// A policy that only warns of malformed objects may still demand signatures.
fn malformed(
    kind: SignedObject,
    id: &ObjectId,
    reasons: &[Malformation],
    signatures: &Signatures,
) -> CommitFacts {
    CommitFacts {
        kind,
        id: id.clone(),
        title: String::new(),
        malformed: reasons.iter().map(ToString::to_string).collect(),
        signature: signatures.of_malformed(),
        vouched: Vouched::No,
    }
}

pub(super) fn hash_of(id: &ObjectId) -> HashKind {
    if id.as_str().len() == HashKind::Sha256.id_length() { HashKind::Sha256 } else { HashKind::Sha1 }
}
