//! Replaces gpg where git signs with a throw-away key of the demo or of a test.
//!
//! git calls a script that runs `portcullis throw-away-gpg --keys DIR -- "$@"`.

use std::io::{stderr, stdin, stdout};
use std::time::SystemTime;

use super::error::{CommandError, Exit};
use crate::cli::ThrowAwayGpgArguments;
use git_trust::gpg_program;

/// git asks for the status on descriptor 2 and for the signature on standard output.
pub(super) fn run(arguments: &ThrowAwayGpgArguments) -> Result<Exit, CommandError> {
    let ThrowAwayGpgArguments { keys, arguments } = arguments;
    gpg_program(keys, arguments, SystemTime::now(), &mut stdin(), &mut stdout(), &mut stderr())
        .map_err(CommandError::usage)?;
    Ok(Exit::Accept)
}
