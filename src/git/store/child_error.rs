//! The reasons why a child process of git could not answer.

use std::sync::Arc;

use thiserror::Error;

use source_files::ObjectId;

/// A failed call of git. It can be cloned, because a broken child gives the same reason for every further object.
#[derive(Clone, Debug, Error)]
pub(in crate::git) enum ChildError {
    /// There is no git program, or it cannot be run.
    #[error("could not start the git program: {0}")]
    NotStarted(Arc<std::io::Error>),
    /// Git ended with an error.
    #[error("git cannot read the repository either")]
    Failed,
    /// The output of a command is not UTF-8.
    #[error("git {0} did not return text")]
    NotText(String),
    /// The child has no pipes.
    #[error("could not communicate with git cat-file")]
    NoPipes,
    /// A pipe of the child is broken.
    #[error("git cat-file: {0}")]
    Pipe(Arc<std::io::Error>),
    /// The child ended before an answer. In a partial clone it ends if it would have to fetch.
    #[error(
        "git cat-file ended; if this is a partial clone, which lacks objects, clone without a filter; the missing \
         object is {0}"
    )]
    Ended(ObjectId),
    /// The child ended within an answer.
    #[error("git cat-file ended early")]
    EndedEarly,
    /// The answer is not one of `git cat-file --batch`.
    #[error("git cat-file returned an unexpected answer")]
    UnexpectedAnswer,
    /// The name of a ref is not UTF-8.
    #[error("a ref has a name that is not UTF-8")]
    RefNotText,
    /// The answer is not one of `git for-each-ref`.
    #[error("git for-each-ref returned an unexpected answer")]
    UnexpectedRefs,
}

impl ChildError {
    pub(super) fn not_started(error: std::io::Error) -> Self {
        Self::NotStarted(Arc::new(error))
    }

    pub(super) fn pipe(error: std::io::Error) -> Self {
        Self::Pipe(Arc::new(error))
    }
}
