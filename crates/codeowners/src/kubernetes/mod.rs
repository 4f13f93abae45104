//! The nested OWNERS files of the Kubernetes project.
//!
//! In: the files above the paths in question. Out: [`NestedOwners`]. Never: lets an OWNERS file grant
//! anything that the code of prow would not; reviewers are not asked.
//!
//! Source: "OWNERS Files" of the Kubernetes contributors' guide, and prow's `repoowners`: the approvers
//! of a path are those of its folder and of all folders above, up to one with `no_parent_owners`.

mod document;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use self::document::{Aliases, FolderOwners, Parents};
use super::OwnerHandle;
use super::dialect::{ALIASES, folders_above};
use super::go_expression::GoExpression;
use super::problem::{OwnersProblem, ProblemCollector};
use super::requirement::{BoundChanges, Requirement};
use source_files::RepoPath;

/// The files by their folder.
#[derive(Clone, Debug, Default)]
pub(super) struct NestedOwners {
    folders: HashMap<Box<str>, FolderOwners>,
}

impl NestedOwners {
    /// Parses the files.
    pub(super) fn parse(files: &[(RepoPath, Vec<u8>)], found: &mut Vec<OwnersProblem>) -> Self {
        let mut aliases = Aliases::default();
        for (path, bytes) in files.iter().filter(|(path, _)| path.as_str() == ALIASES) {
            let mut problems = ProblemCollector::of(path);
            aliases = document::parse_aliases(bytes, &mut problems);
            found.append(&mut problems.found);
        }
        let mut nested = Self::default();
        for (path, bytes) in files.iter().filter(|(path, _)| path.as_str() != ALIASES) {
            let mut problems = ProblemCollector::of(path);
            let folder = document::parse_folder(path, bytes, &aliases, &mut problems);
            found.append(&mut problems.found);
            nested.folders.insert(path.parent().into(), folder);
        }
        nested
    }

    /// Returns the requirement of a path from all files together, or `None` if no one approves it.
    pub(super) fn find_deciding(&self, path: &RepoPath) -> Option<Arc<Requirement>> {
        let mut requirement: Option<Requirement> = None;
        for name in folders_above(path.as_str()) {
            let Some(folder) = self.folders.get(name) else { continue };
            let relative = path.as_str().get(name.len()..).unwrap_or_default().trim_start_matches('/');
            for list in folder.lists.iter().filter(|list| matches(list.filter.as_ref(), relative)) {
                let first = || Requirement {
                    binding: BoundChanges::Every,
                    file: folder.file.clone(),
                    line: list.line,
                    section: None,
                    pattern: list.pattern.clone(),
                    owners: Vec::new(),
                    count: 1,
                };
                requirement.get_or_insert_with(first).owners.extend(list.owners.iter().cloned());
            }
            if folder.parents == Parents::Excluded && requirement.is_some() {
                break;
            }
        }
        requirement.map(distinct).map(Arc::new)
    }

    /// Returns every owner that the files name.
    pub(super) fn owners(&self) -> BTreeSet<OwnerHandle> {
        let lists = self.folders.values().flat_map(|folder| &folder.lists);
        lists.flat_map(|list| list.owners.iter().cloned()).collect()
    }

    /// Computes the same as prow describes it: from the root down, forgetting everything above a folder that excludes
    /// its parents once it or a folder below has approvers.
    #[cfg(test)]
    pub(super) fn naive(&self, path: &RepoPath) -> Option<Arc<Requirement>> {
        let mut above: Vec<&str> = folders_above(path.as_str()).collect();
        while let Some(top) = above.last().copied() {
            let cut = above.iter().position(|name| {
                self.folders.get(*name).is_some_and(|folder| folder.parents == Parents::Excluded)
                    && self.has_approvers(path, &above, name)
            });
            match cut {
                Some(cut) if above[cut] != top => above.truncate(cut + 1),
                Some(_) | None => break,
            }
        }
        let kept = self.folders.iter().filter(|(name, _)| above.contains(&name.as_ref()));
        let only = Self { folders: kept.map(|(name, folder)| (name.clone(), folder.clone())).collect() };
        let open = only.folders.into_iter().map(|(name, mut folder)| {
            folder.parents = Parents::Included;
            (name, folder)
        });
        Self { folders: open.collect() }.find_deciding(path)
    }

    #[cfg(test)]
    fn has_approvers(&self, path: &RepoPath, above: &[&str], last: &str) -> bool {
        let upto = above.iter().take_while(|name| **name != last).chain([&last]);
        upto.filter_map(|name| Some((name, self.folders.get(*name)?))).any(|(name, folder)| {
            let relative = path.as_str()[name.len()..].trim_start_matches('/');
            folder.lists.iter().any(|list| matches(list.filter.as_ref(), relative))
        })
    }
}

/// Returns true if a filter matches. A file without a filter applies to everything below.
fn matches(filter: Option<&GoExpression>, relative: &str) -> bool {
    filter.is_none_or(|filter| filter.matches(relative))
}

fn distinct(mut requirement: Requirement) -> Requirement {
    let mut seen = BTreeSet::new();
    requirement.owners.retain(|owner| seen.insert(owner.clone()));
    requirement
}
