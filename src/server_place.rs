//! Makes sure that a command runs where only an administrator can: in the bare repository on the Git server.
//!
//! In: a folder, and the environment. Out: why this is another place. Never: takes a hook, a CI job, a clone or a mirror
//! for the server: a pusher can start something there.

use std::path::Path;

use crate::git_program::{GitProgram, GitProgramError, Outcome};
use crate::push::unattended_variable;

/// Why a command does not run here.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// No person runs this.
    #[error("{0} is set, so this is a hook or a CI job: run this command in a shell on the Git server")]
    Unattended(&'static str),
    /// The repository is not a server's.
    #[error("this is a clone: run this command in the bare repository on the Git server")]
    Clone,
    /// The repository follows another one.
    #[error(
        "this repository has a remote, so it is a mirror or a clone: run this command in the repository that people \
         push to"
    )]
    Mirror,
}

/// Makes sure that a person with a shell on the server runs this: not a hook, not a job, not a clone.
///
/// # Errors
///
/// If this is another place.
pub fn check_server_place(folder: &Path) -> Result<(), PlaceError> {
    if let Some(name) = unattended_variable() {
        return Err(PlaceError::Unattended(name));
    }
    let git = GitProgram::in_folder(folder);
    if git.read(&["rev-parse", "--is-bare-repository"])? != "true" {
        return Err(PlaceError::Clone);
    }
    match git.attempt(&["config", "--get-regexp", "^remote\\."])?.outcome {
        Outcome::Failed => Ok(()),
        Outcome::Succeeded => Err(PlaceError::Mirror),
    }
}
