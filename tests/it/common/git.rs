//! The git program, without any configuration or environment of its user.
//!
//! In: arguments and input. Out: what git prints. Never: reads a configuration outside the
//! repository, asks anybody, or signs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Whatever went wrong while a test was being prepared.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// A repository that git commands run in.
#[derive(Debug)]
pub(crate) struct Git {
    directory: PathBuf,
}

impl Git {
    /// Runs in a folder that exists.
    pub(crate) fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Makes an empty bare SHA-1 repository whose HEAD is `refs/heads/main`.
    pub(crate) fn init_bare(directory: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(directory)?;
        let git = Self::at(directory);
        git.run(&["init", "--quiet", "--bare", "--initial-branch=main", "."], b"")?;
        Ok(git)
    }

    /// Runs git in the repository and returns what it prints, without the last line feed.
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Result<String, Failure> {
        let output = self.output(arguments, input)?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git {arguments:?} failed: {message}").into());
        }
        Ok(String::from_utf8(output.stdout)?.trim_end_matches('\n').to_owned())
    }

    /// Runs git in the repository, whether it succeeds or not.
    pub(crate) fn output(&self, arguments: &[&str], input: &[u8]) -> Result<Output, Failure> {
        let mut child = self.command(arguments).spawn()?;
        child.stdin.take().ok_or("git has no input")?.write_all(input)?;
        Ok(child.wait_with_output()?)
    }

    /// git with the scrubbed environment, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.directory).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        command.current_dir(&self.directory).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Stores an object exactly as it is, well formed or not, and returns its id.
    pub(crate) fn store(&self, kind: &str, bytes: &[u8]) -> Result<String, Failure> {
        self.run(&["hash-object", "-t", kind, "--literally", "-w", "--stdin"], bytes)
    }

    /// Points a ref to an object.
    pub(crate) fn set_ref(&self, name: &str, id: &str) -> Result<(), Failure> {
        self.run(&["update-ref", name, id], b"").map(drop)
    }
}
