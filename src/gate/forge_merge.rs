//! Decides whether a commit that a forge signed is what the forge computes: a merge, and nothing else.
//!
//! In: a commit with a forge's signature. Out: why it is more than a merge. Never: takes the signature for a word
//! about content: a forge signs for every account, and whatever a person typed into its editor.

use std::collections::BTreeSet;

use crate::git::{GitError, ObjectKind, Repository, merge_texts};
use git_trust::raw::RawCommit;
use source_files::{ObjectId, RepoPath, TreeFile};

/// Why a commit with one parent does not count.
const NO_COPY: &str = "is the forge's, which counts for merge commits only, and for the squash or rebase of a branch \
    that a pull request of this repository or an approval of this change names: this commit has another content";

/// Why a commit is not a merge that a forge computed; displays after "the signature".
pub(super) fn find_difference(
    repository: &Repository,
    commit: &RawCommit,
) -> Result<Option<String>, GitError> {
    let (one, other) = match commit.parents.as_slice() {
        [one, other] => (one, other),
        [_] => return Ok(Some(NO_COPY.to_owned())),
        [] | [_, _, _, ..] => {
            let parents = commit.parents.len();
            return Ok(Some(format!(
                "is the forge's, which signs merges of two commits, and this one has {parents}"
            )));
        }
    };
    let Some(merge) = Merge::of(repository, [one, other], &commit.tree)? else {
        let reason =
            "is the forge's, and the merged commits have no common ancestor, or several: merge them yourself";
        return Ok(Some(reason.to_owned()));
    };
    let difference = merge.find_difference()?;
    Ok(difference
        .map(|path| format!("is the forge's, and {path} is not what merging gives: it was resolved by hand")))
}

/// Whether a tree is what merging two commits gives, and nothing else.
pub(super) fn is_merge_of(
    repository: &Repository,
    sides: [&ObjectId; 2],
    tree: &ObjectId,
) -> Result<bool, GitError> {
    match Merge::of(repository, sides, tree)? {
        Some(merge) => Ok(merge.find_difference()?.is_none()),
        None => Ok(false),
    }
}

/// The trees of a merge.
pub(super) struct Merge<'a> {
    pub(super) repository: &'a Repository,
    pub(super) base: ObjectId,
    pub(super) sides: [ObjectId; 2],
    pub(super) result: ObjectId,
}

impl<'a> Merge<'a> {
    /// `None` if the commits have no common ancestor, or several best ones.
    fn of(
        repository: &'a Repository,
        sides: [&ObjectId; 2],
        result: &ObjectId,
    ) -> Result<Option<Self>, GitError> {
        let [one, other] = sides;
        let bases = repository.merge_bases(one, other)?;
        let [base] = bases.as_slice() else { return Ok(None) };
        Ok(Some(Self {
            repository,
            base: repository.tree_of(base)?,
            sides: [repository.tree_of(one)?, repository.tree_of(other)?],
            result: result.clone(),
        }))
    }

    /// Whether the result is what the three-way rule gives.
    pub(super) fn is_exact(&self) -> Result<bool, GitError> {
        Ok(self.find_difference()?.is_none())
    }

    /// The first path whose content is not merged. A path on which neither side differs from the result is what both
    /// sides have.
    fn find_difference(&self) -> Result<Option<RepoPath>, GitError> {
        let mut paths = BTreeSet::new();
        for side in &self.sides {
            paths.extend(self.repository.changed_paths(Some(side), &self.result)?);
        }
        for path in paths {
            if !self.is_merged(&path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn is_merged(&self, path: &RepoPath) -> Result<bool, GitError> {
        let at = |tree| self.repository.file_at(tree, path);
        let [ours, theirs] = &self.sides;
        let (base, ours, theirs, result) = (at(&self.base)?, at(ours)?, at(theirs)?, at(&self.result)?);
        if ours == base || ours == theirs {
            return Ok(result == theirs);
        }
        if theirs == base {
            return Ok(result == ours);
        }
        match (base, ours, theirs, result) {
            (Some(base), Some(ours), Some(theirs), Some(result)) => {
                self.is_merged_file([&base, &ours, &theirs], &result)
            }
            // Created on both sides, or deleted on one: a person decided.
            (None, _, _, _) | (_, None, _, _) | (_, _, None, _) | (_, _, _, None) => Ok(false),
        }
    }

    /// The mode and the content follow the same rule, each on its own.
    fn is_merged_file(&self, versions: [&TreeFile; 3], result: &TreeFile) -> Result<bool, GitError> {
        let [base, ours, theirs] = versions;
        let mode = if ours.mode == base.mode { theirs.mode } else { ours.mode };
        let modes_agree = ours.mode == theirs.mode || ours.mode == base.mode || theirs.mode == base.mode;
        let are_files = versions.iter().all(|version| version.mode.is_file());
        if !modes_agree || result.mode != mode || !are_files {
            return Ok(false);
        }
        if ours.id == base.id || ours.id == theirs.id {
            return Ok(result.id == theirs.id);
        }
        if theirs.id == base.id {
            return Ok(result.id == ours.id);
        }
        let read = |file: &TreeFile| self.repository.read_kind(&file.id, ObjectKind::Blob);
        let merged = merge_texts(&read(base)?, &read(ours)?, &read(theirs)?);
        Ok(merged.is_some_and(|merged| read(result).is_ok_and(|result| result == merged)))
    }
}
