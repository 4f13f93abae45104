//! The one translator from the rooms' errors to what a user sees and what the process returns.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::demo::DemoError;
use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;
use crate::host::{EventError, ForgeAccessError, ForgeError, HostError};
use crate::install::InstallError;
use crate::pull_request::PullRequestError;
use crate::push::{EnvironmentError, PushError};
use crate::verdict::Verdict;

/// How the process ends, the same whatever the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Accept,
    /// 1.
    Reject,
    /// 2: usage or configuration.
    Usage,
    /// 3: something could not be evaluated.
    Undecided,
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accept => Self::Accept,
            Verdict::Reject => Self::Reject,
            Verdict::Undecided => Self::Undecided,
        }
    }
}

impl Exit {
    /// The number that the process returns.
    pub fn number(self) -> u8 {
        match self {
            Self::Accept => Verdict::Accept.exit_code(),
            Self::Reject => Verdict::Reject.exit_code(),
            Self::Usage => 2,
            Self::Undecided => Verdict::Undecided.exit_code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Anything that stops a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The gate could not be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The hook's input.
    #[error(transparent)]
    Push(#[from] PushError),
    /// The hook's environment.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The host does not say who pushes.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The event of a workflow.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The forge.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// No forge can be asked.
    #[error(transparent)]
    ForgeAccess(#[from] ForgeAccessError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The report could not be written: a verdict that no one reads lets nothing through.
    #[error("cannot write the report: {0}")]
    Output(std::io::Error),
    /// The demo does not show what it should.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The hook is not installed.
    #[error(transparent)]
    Install(InstallError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// A statement that no one would count.
    #[error("nothing was signed, because it would not count: {0}")]
    Statement(String),
    /// Not everything could be judged, and what is left out could be mistaken for nothing.
    #[error("some checks could not be completed: {0}")]
    Unjudged(String),
    /// A run without a verdict.
    #[error(transparent)]
    Run(PullRequestError),
    /// An error after which nothing is known about the change.
    #[error("{0}")]
    Undecided(String),
    /// An argument that names nothing.
    #[error("{0}")]
    Argument(String),
}

impl CommandError {
    /// An error of the user or of the configuration.
    pub(super) fn usage(error: impl std::fmt::Display) -> Self {
        Self::Argument(error.to_string())
    }

    /// An error after which nothing is known about the change.
    pub(super) fn undecided(error: impl std::fmt::Display) -> Self {
        Self::Undecided(error.to_string())
    }

    /// How the process ends with this error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Gate(
                GateError::Policy(_)
                | GateError::WithoutPolicy(_)
                | GateError::Git(GitError::Open { .. } | GitError::Revision(_)),
            )
            | Self::Git(GitError::Open { .. } | GitError::Revision(_))
            | Self::Push(_)
            | Self::Environment(_)
            | Self::Host(_)
            | Self::Event(_)
            | Self::Forge(ForgeError::Settings(_))
            | Self::ForgeAccess(_)
            | Self::File { .. }
            | Self::Demo(DemoError::NoGit(_) | DemoError::Folder { .. })
            | Self::Install(_)
            | Self::GitProgram(_)
            | Self::Argument(_) => Exit::Usage,
            Self::Statement(_) => Exit::Reject,
            Self::Gate(GateError::Git(_))
            | Self::Forge(
                ForgeError::Unreachable { .. }
                | ForgeError::Refused { .. }
                | ForgeError::RateLimited { .. }
                | ForgeError::Malformed { .. },
            )
            | Self::Git(_)
            | Self::Output(_)
            | Self::Unjudged(_)
            | Self::Run(_)
            | Self::Undecided(_)
            | Self::Demo(_) => Exit::Undecided,
        }
    }
}
