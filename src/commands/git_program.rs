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
