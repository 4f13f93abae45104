//! The environment of a hook or a job. Only this module reads environment variables about git and forges.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::host::{Runner, Variables};

/// The variables that git exports to a hook.
#[derive(Clone, Debug)]
pub struct HookEnvironment {
    /// `GIT_DIR`.
    pub git_dir: PathBuf,
    /// `GIT_OBJECT_DIRECTORY`: the quarantine that holds the objects of the push.
    pub quarantine: Option<PathBuf>,
    /// `GIT_NAMESPACE`.
    pub namespace: Option<String>,
    /// `GIT_SHALLOW_FILE`: the push comes from a shallow clone.
    pub shallow_file: Option<PathBuf>,
    /// The variables that the host sets.
    pub host: Variables,
}

/// The process was not started by git.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// `GIT_DIR` is not set.
    #[error(
        "GIT_DIR is not set\n  this command is a git hook: git sets the variable when it runs it; \
             to judge two revisions by hand, use `portcullis check --base A --head B`"
    )]
    NoGitDir,
}

/// Returns `GIT_INDEX_FILE`, the index that is being committed. `git commit --all` and `git commit PATH` prepare an
/// index of their own beside the repository's.
pub fn index_file() -> Option<PathBuf> {
    read_variable("GIT_INDEX_FILE").map(PathBuf::from)
}

/// Returns the variables of a forge's runner.
pub fn runner() -> Runner {
    Runner::new(variables())
}

/// Returns the variables of hosts and forges.
fn variables() -> Variables {
    Variables::new(|name| read_variable(name).map(|value| value.to_string_lossy().into_owned()))
}

/// Returns the variable that proves that no person sits before this process: git runs it as a hook, or a job does.
pub fn unattended_variable() -> Option<&'static str> {
    const NAMES: [&str; 6] =
        ["GIT_DIR", "GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "CI", "GITHUB_ACTIONS", "GITLAB_CI"];
    NAMES.into_iter().find(|name| read_variable(name).is_some())
}

fn read_variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

impl HookEnvironment {
    /// Reads the variables that `git receive-pack` exports.
    pub fn read() -> Result<Self, EnvironmentError> {
        let lossy = |value: OsString| value.to_string_lossy().into_owned();
        Ok(Self {
            git_dir: read_variable("GIT_DIR").map(PathBuf::from).ok_or(EnvironmentError::NoGitDir)?,
            quarantine: read_variable("GIT_OBJECT_DIRECTORY").map(PathBuf::from),
            namespace: read_variable("GIT_NAMESPACE").map(lossy),
            shallow_file: read_variable("GIT_SHALLOW_FILE").map(PathBuf::from),
            host: variables(),
        })
    }
}
