//! The forge that a command line names.

use crate::cli::{DoctorArguments, PullRequestArguments};
use crate::host::api::AskedForge;

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
