//! Why the demo could not show what it should.

use std::path::PathBuf;

use crate::signature::ThrowAwayKeyError;

/// What stops the demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no git program.
    #[error(
        "the demo needs the program `git`, and none can be started: {0}\n  install git 2.28 or newer and run it again"
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
        "the demo's temporary folder {path}: {source}\n  set TMPDIR to a folder that programs may be run from"
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
    #[error("{0} was not accepted, and it should have been; the output above says why")]
    NotAccepted(&'static str),
    /// The gate let a bad push through, or did not run.
    #[error("the malicious push was not rejected by the gate; the output above is all that git says")]
    NotRejected,
    /// A rejected push moved the branch.
    #[error("the malicious push was rejected and the server's branch moved all the same")]
    Moved,
}
