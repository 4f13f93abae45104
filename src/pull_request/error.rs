//! Errors of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;
use crate::host::{EventError, ForgeAccessError, ForgeError};
use crate::statements::StatementsError;

/// An error that stops a run.
#[derive(Debug, thiserror::Error)]
pub enum PullRequestError {
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// No forge can be asked.
    #[error(transparent)]
    Access(#[from] ForgeAccessError),
    /// The forge.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The event of a workflow.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A review could not be recorded.
    #[error(transparent)]
    Statements(#[from] StatementsError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Nothing names a pull request.
    #[error("could not determine the pull request: name it with --number")]
    NoNumber,
    /// A ref of the forge is missing.
    #[error("{0} was not fetched")]
    NotFetched(String),
    /// Git made no commit for a statement.
    #[error("git made no commit")]
    NoCommit,
    /// The time was over before there was a verdict.
    #[error("no verdict after {} s\n  change less in one pull request, or raise `--deadline`", limit.as_secs())]
    TooLong {
        /// The time that judging may take.
        limit: Duration,
    },
    /// A panic, which has already been reported.
    #[error("a bug in portcullis stopped it\n  please report the output above")]
    Panicked,
}

/// Adds the path to an error of the file system.
pub(super) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> PullRequestError {
    let path = path.to_path_buf();
    move |source| PullRequestError::File { path, source }
}
