//! Refs: where HEAD points, where a ref is now, and what a symbolic ref stands for.

use git2::ErrorCode;

use super::error::GitError;
use super::outline;
use super::repository::{ObjectKind, Repository};
use crate::source::ObjectId;

/// Where HEAD points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch, existing or not yet born.
    Branch(String),
    /// A commit.
    Detached(ObjectId),
}

/// How many refs of one folder are looked at.
const REFS_BELOW: usize = 10_000;
/// How many symbolic refs, or tags of tags, are followed.
const HOPS: usize = 8;

impl Repository {
    /// Where HEAD points.
    pub fn head(&self) -> Result<Head, GitError> {
        let name = "HEAD";
        let reference = self.inner.find_reference(name).map_err(|error| ref_error(name, &error))?;
        match (reference.symbolic_target(), reference.target()) {
            (Ok(Some(target)), _) => Ok(Head::Branch(self.resolve_symbolic(target)?)),
            (_, Some(oid)) => Ok(Head::Detached(object_id(name, &oid.to_string())?)),
            _ => Err(GitError::Ref { name: name.to_owned(), reason: "it points nowhere".into() }),
        }
    }

    /// Whether there is any branch.
    pub fn has_branches(&self) -> Result<bool, GitError> {
        let pattern = "refs/heads/*";
        let mut names = self.inner.references_glob(pattern).map_err(|error| ref_error(pattern, &error))?;
        Ok(names.next().is_some())
    }

    /// The refs whose names begin with a folder, `refs/approvals/heads/main/`, and what they point to.
    /// Symbolic ones are left out: they stand for nothing of their own.
    pub fn refs_below(&self, folder: &str) -> Result<Vec<(String, ObjectId)>, GitError> {
        let mut found = Vec::new();
        for reference in
            self.inner.references_glob(&format!("{folder}*")).map_err(|error| ref_error(folder, &error))?
        {
            let reference = reference.map_err(|error| ref_error(folder, &error))?;
            let (Ok(name), Some(oid)) = (reference.name(), reference.target()) else { continue };
            // The pattern of libgit2 reads `[` and `*` of a name as wildcards.
            if name.starts_with(folder) {
                found.push((name.to_owned(), object_id(name, &oid.to_string())?));
            }
            if found.len() > REFS_BELOW {
                return Err(GitError::Limit { what: "refs below one folder", limit: REFS_BELOW });
            }
        }
        Ok(found)
    }

    /// The ref that a name stands for once symbolic refs are followed: a push to an alias of `main`
    /// is a push to `main`.
    pub fn resolve_symbolic(&self, name: &str) -> Result<String, GitError> {
        let mut current = name.to_owned();
        for _ in 0..HOPS {
            match self.inner.find_reference(&current) {
                Ok(reference) => match reference.symbolic_target() {
                    Ok(Some(target)) => target.clone_into(&mut current),
                    Ok(None) => return Ok(current),
                    Err(error) => return Err(ref_error(&current, &error)),
                },
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(current),
                Err(error) => return Err(ref_error(&current, &error)),
            }
        }
        Err(GitError::Limit { what: "symbolic refs in a row", limit: HOPS })
    }

    /// What a ref points to now, a tag object not peeled; `None` where it does not exist.
    pub fn tip(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        match self.inner.refname_to_id(name) {
            Ok(oid) => Ok(Some(object_id(name, &oid.to_string())?)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(ref_error(name, &error)),
        }
    }

    /// The commit that a person's revision names.
    pub fn revision(&self, text: &str) -> Result<ObjectId, GitError> {
        let object = self.inner.revparse_single(text).map_err(|_| GitError::Revision(text.to_owned()))?;
        let id = object_id(text, &object.id().to_string())?;
        self.peel(&id)?.commit.ok_or_else(|| GitError::Revision(text.to_owned()))
    }

    /// Follows tags to what they name.
    pub fn peel(&self, id: &ObjectId) -> Result<Peeled, GitError> {
        let mut peeled = Peeled { tags: Vec::new(), commit: None };
        let mut current = id.clone();
        for _ in 0..HOPS {
            let object = self.read(&current)?;
            match object.kind {
                ObjectKind::Commit => {
                    peeled.commit = Some(current);
                    return Ok(peeled);
                }
                ObjectKind::Tree | ObjectKind::Blob => return Ok(peeled),
                ObjectKind::Tag => {
                    peeled.tags.push(current.clone());
                    current = outline::tag_target(&object.bytes)
                        .ok_or_else(|| malformed(&current, "the tag names no object"))?;
                }
            }
        }
        Err(GitError::Limit { what: "tags of tags", limit: HOPS })
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, GitError> {
        let bytes = self.read_kind(commit, ObjectKind::Commit)?;
        let outline = outline::outline(&bytes).map_err(|reason| malformed(commit, &reason))?;
        Ok(outline.tree)
    }

    /// The parents of a commit.
    pub fn parents(&self, commit: &ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let bytes = self.read_kind(commit, ObjectKind::Commit)?;
        let outline = outline::outline(&bytes).map_err(|reason| malformed(commit, &reason))?;
        Ok(outline.parents)
    }
}

/// What a tag or commit leads to.
#[derive(Debug)]
pub struct Peeled {
    /// The tag objects on the way.
    pub tags: Vec<ObjectId>,
    /// The commit at the end; `None` where the last tag names a tree or a file.
    pub commit: Option<ObjectId>,
}

fn object_id(name: &str, text: &str) -> Result<ObjectId, GitError> {
    let reason = format!("`{text}` is no object name");
    ObjectId::parse(text).ok_or_else(|| GitError::Ref { name: name.to_owned(), reason })
}

fn ref_error(name: &str, error: &git2::Error) -> GitError {
    GitError::Ref { name: name.to_owned(), reason: error.message().to_owned() }
}

fn malformed(id: &ObjectId, reason: &str) -> GitError {
    GitError::Malformed { id: id.clone(), reason: reason.to_owned() }
}
