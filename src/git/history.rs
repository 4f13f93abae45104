//! Finds the new commits of a push. It walks over raw commits, so that neither grafts nor a shallow file nor libgit2's
//! reading of a header can hide a parent.

use std::collections::HashSet;

use super::error::GitError;
use super::repository::Repository;
use super::walk::{CommitWalk, VISITED, Walked};
use source_files::ObjectId;

/// The relation of the old tip to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// The old tip is the new one or an ancestor of it.
    Ancestor,
    /// The old tip is not an ancestor: history is rewritten.
    Diverged,
}

/// The commits between two tips.
#[derive(Debug)]
pub struct History {
    /// The commits reachable from the new tip and not from the old one, oldest last.
    pub commits: Vec<ObjectId>,
    /// Says whether the old tip is kept.
    pub ancestry: Ancestry,
}

/// The most new commits of a push.
const NEW_COMMITS: usize = 10_000;

impl Repository {
    /// Returns the commits that are reachable from `new` and not from `old`. A forged date can make the walk report a
    /// commit that is not new, but never hide one that is.
    pub fn history(&self, old: Option<&ObjectId>, new: &ObjectId) -> Result<History, GitError> {
        let Walked { commits, ancestry } = CommitWalk::between(self, old, new)?;
        if commits.len() > NEW_COMMITS {
            return Err(GitError::Limit { what: "new commits in one push", limit: NEW_COMMITS });
        }
        Ok(History { commits, ancestry })
    }

    /// Returns the commit at which a branch left another one, or last merged it. `None` if the histories are
    /// unrelated. Dates decide nothing here.
    pub fn branching_point(&self, trunk: &ObjectId, branch: &ObjectId) -> Result<Option<ObjectId>, GitError> {
        let of_trunk = self.ancestors(trunk, &HashSet::new())?;
        if of_trunk.contains(branch) {
            return Ok(Some(branch.clone()));
        }
        let mut shared = HashSet::new();
        for commit in self.ancestors(branch, &of_trunk)? {
            shared.extend(self.parents(&commit)?.into_iter().filter(|parent| of_trunk.contains(parent)));
        }
        let mut latest: Option<ObjectId> = None;
        for candidate in shared {
            let is_later = match &latest {
                None => true,
                Some(known) => self.ancestors(&candidate, &HashSet::new())?.contains(known),
            };
            if is_later {
                latest = Some(candidate);
            }
        }
        Ok(latest)
    }

    /// Returns a commit and its ancestors, down to known ones.
    fn ancestors(&self, of: &ObjectId, known: &HashSet<ObjectId>) -> Result<HashSet<ObjectId>, GitError> {
        let mut found = HashSet::new();
        let mut waiting = vec![of.clone()];
        while let Some(commit) = waiting.pop() {
            if known.contains(&commit) || !found.insert(commit.clone()) {
                continue;
            }
            if found.len() > VISITED {
                return Err(GitError::Limit { what: "commits in one history", limit: VISITED });
            }
            waiting.extend(self.parents(&commit)?);
        }
        Ok(found)
    }
}
