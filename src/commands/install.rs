//! `install`: puts the gate where git or the host looks for a hook.

use std::path::PathBuf;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{InstallArguments, PlaceArguments};
use crate::install::{AskedHook, AskedPlace, InstallError, Installation};

pub(super) fn run(arguments: &InstallArguments) -> Result<Exit, CommandError> {
    let asked = arguments.into();
    let installation =
        if arguments.remove { Installation::plan_removal(&asked)? } else { Installation::plan(&asked)? };
    if arguments.dry_run {
        print(&installation.preview())?;
    } else {
        print(&installation.carry_out()?)?;
    }
    Ok(Exit::Accept)
}

impl From<&InstallArguments> for AskedHook {
    fn from(arguments: &InstallArguments) -> Self {
        Self {
            place: (&arguments.place).into(),
            host: arguments.host,
            server_policy: arguments.server_policy.clone(),
            deadline: arguments.deadline,
            log: arguments.log.clone(),
        }
    }
}

impl From<&PlaceArguments> for AskedPlace {
    fn from(arguments: &PlaceArguments) -> Self {
        let PlaceArguments { repo, hooks_path, template, local_code, custom_hooks } = arguments.clone();
        hooks_path
            .map(Self::HooksPath)
            .or(template.map(Self::Template))
            .or(local_code.map(Self::LocalCode))
            .or(custom_hooks.map(Self::CustomHooks))
            .unwrap_or_else(|| Self::Repository(repo.unwrap_or_else(|| PathBuf::from("."))))
    }
}

impl From<InstallError> for CommandError {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::Gate(error) => error.into(),
            InstallError::Git(error) => error.into(),
            InstallError::GitProgram(error) => error.into(),
            InstallError::Symlink(_)
            | InstallError::Other(..)
            | InstallError::Writable(_)
            | InstallError::Foreign(_)
            | InstallError::NotExecutable(_)
            | InstallError::Named(_)
            | InstallError::Chained(_)
            | InstallError::Calls(_)
            | InstallError::Shadowed { .. }
            | InstallError::Elsewhere(_)
            | InstallError::Name(_)
            | InstallError::NotOurs(_)
            | InstallError::OwnersExist
            | InstallError::Owner(_)
            | InstallError::Options
            | InstallError::NoWorkTree
            | InstallError::PolicyExists(_)
            | InstallError::File { .. } => Self::usage(error),
        }
    }
}
