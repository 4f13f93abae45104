//! Errors as users see them, and the code with which the process ends.
//!
//! In: an error of a room, or a message about an argument. Out: [`CommandError`]. Never: knows the commands. A command
//! translates the errors of its own room beside its code; this file translates those that many commands share.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;
use crate::verdict::Verdict;

/// The end of the process, the same whatever the format.
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

/// The kinds of errors. Each has an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorKind {
    /// The command line, a configuration or the environment is wrong.
    Usage,
    /// The command refuses what the user asked for.
    Refused,
    /// Something could not be evaluated.
    Undecided,
}

/// An error of any kind that the command line can report.
type Source = Box<dyn Error + Send + Sync>;

/// An error that stops a command.
#[derive(Debug)]
pub struct CommandError {
    kind: ErrorKind,
    source: Source,
    hints: Vec<String>,
}

impl CommandError {
    /// An error of the user or of the configuration.
    pub(super) fn usage(source: impl Into<Source>) -> Self {
        Self { kind: ErrorKind::Usage, source: source.into(), hints: Vec::new() }
    }

    /// A refusal of what the user asked for.
    pub(super) fn refused(source: impl Into<Source>) -> Self {
        Self { kind: ErrorKind::Refused, source: source.into(), hints: Vec::new() }
    }

    /// An error after which nothing is known about the change.
    pub(super) fn undecided(source: impl Into<Source>) -> Self {
        Self { kind: ErrorKind::Undecided, source: source.into(), hints: Vec::new() }
    }

    /// An error of the file system at a path.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::usage(FileError { path, source })
    }

    /// An error of standard output. No one can rely on a verdict that no one can read.
    pub(super) fn output(source: std::io::Error) -> Self {
        Self::undecided(OutputError(source))
    }

    /// Adds a next step for the user.
    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The end of the process with this error.
    pub fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::Refused => Exit::Reject,
            ErrorKind::Undecided => Exit::Undecided,
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.source)?;
        self.hints.iter().try_for_each(|hint| write!(formatter, "\n  {hint}"))
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
struct FileError {
    path: PathBuf,
    source: std::io::Error,
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report: {0}")]
struct OutputError(std::io::Error);

impl From<GitError> for CommandError {
    fn from(error: GitError) -> Self {
        if is_usage(&error) { Self::usage(error) } else { Self::undecided(error) }
    }
}

impl From<GateError> for CommandError {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Policy(_) | GateError::WithoutPolicy(_) => Self::usage(error),
            GateError::Git(error) => error.into(),
        }
    }
}

impl From<GitProgramError> for CommandError {
    fn from(error: GitProgramError) -> Self {
        Self::usage(error)
    }
}

/// Reports whether an argument names a repository or a revision that does not exist.
fn is_usage(error: &GitError) -> bool {
    matches!(error, GitError::Open { .. } | GitError::Revision(_))
}
