//! The git program.
//!
//! In: a folder, git's arguments and input. Out: git's answer. Never: runs another program, or asks a person anything
//! except in [`GitProgram::run_as_user`].

mod isolated;

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub use isolated::{IsolatedGit, Transcript};

/// Variables that tie git to another repository than the one in its folder: `git rev-parse --local-env-vars`, and the
/// rest of the variables that a hook is started with.
const TIES: [&str; 18] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The user's git in a folder, with the user's own configuration.
#[derive(Clone, Copy, Debug)]
pub struct GitProgram<'a> {
    folder: &'a Path,
    environment: &'a [(&'a str, &'a str)],
}

/// A run of git that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("`git {typed}` failed: {reason}")]
pub struct GitProgramError {
    /// The arguments, as a person would type them.
    pub typed: String,
    /// The reason, unless git has printed it itself.
    pub reason: String,
}

/// The end of a run of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With exit code 0.
    Succeeded,
    /// With another exit code, or by a signal.
    Failed,
}

impl Outcome {
    fn of(output: &Output) -> Self {
        if output.status.success() { Self::Succeeded } else { Self::Failed }
    }
}

/// An answer of git.
#[derive(Debug)]
pub struct Answer {
    /// The end of a run of git.
    pub outcome: Outcome,
    /// Standard output, without the last line end.
    pub output: String,
    /// Standard error.
    pub complaint: String,
}

impl<'a> GitProgram<'a> {
    /// Prepares git for a folder.
    pub fn in_folder(folder: &'a Path) -> Self {
        Self { folder, environment: &[] }
    }

    /// Adds variables to git's environment.
    pub fn with_environment(self, environment: &'a [(&'a str, &'a str)]) -> Self {
        Self { environment, ..self }
    }

    /// Runs git and returns its answer, whether it succeeds or not. Git is tied to no other repository.
    pub fn attempt(&self, arguments: &[&str]) -> Result<Answer, GitProgramError> {
        self.run(arguments, "")
    }

    /// Runs git and returns its output. Git must succeed.
    pub fn read(&self, arguments: &[&str]) -> Result<String, GitProgramError> {
        self.feed(arguments, "")
    }

    /// Runs git with an input and returns its output. Git must succeed.
    pub fn feed(&self, arguments: &[&str], input: &str) -> Result<String, GitProgramError> {
        let answer = self.run(arguments, input)?;
        match answer.outcome {
            Outcome::Succeeded => Ok(answer.output),
            Outcome::Failed => Err(failure(arguments, answer.complaint.trim_end())),
        }
    }

    /// Runs git as the user would and returns its output. Messages on standard error and questions, such as gpg's for
    /// a passphrase, go to the user.
    pub fn run_as_user(&self, arguments: &[&str], input: &str) -> Result<String, GitProgramError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let output = converse(&mut command, input).map_err(|error| failure(arguments, &error.to_string()))?;
        match Outcome::of(&output) {
            Outcome::Succeeded => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
            Outcome::Failed => Err(failure(arguments, "see its message above")),
        }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<Answer, GitProgramError> {
        let mut command = Command::new("git");
        for name in TIES {
            command.env_remove(name);
        }
        command.arg("-C").arg(self.folder).args(arguments);
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
        // A trace of git would appear in errors, and must not contain a token.
        command.env("GIT_TRACE_REDACT", "1");
        command.envs(self.environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = converse(&mut command, input).map_err(|error| failure(arguments, &error.to_string()))?;
        Ok(Answer {
            outcome: Outcome::of(&output),
            output: String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned(),
            complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// Starts a program, writes its input and waits for its end.
fn converse(command: &mut Command, input: &str) -> std::io::Result<Output> {
    let mut child: Child = command.spawn()?;
    if let Some(mut standard_input) = child.stdin.take() {
        standard_input.write_all(input.as_bytes())?;
    }
    child.wait_with_output()
}

fn failure(arguments: &[&str], reason: &str) -> GitProgramError {
    GitProgramError { typed: arguments.join(" "), reason: reason.to_owned() }
}
