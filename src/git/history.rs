//! Which commits a push brings: a walk over raw commits, so that neither grafts nor a shallow
//! file nor libgit2's reading of a header can hide a parent.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::error::GitError;
use super::outline;
use super::repository::Repository;
use super::store::ObjectKind;
use source_files::ObjectId;

/// How the old tip relates to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// The old tip is the new one or an ancestor of it.
    Ancestor,
    /// It is not: history is rewritten.
    Diverged,
}

/// What lies between two tips.
#[derive(Debug)]
pub struct History {
    /// The commits reachable from the new tip and not from the old one, oldest last.
    pub commits: Vec<ObjectId>,
    /// Whether the old tip is kept.
    pub ancestry: Ancestry,
}

/// How many commits a walk may visit.
const VISITED: usize = 500_000;
/// How many new commits a push may bring.
const NEW_COMMITS: usize = 10_000;

const FROM_NEW: u8 = 1;
const FROM_OLD: u8 = 2;

impl Repository {
    /// The commits that are reachable from `new` and not from `old`. Commit dates only order the
    /// walk: a forged date can make it longer, and can make it report a commit that is not new, but
    /// never hide one that is.
    pub fn history(&self, old: Option<&ObjectId>, new: &ObjectId) -> Result<History, GitError> {
        let mut walk =
            Walk { repository: self, seen: HashMap::new(), queue: BinaryHeap::new(), order: Vec::new() };
        walk.reach(new, FROM_NEW)?;
        if let Some(old) = old {
            walk.reach(old, FROM_OLD)?;
        }
        walk.run()?;
        let kept = old.is_none_or(|old| walk.flags(old) & FROM_NEW != 0);
        let ancestry = if kept { Ancestry::Ancestor } else { Ancestry::Diverged };
        let is_new = |id: &ObjectId| walk.flags(id) & FROM_OLD == 0;
        let commits: Vec<_> = walk.order.iter().filter(|id| is_new(id)).cloned().collect();
        if commits.len() > NEW_COMMITS {
            return Err(GitError::Limit { what: "new commits in one push", limit: NEW_COMMITS });
        }
        Ok(History { commits, ancestry })
    }

    /// The commit from which a branch left another one, or at which it last merged it; `None` if they have nothing
    /// in common. Dates decide nothing here.
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

    /// A commit and all that it descends from, down to some that are known.
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

struct Visited {
    flags: u8,
    parents: Vec<ObjectId>,
}

struct Walk<'a> {
    repository: &'a Repository,
    seen: HashMap<ObjectId, Visited>,
    queue: BinaryHeap<(i64, Reverse<ObjectId>)>,
    order: Vec<ObjectId>,
}

impl Walk<'_> {
    fn flags(&self, id: &ObjectId) -> u8 {
        self.seen.get(id).map_or(0, |visited| visited.flags)
    }

    fn run(&mut self) -> Result<(), GitError> {
        while self.has_unexplained() {
            let Some((_, Reverse(id))) = self.queue.pop() else { return Ok(()) };
            let Some(visited) = self.seen.get(&id) else { continue };
            let (flags, parents) = (visited.flags, visited.parents.clone());
            self.order.push(id);
            for parent in parents {
                self.reach(&parent, flags)?;
            }
        }
        Ok(())
    }

    /// True while a commit waits that may still be new.
    fn has_unexplained(&self) -> bool {
        self.queue.iter().any(|(_, Reverse(id))| self.flags(id) & FROM_OLD == 0)
    }

    /// Marks a commit and everything known below it.
    fn reach(&mut self, id: &ObjectId, flags: u8) -> Result<(), GitError> {
        let mut waiting = vec![id.clone()];
        while let Some(id) = waiting.pop() {
            match self.seen.get_mut(&id) {
                Some(visited) if visited.flags & flags == flags => {}
                Some(visited) => {
                    visited.flags |= flags;
                    let known = visited.parents.clone();
                    waiting.extend(known.into_iter().filter(|parent| self.seen.contains_key(parent)));
                }
                None => self.visit(id, flags)?,
            }
        }
        Ok(())
    }

    fn visit(&mut self, id: ObjectId, flags: u8) -> Result<(), GitError> {
        if self.seen.len() >= VISITED {
            return Err(GitError::Limit { what: "commits to walk", limit: VISITED });
        }
        let bytes = self.repository.read_kind(&id, ObjectKind::Commit)?;
        let outline =
            outline::outline(&bytes).map_err(|reason| GitError::Malformed { id: id.clone(), reason })?;
        self.seen.insert(id.clone(), Visited { flags, parents: outline.parents });
        self.queue.push((outline.committed_at, Reverse(id)));
        Ok(())
    }
}
