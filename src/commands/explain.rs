//! `explain` and `checks`: what the gate looks at.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::checks::{self, REGISTRY};
use crate::cli::ExplainArguments;
use crate::policy::did_you_mean;

pub(super) fn run(arguments: &ExplainArguments) -> Result<Exit, CommandError> {
    let Some(check) = checks::find(&arguments.check) else {
        let meant = did_you_mean(&arguments.check, REGISTRY.iter().map(|check| check.meta.id));
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        return Err(CommandError::Argument(format!("there is no check `{}`{hint}", arguments.check)));
    };
    print(&check.meta.page())?;
    Ok(Exit::Accept)
}

pub(super) fn list() -> Result<Exit, CommandError> {
    let width = REGISTRY.iter().map(|check| check.meta.id.len()).max().unwrap_or(0);
    let lines = REGISTRY.iter().map(|check| {
        let meta = check.meta;
        format!("{:width$}  {:9} {}\n", meta.id, meta.family.as_str(), meta.title)
    });
    print(&lines.collect::<String>())?;
    Ok(Exit::Accept)
}
