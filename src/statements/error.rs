//! Errors of new statements.

use crate::approval::StatementError;
use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;

/// A reason why there is no new statement.
#[derive(Debug, thiserror::Error)]
pub enum StatementsError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// The clone does not know the state of the server.
    #[error(
        "the state of {ref_name} on the server is unknown: run `git fetch {remote}`, or name the commit with --base"
    )]
    UnknownBase {
        /// The ref.
        ref_name: String,
        /// The remote of the server.
        remote: String,
    },
    /// The digest of the server's policy is invalid.
    #[error("`{0}` is not a digest: copy it from the server's message")]
    Digest(String),
    /// The server has no such ref, as far as the clone knows, and it would need no approval.
    #[error(
        "{remote} has no {ref_name}, as far as this clone knows, and the policy would not protect it: run `git fetch \
         {remote}`, or correct the name"
    )]
    UnknownRef {
        /// The ref.
        ref_name: String,
        /// The remote of the server.
        remote: String,
    },
    /// The commit is there already.
    #[error("{0} is at this commit already: there is nothing to approve")]
    NothingNew(String),
    /// Nothing would change.
    #[error("there is nothing to approve")]
    NoChange,
    /// The policy has no name for the repository.
    #[error(
        "the policy names no `repository`, so an approval could be replayed in another repository: add `repository: \
         <organisation>/<name>` to the policy first"
    )]
    NoRepository,
    /// The content of the statement is invalid.
    #[error(transparent)]
    Content(#[from] StatementError),
    /// The gate would not count the statement.
    #[error("nothing was signed, because it would not count: {0}")]
    Worthless(String),
}
