//! Runs git as a person who has no configuration.
//!
//! In: a folder and arguments. Out: what git prints. Never: passes on the environment of the person who
//! runs the demo, `GIT_*` above all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::DemoError;

/// The git program in one environment.
#[derive(Debug)]
pub(super) struct Git {
    home: PathBuf,
    path: OsString,
}

/// What git said.
#[derive(Debug)]
pub(super) struct Answer {
    /// What a person would have typed.
    pub(super) typed: String,
    /// Both outputs.
    pub(super) text: String,
    /// Whether git says that it succeeded.
    pub(super) outcome: Outcome,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
}

impl Git {
    /// Programs are looked for in `programs` first, then where the user's own are.
    pub(super) fn new(home: &Path, programs: &Path) -> Self {
        let mut path = programs.as_os_str().to_owned();
        if let Some(inherited) = std::env::var_os("PATH") {
            path.push(":");
            path.push(inherited);
        }
        Self { home: home.to_path_buf(), path }
    }

    /// Runs git and returns what it says, whether it succeeds or not.
    pub(super) fn ask(&self, folder: &Path, arguments: &[&str]) -> Result<Answer, DemoError> {
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
            .stdin(std::process::Stdio::null())
            .output()
            .map_err(DemoError::NoGit)?;
        let outcome = if output.status.success() { Outcome::Succeeded } else { Outcome::Failed };
        let text = lines(&[output.stdout, output.stderr].concat());
        Ok(Answer { typed: typed(arguments), text, outcome })
    }

    /// Runs git where it must succeed.
    pub(super) fn run(&self, folder: &Path, arguments: &[&str]) -> Result<Answer, DemoError> {
        let answer = self.ask(folder, arguments)?;
        match answer.outcome {
            Outcome::Succeeded => Ok(answer),
            Outcome::Failed => Err(DemoError::Git { typed: answer.typed, text: answer.text }),
        }
    }
}

/// git pads `remote:` lines with blanks, which no one sees on a terminal.
fn lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn typed(arguments: &[&str]) -> String {
    let word = |word: &&str| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() };
    std::iter::once("git".to_owned()).chain(arguments.iter().map(word)).collect::<Vec<_>>().join(" ")
}
