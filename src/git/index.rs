//! The index, which `git commit` would record.

use std::path::Path;

use super::error::GitError;
use super::repository::Repository;
use source_files::Snapshot;

/// Returns the staged files, of `index_file` or of the repository's own index. Unmerged paths are refused, because
/// they have several versions.
pub fn staged(repository: &Repository, index_file: Option<&Path>) -> Result<Snapshot, GitError> {
    repository.store.staged(index_file)
}
