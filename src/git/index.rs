//! The index: what `git commit` would record.

use std::path::Path;

use super::error::GitError;
use super::repository::Repository;
use source_files::Snapshot;

/// The files as they are staged: in `index_file`, or in the repository's own index. Unmerged paths are
/// refused: there is no one version of them.
pub fn staged(repository: &Repository, index_file: Option<&Path>) -> Result<Snapshot, GitError> {
    repository.store.staged(index_file)
}
