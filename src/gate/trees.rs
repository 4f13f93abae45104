//! The trees that a push brings. In: its new commits. Out: the malformed ones among their trees. Never: reads a tree
//! that a parent has at the same path, or a file.

use std::collections::{BTreeMap, HashSet};

use super::commits::hash_of;
use super::planning::PlannedRef;
use crate::evidence::MalformedTree;
use crate::git::{GitError, ObjectKind, Repository};
use git_trust::raw::{RawTree, TreeMode, read_tree};
use source_files::ObjectId;

/// The depth of folders that is read, as for the files.
const DEPTH: usize = 100;
/// The largest number of trees that a push may bring.
const TREES: usize = 1_000_000;
/// The largest number of malformed trees that are reported.
const REPORTED: usize = 20;

/// The malformed trees that an update brings.
pub(super) fn malformed(
    repository: &Repository,
    planned: &PlannedRef,
) -> Result<Vec<MalformedTree>, GitError> {
    let mut search = Search { repository, seen: HashSet::new(), found: Vec::new() };
    let base = planned.base.as_ref().map(|base| repository.tree_of(base)).transpose()?;
    // Oldest first: what a commit has, the commits on top of it are excused from.
    for commit in planned.commits.iter().rev() {
        let parents = repository.parents(commit)?;
        let parents: Vec<_> =
            parents.iter().map(|parent| repository.tree_of(parent)).collect::<Result<_, _>>()?;
        let known = if parents.is_empty() { base.iter().cloned().collect() } else { parents };
        search.examine(&repository.tree_of(commit)?, &known, &Place::root(commit))?;
    }
    if let (Some(merged), Some(tip)) = (&planned.merged_tree, &planned.tip) {
        search.examine(merged, &base.into_iter().collect::<Vec<_>>(), &Place::root(tip))?;
    }
    Ok(search.found)
}

/// The place of a tree.
struct Place<'a> {
    commit: &'a ObjectId,
    path: String,
    depth: usize,
}

impl<'a> Place<'a> {
    fn root(commit: &'a ObjectId) -> Self {
        Self { commit, path: String::new(), depth: 0 }
    }

    fn inner(&self, name: &[u8]) -> Self {
        let path = format!("{}{}/", self.path, String::from_utf8_lossy(name));
        Self { commit: self.commit, path, depth: self.depth + 1 }
    }
}

struct Search<'a> {
    repository: &'a Repository,
    seen: HashSet<ObjectId>,
    found: Vec<MalformedTree>,
}

impl Search<'_> {
    /// Reads a tree and what is below it, except for what one of the `known` trees has in the same place.
    fn examine(&mut self, tree: &ObjectId, known: &[ObjectId], place: &Place<'_>) -> Result<(), GitError> {
        if known.contains(tree) || !self.seen.insert(tree.clone()) {
            return Ok(());
        }
        if place.depth > DEPTH {
            return Err(GitError::Limit { what: "levels of folders", limit: DEPTH });
        }
        if self.seen.len() > TREES {
            return Err(GitError::Limit { what: "new trees in one push", limit: TREES });
        }
        let read = self.read(tree)?;
        let known: Vec<_> = known.iter().map(|known| self.folders(known)).collect::<Result<_, _>>()?;
        self.report(tree, place, &read);
        for entry in read.entries.iter().filter(|entry| entry.mode == TreeMode::Folder) {
            let same: Vec<_> = known.iter().filter_map(|known| known.get(&entry.name).cloned()).collect();
            self.examine(&entry.id, &same, &place.inner(&entry.name))?;
        }
        Ok(())
    }

    fn read(&self, tree: &ObjectId) -> Result<RawTree, GitError> {
        Ok(read_tree(&self.repository.read_kind(tree, ObjectKind::Tree)?, hash_of(tree)))
    }

    fn folders(&self, tree: &ObjectId) -> Result<BTreeMap<Vec<u8>, ObjectId>, GitError> {
        let entries = self.read(tree)?.entries.into_iter();
        let folders = entries.filter(|entry| entry.mode == TreeMode::Folder);
        Ok(folders.map(|entry| (entry.name, entry.id)).collect())
    }

    fn report(&mut self, tree: &ObjectId, place: &Place<'_>, read: &RawTree) {
        if !read.problems.is_empty() && self.found.len() < REPORTED {
            let problems = read.problems.iter().map(ToString::to_string).collect();
            let (tree, commit, path) = (tree.clone(), place.commit.clone(), place.path.clone());
            self.found.push(MalformedTree { tree, commit, path, problems });
        }
    }
}
