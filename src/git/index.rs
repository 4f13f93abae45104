//! The index: what `git commit` would record.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::GitError;
use super::repository::Repository;
use crate::source::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// The files as they are staged: in `index_file`, or in the repository's own index. Unmerged paths are
/// refused: there is no one version of them.
pub fn staged(repository: &Repository, index_file: Option<&Path>) -> Result<Snapshot, GitError> {
    let index = match index_file {
        Some(file) => git2::Index::open(file),
        None => repository.inner.index(),
    };
    let index = index.map_err(|error| GitError::Index(error.message().to_owned()))?;
    if index.has_conflicts() {
        return Err(GitError::Index("there are unmerged paths; resolve them first".into()));
    }
    let mut snapshot = Snapshot { files: BTreeMap::new(), undecodable: Vec::new() };
    for entry in index.iter() {
        let mode = match entry.mode & 0o170_000 {
            0o120_000 => FileMode::Symlink,
            0o160_000 => FileMode::Gitlink,
            _ if entry.mode & 0o100 != 0 => FileMode::Executable,
            _ => FileMode::Regular,
        };
        let Some(id) = ObjectId::parse(&entry.id.to_string()) else { continue };
        match std::str::from_utf8(&entry.path) {
            Ok(path) => {
                snapshot.files.insert(RepoPath::new(path), TreeFile { id, mode });
            }
            Err(_) => snapshot.undecodable.push(String::from_utf8_lossy(&entry.path).into_owned()),
        }
    }
    Ok(snapshot)
}
