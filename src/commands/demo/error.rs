//! Why the demo could not show what it should.

use std::path::PathBuf;

use git_trust::ThrowAwayKeyError;

/// What stops the demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no git program.
    #[error(
        "the demo needs the program `git`, which could not be started: {0}\n  install git 2.28 or newer and \
         run it again"
    )]
    NoGit(std::io::Error),
    /// git does not do what was asked of it.
    #[error("the demo ran `{typed}` and git failed:\n{text}")]
    Git {
        /// The command line.
        typed: String,
        /// What git printed.
        text: String,
    },
    /// The temporary folder.
    #[error(
        "the demo's temporary folder {path}: {source}\n  set TMPDIR to a folder in which programs may run"
    )]
    Folder {
        /// The path in question.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The keys.
    #[error("the demo's keys: {0}")]
    Key(#[from] ThrowAwayKeyError),
    /// The gate turned a good push away.
    #[error("{0} should have been accepted, but was rejected; see the output above")]
    NotAccepted(&'static str),
    /// The gate let a bad push through, or did not run.
    #[error("the gate did not reject the malicious push; see git's output above")]
    NotRejected,
    /// A rejected push moved the branch.
    #[error("the malicious push was rejected, but the server's branch moved anyway")]
    Moved,
}
