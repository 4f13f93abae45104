//! Errors that stop a self-test.

use std::path::{Path, PathBuf};

use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;

/// An error that stops a self-test.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

/// Adds the path to an error of the file system.
pub(super) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> SelfTestError {
    let path = path.to_path_buf();
    move |source| SelfTestError::File { path, source }
}
