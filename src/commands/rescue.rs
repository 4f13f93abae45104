//! `rescue`: puts trust files in place on the server, where no push can.

use std::fmt::Write as _;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::RescueArguments;
use crate::gate::RECORDS;
use crate::report::terminal;
use crate::rescue::{AskedRescue, PutFile, Rescue, RescueError, RescuedFile};

pub(super) fn run(arguments: &RescueArguments) -> Result<Exit, CommandError> {
    let asked = arguments.into();
    let rescue = Rescue::prepare(&asked)?;
    let mut text = String::new();
    for change in rescue.changes() {
        let _ = match change {
            RescuedFile::Put(path) => writeln!(text, "{} is put in place", terminal(&path.to_string())),
            RescuedFile::Removed(path) => writeln!(text, "{} is removed", terminal(&path.to_string())),
        };
    }
    if arguments.dry_run {
        let _ = writeln!(text, "nothing was written");
    } else {
        let commit = rescue.commit()?;
        let branch = terminal(rescue.branch());
        let _ = writeln!(text, "{branch} is at {commit}, recorded as {RECORDS}{commit}");
    }
    print(&text)?;
    Ok(Exit::Accept)
}

impl From<&RescueArguments> for AskedRescue {
    fn from(arguments: &RescueArguments) -> Self {
        let mut files = Vec::new();
        for file in &arguments.file {
            files.push(PutFile { path: file.path.clone(), source: file.source.clone() });
        }
        Self {
            folder: arguments.repo.clone(),
            reason: arguments.reason.clone(),
            files,
            removed: arguments.remove.clone(),
            restored: arguments.restore.clone(),
            server_policy: arguments.server_policy.clone(),
        }
    }
}

impl From<RescueError> for CommandError {
    fn from(error: RescueError) -> Self {
        match error {
            RescueError::Git(error) => error.into(),
            RescueError::Gate(error) => error.into(),
            RescueError::GitProgram(error) => error.into(),
            RescueError::Place(error) => error.into(),
            RescueError::Problem(_)
            | RescueError::Restore { .. }
            | RescueError::Index(_)
            | RescueError::NoReason
            | RescueError::NoBranch
            | RescueError::Unborn(_)
            | RescueError::NoObject(..) => Self::usage(error),
        }
    }
}
