//! `demo`: the gate blocking a real push.

use super::error::{CommandError, Exit};
use crate::demo::show;

pub(super) fn run() -> Result<Exit, CommandError> {
    show(&mut std::io::stdout().lock())?;
    Ok(Exit::Accept)
}
