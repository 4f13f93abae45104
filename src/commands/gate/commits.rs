//! What the new commits and tags are worth.

use std::time::SystemTime;

use crate::evidence::{CommitFacts, Evidence, SignedObject};
use crate::git::raw::{HashKind, Malformation, parse_commit, parse_tag};
use crate::git::{GitError, ObjectKind, Repository};
use crate::signature::{Keyring, SignatureStatus};
use crate::source::ObjectId;

/// How signatures are judged here.
#[derive(Debug)]
pub(super) enum Signatures {
    /// No layer of the policy asks for them.
    NotDemanded,
    /// By this keyring, at the time at which the server received the push.
    Judged {
        /// The keyring, or why there is none.
        keyring: Result<Keyring, String>,
        /// The server's clock.
        now: SystemTime,
    },
}

impl Signatures {
    /// A malformed object has no payload, and so no signature that could be good.
    fn status_of_malformed(&self) -> Evidence<SignatureStatus> {
        match self {
            Self::NotDemanded => Evidence::NotEvaluatedHere,
            Self::Judged { .. } => Evidence::Unavailable("what it signs is malformed".to_owned()),
        }
    }

    fn status(&self, payload: &[u8], signature: Option<&[u8]>) -> Evidence<SignatureStatus> {
        match (self, signature) {
            (Self::NotDemanded, _) => Evidence::NotEvaluatedHere,
            (Self::Judged { .. }, None) => Evidence::Known(SignatureStatus::Unsigned),
            (Self::Judged { keyring: Ok(keyring), now }, Some(signature)) => {
                Evidence::Known(keyring.verify(payload, signature, *now))
            }
            (Self::Judged { keyring: Err(reason), .. }, Some(_)) => Evidence::Unavailable(reason.clone()),
        }
    }
}

/// The facts of new commits and of the tags that lead to them from a ref.
pub(super) fn facts(
    repository: &Repository,
    ref_name: &str,
    commits: &[ObjectId],
    tags: &[ObjectId],
    signatures: &Signatures,
) -> Result<Vec<CommitFacts>, GitError> {
    let names = std::iter::once(ref_name.strip_prefix("refs/tags/")).chain(std::iter::repeat(None));
    let of_tags = tags.iter().zip(names).map(|(id, name)| tag_facts(repository, id, name, signatures));
    let of_commits = commits.iter().map(|id| commit_facts(repository, id, signatures));
    of_tags.chain(of_commits).collect()
}

fn commit_facts(
    repository: &Repository,
    id: &ObjectId,
    signatures: &Signatures,
) -> Result<CommitFacts, GitError> {
    let bytes = repository.read_kind(id, ObjectKind::Commit)?;
    Ok(match parse_commit(&bytes, hash_of(id)) {
        Ok(commit) => CommitFacts {
            kind: SignedObject::Commit,
            id: id.clone(),
            title: commit.title,
            malformed: Vec::new(),
            signature: signatures.status(&commit.payload, commit.signature.as_deref()),
        },
        Err(reasons) => malformed(SignedObject::Commit, id, &reasons, signatures),
    })
}

fn tag_facts(
    repository: &Repository,
    id: &ObjectId,
    pushed_as: Option<&str>,
    signatures: &Signatures,
) -> Result<CommitFacts, GitError> {
    let bytes = repository.read_kind(id, ObjectKind::Tag)?;
    Ok(match parse_tag(&bytes, hash_of(id)) {
        Ok(tag) => CommitFacts {
            kind: SignedObject::Tag,
            id: id.clone(),
            malformed: pushed_as.and_then(|name| misnamed(&tag.name, name)).into_iter().collect(),
            signature: signatures.status(&tag.payload, tag.signature.as_deref()),
            title: format!("tag {}", tag.name),
        },
        Err(reasons) => malformed(SignedObject::Tag, id, &reasons, signatures),
    })
}

/// A signature covers the name inside the tag: an old release, signed long ago, must not come back
/// under the name of a new one.
fn misnamed(name: &str, pushed_as: &str) -> Option<String> {
    (name != pushed_as).then(|| {
        format!("it calls itself `{name}` and is pushed as `{pushed_as}`, so it vouches for another release")
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
        signature: signatures.status_of_malformed(),
    }
}

pub(super) fn hash_of(id: &ObjectId) -> HashKind {
    if id.as_str().len() == HashKind::Sha256.id_length() { HashKind::Sha256 } else { HashKind::Sha1 }
}
