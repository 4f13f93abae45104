//! What the new commits and tags are worth.

use rayon::prelude::*;

use super::signatures::Signatures;
use crate::evidence::{CommitFacts, SignedObject};
use crate::git::{GitError, ObjectKind, Repository};
use git_trust::raw::{HashKind, Malformation, parse_commit, parse_tag};
use source_files::ObjectId;

/// The facts of new commits and of the tags that lead to them from a ref.
pub(super) fn facts(
    repository: &Repository,
    ref_name: &str,
    commits: &[ObjectId],
    tags: &[ObjectId],
    signatures: &Signatures,
) -> Result<Vec<CommitFacts>, GitError> {
    let names = std::iter::once(ref_name.strip_prefix("refs/tags/")).chain(std::iter::repeat(None));
    let tags = read(repository, tags, ObjectKind::Tag)?;
    let of_tags = tags.iter().zip(names).map(|((id, bytes), name)| tag_facts(id, bytes, name, signatures));
    let commits = read(repository, commits, ObjectKind::Commit)?;
    let of_commits: Vec<CommitFacts> =
        commits.par_iter().map(|(id, bytes)| commit_facts(id, bytes, signatures)).collect();
    Ok(of_tags.chain(of_commits).collect())
}

/// The bytes of objects; a repository is read by one thread, signatures are verified by all.
fn read(
    repository: &Repository,
    ids: &[ObjectId],
    kind: ObjectKind,
) -> Result<Vec<(ObjectId, Vec<u8>)>, GitError> {
    ids.iter().map(|id| Ok((id.clone(), repository.read_kind(id, kind)?))).collect()
}

fn commit_facts(id: &ObjectId, bytes: &[u8], signatures: &Signatures) -> CommitFacts {
    match parse_commit(bytes, hash_of(id)) {
        Ok(commit) => CommitFacts {
            kind: SignedObject::Commit,
            id: id.clone(),
            signature: signatures.of_commit(&commit),
            title: commit.title,
            malformed: Vec::new(),
        },
        Err(reasons) => malformed(SignedObject::Commit, id, &reasons, signatures),
    }
}

fn tag_facts(id: &ObjectId, bytes: &[u8], pushed_as: Option<&str>, signatures: &Signatures) -> CommitFacts {
    match parse_tag(bytes, hash_of(id)) {
        Ok(tag) => CommitFacts {
            kind: SignedObject::Tag,
            id: id.clone(),
            malformed: pushed_as.and_then(|name| misnamed(&tag.name, name)).into_iter().collect(),
            signature: signatures.of_tag(&tag),
            title: format!("tag {}", tag.name),
        },
        Err(reasons) => malformed(SignedObject::Tag, id, &reasons, signatures),
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
    }
}

pub(super) fn hash_of(id: &ObjectId) -> HashKind {
    if id.as_str().len() == HashKind::Sha256.id_length() { HashKind::Sha256 } else { HashKind::Sha1 }
}
