//! `demo`: the gate blocking a real push.

use super::error::{CommandError, Exit};
use crate::demo::{DemoError, show};

pub(super) fn run() -> Result<Exit, CommandError> {
    show(&mut std::io::stdout().lock())?;
    Ok(Exit::Accept)
}

impl From<DemoError> for CommandError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::NoGit(_) => Self::usage(error).with_hint("install git 2.28 or newer and run it again"),
            DemoError::Folder { .. } => {
                Self::usage(error).with_hint("set TMPDIR to a folder in which programs may run")
            }
            DemoError::Git { .. }
            | DemoError::Key(_)
            | DemoError::NotAccepted(_)
            | DemoError::NotRejected
            | DemoError::Output(_)
            | DemoError::Moved => Self::undecided(error),
        }
    }
}
