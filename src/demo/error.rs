//! The errors of the demo.

use std::path::PathBuf;

use git_trust::ThrowAwayKeyError;

/// An error that stops the demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no git program.
    #[error("the demo needs the program `git`, which could not be started: {0}")]
    NoGit(std::io::Error),
    /// Git fails.
    #[error("the demo ran `{typed}` and git failed:\n{text}")]
    Git {
        /// The command line.
        typed: String,
        /// Git's output.
        text: String,
    },
    /// The temporary folder.
    #[error("the demo's temporary folder {path}: {source}")]
    Folder {
        /// Its path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The keys.
    #[error("the demo's keys: {0}")]
    Key(#[from] ThrowAwayKeyError),
    /// The gate rejected a good push.
    #[error("{0} should have been accepted, but was rejected; see the output above")]
    NotAccepted(&'static str),
    /// The gate accepted a bad push, or did not run.
    #[error("the gate did not reject the malicious push; see git's output above")]
    NotRejected,
    /// The terminal.
    #[error("cannot write the report: {0}")]
    Output(std::io::Error),
    /// A rejected push moved the branch.
    #[error("the malicious push was rejected, but the server's branch moved anyway")]
    Moved,
}
