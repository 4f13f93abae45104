//! `demo`.

use super::error::{CommandError, Exit};

pub(super) fn run() -> Result<Exit, CommandError> {
    Ok(Exit::Accept)
}
