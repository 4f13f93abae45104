//! The walk between two tips.
//!
//! In: an old and a new tip. Out: the commits that only the new one reaches, and whether it keeps the old one. Never:
//! lets data that a pusher chooses (dates, the number of parents) decide which commits count as old, or how long a
//! commit on top of the old tip takes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::error::GitError;
use super::history::Ancestry;
use super::outline::{self, CommitOutline};
use super::repository::Repository;
use super::store::ObjectKind;
use source_files::ObjectId;

/// The most commits that a walk may read.
pub(super) const VISITED: usize = 500_000;
/// The most commits that it may know by their ids. One commit may name many parents.
const KNOWN: usize = 4 * VISITED;
/// The most old commits that are read to excuse commits that are reported as new and may not be.
const DOUBTED: usize = 20_000;
/// The number of them that may be older than everything in doubt, because clocks differ.
const SLACK: usize = 64;

/// The result of a walk.
#[derive(Debug)]
pub(super) struct Walked {
    /// The new commits, each before its parents.
    pub(super) commits: Vec<ObjectId>,
    /// Says whether the old tip is kept.
    pub(super) ancestry: Ancestry,
}

/// The tips that reach a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side(u8);

impl Side {
    const NEW: Self = Self(1);
    const OLD: Self = Self(2);

    fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The distance of a commit from the tip. A first parent is one step away and every further parent one more, so that a
/// merge of thousands of parents does not come before the history that it continues.
type Distance = usize;

struct Known {
    side: Side,
    /// The links of the commit. `None` until it is read.
    outline: Option<CommitOutline>,
}

impl Known {
    /// Returns true if it is not read yet and may be new.
    fn is_unexplained(&self) -> bool {
        self.outline.is_none() && self.side == Side::NEW
    }
}

/// A walk from both tips.
pub(super) struct CommitWalk<'a> {
    repository: &'a Repository,
    known: HashMap<ObjectId, Known>,
    new_side: BinaryHeap<Reverse<(Distance, ObjectId)>>,
    old_side: BinaryHeap<Reverse<(Distance, ObjectId)>>,
    /// The number of unexplained commits.
    unexplained: usize,
    read: usize,
}

impl<'a> CommitWalk<'a> {
    /// Walks from two tips until every commit that only the new one reaches has been read.
    pub(super) fn between(
        repository: &'a Repository,
        old: Option<&ObjectId>,
        new: &ObjectId,
    ) -> Result<Walked, GitError> {
        let mut walk = Self {
            repository,
            known: HashMap::new(),
            new_side: BinaryHeap::new(),
            old_side: BinaryHeap::new(),
            unexplained: 0,
            read: 0,
        };
        walk.reach(new, Side::NEW, 0)?;
        if let Some(old) = old {
            walk.reach(old, Side::OLD, 0)?;
        }
        walk.close_in()?;
        let mut commits = walk.new_commits();
        if let Some(oldest) = walk.oldest_in_doubt(&commits, old) {
            walk.excuse(oldest)?;
            commits.retain(|id| walk.is_new(id));
        }
        let kept = old.is_none_or(|old| walk.is_reached(old, Side::NEW));
        let ancestry = if kept { Ancestry::Ancestor } else { Ancestry::Diverged };
        Ok(Walked { commits, ancestry })
    }

    /// Reads one commit of each side in turn, the new side first. The last commits that the new side reaches are then
    /// old, so the old tip is among them if the new one descends from it.
    fn close_in(&mut self) -> Result<(), GitError> {
        while self.unexplained > 0 {
            if let Some((distance, id)) = self.next_new() {
                self.expand(&id, distance)?;
            }
            if self.unexplained > 0
                && let Some((distance, id)) = self.next_old()
            {
                self.expand(&id, distance)?;
            }
        }
        Ok(())
    }

    fn next_new(&mut self) -> Option<(Distance, ObjectId)> {
        while let Some(Reverse((distance, id))) = self.new_side.pop() {
            if self.known.get(&id).is_some_and(Known::is_unexplained) {
                return Some((distance, id));
            }
        }
        None
    }

    fn next_old(&mut self) -> Option<(Distance, ObjectId)> {
        while let Some(Reverse((distance, id))) = self.old_side.pop() {
            if self.known.get(&id).is_some_and(|known| known.outline.is_none()) {
                return Some((distance, id));
            }
        }
        None
    }

    /// Reads a commit and reaches its parents.
    fn expand(&mut self, id: &ObjectId, distance: Distance) -> Result<(), GitError> {
        let outline = self.read(id)?;
        self.remember(id, outline);
        self.reach_parents(id, distance)
    }

    fn remember(&mut self, id: &ObjectId, outline: CommitOutline) {
        if let Some(known) = self.known.get_mut(id) {
            self.unexplained -= usize::from(known.is_unexplained());
            known.outline = Some(outline);
        }
    }

    fn reach_parents(&mut self, id: &ObjectId, distance: Distance) -> Result<(), GitError> {
        let Some(Known { side, outline: Some(outline) }) = self.known.get(id) else { return Ok(()) };
        let (side, parents) = (*side, outline.parents.clone());
        for (index, parent) in parents.iter().enumerate() {
            self.reach(parent, side, distance + 1 + index)?;
        }
        Ok(())
    }

    fn read(&mut self, id: &ObjectId) -> Result<CommitOutline, GitError> {
        if self.read >= VISITED {
            return Err(GitError::Limit { what: "commits to walk", limit: VISITED });
        }
        self.read += 1;
        let bytes = self.repository.read_kind(id, ObjectKind::Commit)?;
        outline::read_outline(&bytes)
            .map_err(|error| GitError::Malformed { id: id.clone(), reason: error.to_string() })
    }

    /// Marks a commit and everything known below it.
    fn reach(&mut self, id: &ObjectId, side: Side, distance: Distance) -> Result<(), GitError> {
        let mut waiting = vec![(id.clone(), distance)];
        while let Some((id, distance)) = waiting.pop() {
            match self.known.get_mut(&id) {
                Some(known) if known.side.includes(side) => {}
                Some(known) => {
                    let was_unexplained = known.is_unexplained();
                    known.side = known.side.with(side);
                    if let Some(outline) = &known.outline {
                        let steps = outline.parents.iter().enumerate();
                        waiting.extend(steps.map(|(index, parent)| (parent.clone(), distance + 1 + index)));
                    } else {
                        self.unexplained -= usize::from(was_unexplained);
                        self.wait(id, side, distance);
                    }
                }
                None => self.meet(id, side, distance)?,
            }
        }
        Ok(())
    }

    fn meet(&mut self, id: ObjectId, side: Side, distance: Distance) -> Result<(), GitError> {
        if self.known.len() >= KNOWN {
            return Err(GitError::Limit { what: "commits to walk", limit: KNOWN });
        }
        let known = Known { side, outline: None };
        self.unexplained += usize::from(known.is_unexplained());
        self.known.insert(id.clone(), known);
        self.wait(id, side, distance);
        Ok(())
    }

    fn wait(&mut self, id: ObjectId, side: Side, distance: Distance) {
        let queue = if side.includes(Side::OLD) { &mut self.old_side } else { &mut self.new_side };
        queue.push(Reverse((distance, id)));
    }

    fn is_reached(&self, id: &ObjectId, side: Side) -> bool {
        self.known.get(id).is_some_and(|known| known.side.includes(side))
    }

    fn is_new(&self, id: &ObjectId) -> bool {
        self.known.get(id).is_some_and(|known| known.side == Side::NEW)
    }

    fn outlines(&self) -> impl Iterator<Item = (&ObjectId, &CommitOutline)> {
        let new = self.known.iter().filter(|(_, known)| known.side == Side::NEW);
        new.filter_map(|(id, known)| Some((id, known.outline.as_ref()?)))
    }

    /// Returns the new commits, each before its parents, otherwise the youngest first.
    fn new_commits(&self) -> Vec<ObjectId> {
        let outlines: HashMap<_, _> = self.outlines().collect();
        let mut children: HashMap<&ObjectId, usize> = HashMap::new();
        for parent in outlines.values().flat_map(|outline| &outline.parents) {
            *children.entry(parent).or_default() += 1;
        }
        let tips = outlines.iter().filter(|(id, _)| !children.contains_key(**id));
        let mut ready: BinaryHeap<_> = tips.map(|(id, outline)| (outline.committed_at, *id)).collect();
        let mut sorted = Vec::new();
        while let Some((_, id)) = ready.pop() {
            sorted.push(id.clone());
            for parent in outlines.get(id).into_iter().flat_map(|outline| &outline.parents) {
                let left = children.entry(parent).and_modify(|left| *left -= 1).or_default();
                if let (0, Some(outline)) = (*left, outlines.get(parent)) {
                    ready.push((outline.committed_at, parent));
                }
            }
        }
        sorted
    }

    /// Returns the date of the oldest commit that may yet turn out to be old. Descendants of the old tip are certainly
    /// new.
    fn oldest_in_doubt(&self, new: &[ObjectId], old: Option<&ObjectId>) -> Option<i64> {
        let old = old?;
        let mut certain: HashSet<&ObjectId> = HashSet::from([old]);
        let mut oldest = None;
        for id in new.iter().rev() {
            let Some(outline) = self.known.get(id).and_then(|known| known.outline.as_ref()) else { continue };
            if outline.parents.iter().any(|parent| certain.contains(parent)) {
                certain.insert(id);
            } else {
                oldest =
                    Some(oldest.map_or(outline.committed_at, |date: i64| date.min(outline.committed_at)));
            }
        }
        oldest
    }

    /// Follows the old side back to a date. Dates only limit the effort to excuse a commit that is not new.
    fn excuse(&mut self, oldest: i64) -> Result<(), GitError> {
        let last = self.read.saturating_add(DOUBTED).min(VISITED);
        let mut slack = SLACK;
        let mut by_date: BinaryHeap<(i64, ObjectId)> = BinaryHeap::new();
        loop {
            self.read_old_side(last, &mut by_date)?;
            let Some((date, id)) = by_date.pop() else { return Ok(()) };
            slack -= usize::from(date < oldest);
            if slack == 0 {
                return Ok(());
            }
            self.reach_parents(&id, 0)?;
        }
    }

    /// Reads the waiting commits of the old side, without reaching their parents yet.
    fn read_old_side(
        &mut self,
        last: usize,
        by_date: &mut BinaryHeap<(i64, ObjectId)>,
    ) -> Result<(), GitError> {
        while self.read < last
            && let Some((_, id)) = self.next_old()
        {
            let outline = self.read(&id)?;
            by_date.push((outline.committed_at, id.clone()));
            self.remember(&id, outline);
        }
        Ok(())
    }
}
