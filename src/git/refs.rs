//! Refs: HEAD, tips, and targets of symbolic refs.

use super::error::GitError;
use super::outline;
use super::repository::Repository;
use super::store::{ObjectKind, RefValue};
use source_files::ObjectId;

/// The target of HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch, existing or not yet born.
    Branch(String),
    /// A commit.
    Detached(ObjectId),
}

/// The most refs of one folder that are read.
const REFS_BELOW: usize = 10_000;
/// The most symbolic refs, or tags of tags, that are followed.
const HOPS: usize = 8;

/// The folders in which git looks for a ref by a part of its name.
const PLACES: [&str; 4] = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
/// The fewest digits of an object's name that git accepts.
const SHORTEST_ID: usize = 4;

impl Repository {
    /// Returns the target of HEAD.
    pub fn head(&self) -> Result<Head, GitError> {
        match self.store.reference("HEAD")? {
            Some(RefValue::Symbolic(target)) => Ok(Head::Branch(self.resolve_symbolic(&target)?)),
            Some(RefValue::Object(id)) => Ok(Head::Detached(id)),
            None => Err(GitError::reference("HEAD", "it points to nothing")),
        }
    }

    /// Returns true if there is any branch.
    pub fn has_branches(&self) -> Result<bool, GitError> {
        Ok(!self.store.references_below("refs/heads/", 1)?.is_empty())
    }

    /// Returns the refs in a folder such as `refs/replace/`, with their targets. Symbolic refs are left out, because
    /// they have no object of their own.
    pub fn refs_below(&self, folder: &str) -> Result<Vec<(String, ObjectId)>, GitError> {
        let found = self.some_refs_below(folder, REFS_BELOW + 1)?;
        if found.len() > REFS_BELOW {
            return Err(GitError::Limit { what: "refs in one folder", limit: REFS_BELOW });
        }
        Ok(found)
    }

    /// Returns the same, up to a number of refs.
    pub fn some_refs_below(&self, folder: &str, limit: usize) -> Result<Vec<(String, ObjectId)>, GitError> {
        let found = self.store.references_below(folder, limit)?;
        let direct = found.into_iter().filter_map(|(name, reference)| match reference {
            RefValue::Object(id) => Some((name, id)),
            RefValue::Symbolic(_) => None,
        });
        Ok(direct.collect())
    }

    /// Returns the names of the refs, including symbolic ones.
    pub fn ref_names(&self, limit: usize) -> Result<Vec<String>, GitError> {
        let found = self.store.references_below("refs/", limit + 1)?;
        if found.len() > limit {
            return Err(GitError::Limit { what: "refs", limit });
        }
        Ok(found.into_iter().map(|(name, _)| name).collect())
    }

    /// Follows symbolic refs from a name to a ref: a push to an alias of `main` is a push to `main`.
    pub fn resolve_symbolic(&self, name: &str) -> Result<String, GitError> {
        let mut current = name.to_owned();
        for _ in 0..HOPS {
            match self.store.reference(&current)? {
                Some(RefValue::Symbolic(target)) => current = target,
                Some(RefValue::Object(_)) | None => return Ok(current),
            }
        }
        Err(GitError::Limit { what: "symbolic refs in a row", limit: HOPS })
    }

    /// Returns the object of a ref, without peeling a tag. `None` if the ref does not exist.
    pub fn tip(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        match self.store.reference(&self.resolve_symbolic(name)?)? {
            Some(RefValue::Object(id)) => Ok(Some(id)),
            Some(RefValue::Symbolic(_)) | None => Ok(None),
        }
    }

    /// Returns the object that a person's revision names. An annotated tag is not peeled.
    pub fn object_named(&self, text: &str) -> Result<ObjectId, GitError> {
        self.store.revision(text)
    }

    /// Returns the commit that a person's revision names.
    pub fn revision(&self, text: &str) -> Result<ObjectId, GitError> {
        let id = self.store.revision(text)?;
        self.peel(&id)?.commit.ok_or_else(|| GitError::Revision(text.to_owned()))
    }

    /// Returns the commit of a revision that must not be ambiguous: another person may have pushed a tag that is
    /// called `origin/main`, or like the first digits of another commit, and git prefers refs and among them tags
    /// (`gitrevisions`).
    pub fn certain_revision(&self, text: &str) -> Result<ObjectId, GitError> {
        let name = text.split(['^', '~', ':', '@']).next().unwrap_or_default();
        let is_full = name.starts_with("refs/") || ObjectId::parse(name).is_some();
        // An invalid ref name does not name a ref.
        let stands = |place: &str| matches!(self.store.reference(&format!("{place}{name}")), Ok(Some(_)));
        let refs = PLACES.iter().filter(|place| stands(place)).count();
        let digits = name.len() >= SHORTEST_ID && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_full && refs + usize::from(digits) > 1 {
            return Err(GitError::Ambiguous(text.to_owned()));
        }
        self.revision(text)
    }

    /// Follows tags to their target.
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

    /// Returns the tree of a commit.
    pub fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, GitError> {
        let bytes = self.read_kind(commit, ObjectKind::Commit)?;
        let outline = outline::read_outline(&bytes).map_err(|error| malformed(commit, &error.to_string()))?;
        Ok(outline.tree)
    }

    /// Returns the parents of a commit.
    pub fn parents(&self, commit: &ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let bytes = self.read_kind(commit, ObjectKind::Commit)?;
        let outline = outline::read_outline(&bytes).map_err(|error| malformed(commit, &error.to_string()))?;
        Ok(outline.parents)
    }
}

/// The end of a chain of tags.
#[derive(Debug)]
pub struct Peeled {
    /// The tag objects on the way.
    pub tags: Vec<ObjectId>,
    /// The commit at the end. `None` if the last tag names a tree or a file.
    pub commit: Option<ObjectId>,
}

fn malformed(id: &ObjectId, reason: &str) -> GitError {
    GitError::Malformed { id: id.clone(), reason: reason.to_owned() }
}
