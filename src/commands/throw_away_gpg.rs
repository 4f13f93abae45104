//! Stands in for gpg where git signs with a throw-away key of the demo or of a test.

use super::error::{CommandError, Exit};
use crate::cli::ThrowAwayGpgArguments;
use crate::signature::gpg_program;

pub(super) fn run(arguments: &ThrowAwayGpgArguments) -> Result<Exit, CommandError> {
    let _ = arguments;
    let _ = gpg_program;
    Ok(Exit::Accept)
}
