//! Git as a person who has no configuration runs it.
//!
//! In: a folder and arguments. Out: a transcript. Never: passes on the environment of the person who runs portcullis,
//! `GIT_*` above all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Outcome;

/// The git program in an environment of its own.
#[derive(Debug)]
pub struct IsolatedGit {
    home: PathBuf,
    path: OsString,
}

/// A command line and git's answer to it.
#[derive(Debug)]
pub struct Transcript {
    /// The command line, as a person would type it.
    pub typed: String,
    /// Standard output and standard error.
    pub text: String,
    /// The end of the run.
    pub outcome: Outcome,
}

impl IsolatedGit {
    /// Prepares git with a home folder. Programs are looked for in `programs` first, then where the user's own are.
    pub fn new(home: &Path, programs: &Path) -> Self {
        let mut path = programs.as_os_str().to_owned();
        if let Some(inherited) = std::env::var_os("PATH") {
            path.push(":");
            path.push(inherited);
        }
        Self { home: home.to_path_buf(), path }
    }

    /// Runs git and returns its answer, whether it succeeds or not.
    pub fn attempt(&self, folder: &Path, arguments: &[&str]) -> Result<Transcript, std::io::Error> {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", &self.home)
            .env("XDG_CONFIG_HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()?;
        let outcome = Outcome::of(&output);
        let text = trim_lines(&[output.stdout, output.stderr].concat());
        Ok(Transcript { typed: command_line(arguments), text, outcome })
    }
}

/// Trims the blanks with which git pads `remote:` lines: no one sees them on a terminal.
fn trim_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn command_line(arguments: &[&str]) -> String {
    let mut line = "git".to_owned();
    for word in arguments {
        line.push(' ');
        let quote = if word.contains(' ') { "\"" } else { "" };
        line.extend([quote, word, quote]);
    }
    line
}
