//! The git program, without any configuration or environment of its user.
//!
//! In: arguments and input. Out: what git prints. Never: reads a configuration outside the
//! repository, asks anybody, or signs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whatever went wrong while a test was being prepared.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// A bare repository that git commands run in.
#[derive(Debug)]
pub(crate) struct Git {
    directory: PathBuf,
}

impl Git {
    /// Makes an empty bare SHA-1 repository whose HEAD is `refs/heads/main`.
    pub(crate) fn init_bare(directory: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(directory)?;
        let git = Self { directory: directory.to_owned() };
        git.run(&["init", "--quiet", "--bare", "--initial-branch=main", "."], b"")?;
        Ok(git)
    }

    /// Runs git in the repository and returns what it prints, without the last line feed.
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Result<String, Failure> {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.directory).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        command.current_dir(&self.directory).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("git has no input")?.write_all(input)?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git {arguments:?} failed: {message}").into());
        }
        Ok(String::from_utf8(output.stdout)?.trim_end_matches('\n').to_owned())
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
