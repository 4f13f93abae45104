//! Three-way merges.
//!
//! In: commits, or three versions of a file. Out: the common ancestors of two histories, and the merged file. Never:
//! writes an object, or lets a date decide.

use std::collections::{BTreeSet, HashSet};

use super::error::GitError;
use super::repository::Repository;
use source_files::ObjectId;

/// The most common ancestors of two histories.
const PARTINGS: usize = 32;

impl Repository {
    /// Returns the best common ancestors of two commits: none if they are unrelated, several after criss-cross merges.
    pub fn merge_bases(&self, one: &ObjectId, other: &ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let only_other: HashSet<ObjectId> = self.history(Some(one), other)?.commits.into_iter().collect();
        if only_other.is_empty() {
            return Ok(vec![other.clone()]);
        }
        let mut partings = BTreeSet::new();
        for commit in &only_other {
            partings.extend(self.parents(commit)?.into_iter().filter(|parent| !only_other.contains(parent)));
        }
        if partings.len() > PARTINGS {
            return Err(GitError::Limit { what: "common ancestors of a merge", limit: PARTINGS });
        }
        let mut best = Vec::new();
        for parting in &partings {
            if !self.has_descendant_among(parting, &partings)? {
                best.push(parting.clone());
            }
        }
        Ok(best)
    }

    fn has_descendant_among(&self, commit: &ObjectId, others: &BTreeSet<ObjectId>) -> Result<bool, GitError> {
        for other in others.iter().filter(|other| *other != commit) {
            if self.history(Some(other), commit)?.commits.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Merges both sides' changes of a text. Returns `None` if they conflict.
pub fn merge_texts(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let input = |bytes| {
        let mut input = git2::MergeFileInput::new();
        input.content(bytes);
        input
    };
    let merged = git2::merge_file(&input(base), &input(ours), &input(theirs), None).ok()?;
    merged.is_automergeable().then(|| merged.content().to_vec())
}
