//! The reasons why trust files cannot be used.

use std::path::PathBuf;

use crate::git::GitError;
use crate::policy::PolicyError;
use codeowners::SeveralHosts;
use source_files::RepoPath;

/// Why there is no policy to judge by. All of them reject.
#[derive(Debug, thiserror::Error)]
pub enum PolicyLoadError {
    /// A policy file is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The existing policy of the repository is invalid. A person who pushes the fixed one reads this too.
    #[error(
        "{source}; this is the existing policy on {revision}, not this change: push its repair alone, with the approval \
         of its owners; if portcullis rejects that, an administrator of the server must run `portcullis rescue`"
    )]
    InForce {
        /// The ref that the policy is on.
        revision: &'static str,
        /// The error in it.
        source: PolicyError,
    },
    /// The server's policy cannot be read.
    #[error("could not read the policy {path}: {source}")]
    Floor {
        /// Its path.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A policy exists and cannot be read as a file.
    #[error("could not read the policy {path} of {revision}: {reason}")]
    Unreadable {
        /// Its path.
        path: &'static str,
        /// The ref that it is on.
        revision: &'static str,
        /// The error of git, or the kind of object that it is.
        reason: String,
    },
    /// A pattern does not compile.
    #[error("a path pattern of the policy is invalid: {0}")]
    Pattern(#[from] globset::Error),
}

/// Why no signature can be checked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeysError {
    /// No policy says where the keys are.
    #[error("the policy cannot be loaded")]
    NoPolicy,
    /// No file holds a key.
    #[error(
        "the policy names no trusted keys, or its `signatures.keyring` and `signatures.allowedSigners` files do not \
         exist"
    )]
    None,
    /// A file that must exist does not.
    #[error("{0}, which the policy names under `signatures`, does not exist")]
    Missing(String),
    /// A file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// A file holds something that is neither a key nor a list of keys.
    #[error("{0}")]
    Invalid(String),
}

/// Why the owners of files are not known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OwnersError {
    /// Several hosts would read different files.
    #[error(transparent)]
    SeveralHosts(#[from] SeveralHosts),
    /// A file of owners is a link or a submodule.
    #[error("{0} is a symbolic link or a submodule")]
    NotAFile(RepoPath),
    /// A file of owners cannot be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: RepoPath,
        /// The error of git.
        reason: String,
    },
}
