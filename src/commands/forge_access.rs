//! The forge that a command line names, and the errors of forges.

use super::error::CommandError;
use crate::cli::{DoctorArguments, PullRequestArguments};
use crate::host::api::AskedForge;
use crate::host::{ForgeAccessError, ForgeError};

impl<'a> From<&'a PullRequestArguments> for AskedForge<'a> {
    fn from(arguments: &'a PullRequestArguments) -> Self {
        Self {
            forge: arguments.forge,
            project: arguments.project.as_deref(),
            api: arguments.api.as_deref(),
            certificates: arguments.ca.as_deref(),
        }
    }
}

impl<'a> From<&'a DoctorArguments> for AskedForge<'a> {
    fn from(arguments: &'a DoctorArguments) -> Self {
        Self {
            forge: arguments.forge.flatten(),
            project: arguments.project.as_deref(),
            api: arguments.api.as_deref(),
            certificates: arguments.ca.as_deref(),
        }
    }
}

impl From<ForgeAccessError> for CommandError {
    fn from(error: ForgeAccessError) -> Self {
        Self::usage(error)
    }
}

impl From<ForgeError> for CommandError {
    fn from(error: ForgeError) -> Self {
        match error {
            ForgeError::Settings(_) => Self::usage(error),
            ForgeError::Unreachable { .. }
            | ForgeError::Refused { .. }
            | ForgeError::RateLimited { .. }
            | ForgeError::Malformed { .. } => Self::undecided(error),
        }
    }
}
