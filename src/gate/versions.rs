//! The versions that a change moves forward, commit by commit.
//!
//! In: a planned ref. Out: every changed version of every new commit and of the whole change, or why something else
//! changes. Never: looks at the whole change alone, because a commit may do what a later one hides.

use std::collections::BTreeSet;
use std::fmt;

use super::planning::PlannedRef;
use crate::automation::{VersionStep, find_steps};
use crate::git::GitError;
use crate::governance::{TrustInput, is_trust_file};
use crate::policy::AutomationLane;
use source_files::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// Why a change is outside of a lane.
pub(super) enum Outside {
    /// The repository cannot be read.
    Git(GitError),
    /// The reason, as a clause.
    Refused(String),
}

impl From<GitError> for Outside {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

/// The most commits that a program may push at once: each is compared with its parent.
const COMMITS: usize = 100;
/// The most changed files of all these commits together.
const FILES: usize = 1000;

/// A version that becomes newer, and its file.
#[derive(Clone, Debug)]
pub(super) struct ChangedVersion {
    path: RepoPath,
    step: VersionStep,
}

impl fmt::Display for ChangedVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VersionStep { line, from, to, .. } = &self.step;
        write!(formatter, "{from} becomes {to} in {}:{line}", self.path)
    }
}

impl ChangedVersion {
    /// Expects that an entry allows it.
    pub(super) fn expect_within(&self, lane: &AutomationLane) -> Result<(), Outside> {
        let VersionStep { field, repository, line, .. } = &self.step;
        let refuse = |reason: String| Err(Outside::Refused(format!("{}:{line}: {reason}", self.path)));
        if !lane.has_path(self.path.as_str()) {
            return refuse("the file is not among its `paths`".to_owned());
        }
        if !lane.entry.fields.contains(field) {
            return refuse(format!("`{field}` is not among its `fields`"));
        }
        match repository {
            Some(name) if lane.has_repository(name) => Ok(()),
            None if lane.entry.repositories.is_empty() => Ok(()),
            Some(name) => refuse(format!("{name} is not among its `repositories`")),
            None => {
                refuse("the chart chooses the repository, so it is not among its `repositories`".to_owned())
            }
        }
    }
}

/// A file that differs.
#[derive(Clone, Debug)]
struct FileChange {
    path: RepoPath,
    old: Option<TreeFile>,
    new: Option<TreeFile>,
}

/// Every version that changes, in the whole change and in each new commit.
pub(super) fn find_versions(
    input: &TrustInput<'_>,
    planned: &PlannedRef,
) -> Result<Vec<ChangedVersion>, Outside> {
    if planned.commits.len() > COMMITS {
        let reason =
            format!("it brings {} commits, and at most {COMMITS} are compared", planned.commits.len());
        return Err(Outside::Refused(reason));
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut changes = of_whole_change(input);
    for commit in &planned.commits {
        changes.extend(of_commit(input, commit)?);
    }
    for change in changes {
        let ids = [&change.old, &change.new].map(|file| file.as_ref().map(|file| file.id.to_string()));
        if seen.insert((change.path.clone(), ids)) {
            found.extend(versions_of(input, change)?);
        }
        if seen.len() > FILES {
            return Err(Outside::Refused(format!("it changes more than {FILES} files")));
        }
    }
    Ok(found)
}

fn of_whole_change(input: &TrustInput<'_>) -> Vec<FileChange> {
    let changed = Snapshot::changed_paths(input.old, input.new).into_iter();
    let change = |path: RepoPath| FileChange {
        old: input.old.files.get(&path).cloned(),
        new: input.new.files.get(&path).cloned(),
        path,
    };
    changed.map(change).collect()
}

fn of_commit(input: &TrustInput<'_>, commit: &ObjectId) -> Result<Vec<FileChange>, Outside> {
    let repository = input.repository;
    let parents = repository.parents(commit)?;
    let [parent] = parents.as_slice() else {
        let reason = format!("commit {} has {} parents instead of one", commit.short(), parents.len());
        return Err(Outside::Refused(reason));
    };
    let (old, new) = (repository.tree_of(parent)?, repository.tree_of(commit)?);
    let mut changes = Vec::new();
    for path in repository.changed_paths(Some(&old), &new)? {
        changes.push(FileChange {
            old: repository.file_at(&old, &path)?,
            new: repository.file_at(&new, &path)?,
            path,
        });
    }
    Ok(changes)
}

fn versions_of(input: &TrustInput<'_>, change: FileChange) -> Result<Vec<ChangedVersion>, Outside> {
    let FileChange { path, old, new } = change;
    let refuse = |reason: &str| Outside::Refused(format!("{path}: {reason}"));
    if is_trust_file(input, &path) {
        return Err(refuse("it is a trust file, which always needs its owners"));
    }
    let (Some(old), Some(new)) = (old, new) else {
        return Err(refuse("a file is added, moved or deleted"));
    };
    match (old.mode, new.mode) {
        (FileMode::Regular, FileMode::Regular) | (FileMode::Executable, FileMode::Executable) => {}
        (FileMode::Regular | FileMode::Executable | FileMode::Symlink | FileMode::Gitlink, _) => {
            return Err(refuse("it is not an ordinary file, or its mode changes"));
        }
    }
    let read = |file: &TreeFile| input.repository.blob(&file.id).map_err(|error| refuse(&error.to_string()));
    let steps = find_steps(&path, (read(&old)?, read(&new)?), &input.governing.targets.image_kinds)
        .map_err(|refusal| Outside::Refused(format!("{path}:{}: {}", refusal.line, refusal.reason)))?;
    Ok(steps.into_iter().map(|step| ChangedVersion { path: path.clone(), step }).collect())
}
