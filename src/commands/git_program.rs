//! Runs the user's own git, with the user's own configuration: only it knows where the signing key is.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::CommandError;

/// Runs git in a folder and returns what it prints, without the last line end. What git says on standard
/// error, gpg's questions included, goes to the user.
pub(super) fn git(folder: &Path, arguments: &[&str], input: &str) -> Result<String, CommandError> {
    let failed = |reason: String| CommandError::GitProgram { typed: arguments.join(" "), reason };
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut standard_input) = child.stdin.take() {
        standard_input.write_all(input.as_bytes()).map_err(|error| failed(error.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed("see its message above".to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// What ties git to another repository than the one in its folder: `git rev-parse --local-env-vars`, and the
/// rest of what a hook is started with.
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

/// What git said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// Standard output, without the last line end.
    pub(super) output: String,
    /// Standard error.
    pub(super) complaint: String,
}

/// How git ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
}

/// Runs the user's git in a folder, tied to no other repository, whether it succeeds or not. No one is asked
/// anything.
pub(super) fn attempt(
    folder: &Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Result<Answer, CommandError> {
    let failed = |error: std::io::Error| CommandError::GitProgram {
        typed: arguments.join(" "),
        reason: error.to_string(),
    };
    let mut command = Command::new("git");
    for name in TIES {
        command.env_remove(name);
    }
    command.arg("-C").arg(folder).args(arguments).env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
    // A trace of git would appear in errors, and must not contain a token.
    command.env("GIT_TRACE_REDACT", "1");
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut standard_input) = child.stdin.take() {
        standard_input.write_all(input.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok(Answer {
        outcome: if output.status.success() { Outcome::Succeeded } else { Outcome::Failed },
        output: String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned(),
        complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// What git prints where it must succeed.
pub(super) fn ask(folder: &Path, arguments: &[&str]) -> Result<String, CommandError> {
    done(folder, &[], arguments, "")
}

/// The same, with an environment and input.
pub(super) fn done(
    folder: &Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Result<String, CommandError> {
    let answer = attempt(folder, environment, arguments, input)?;
    match answer.outcome {
        Outcome::Succeeded => Ok(answer.output),
        Outcome::Failed => {
            let reason = answer.complaint.trim_end().to_owned();
            Err(CommandError::GitProgram { typed: arguments.join(" "), reason })
        }
    }
}
