//! `import-waivers`: converts ignore rules of other tools to waivers.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{self, ImportWaiversArguments};
use crate::waivers::{ForeignTool, Import};

pub(super) fn run(arguments: &ImportWaiversArguments) -> Result<Exit, CommandError> {
    let (origin, terms) = ((&arguments.terms).into(), (&arguments.terms).into());
    let import = Import::read(&origin, arguments.from.into(), &arguments.paths, &terms)?;
    print(&match &arguments.output {
        None => import.to_text(),
        Some(output) => import.add_to(output)?,
    })?;
    Ok(Exit::Accept)
}

impl From<cli::ForeignTool> for ForeignTool {
    fn from(tool: cli::ForeignTool) -> Self {
        match tool {
            cli::ForeignTool::KubeLinter => Self::KubeLinter,
            cli::ForeignTool::Checkov => Self::Checkov,
            cli::ForeignTool::Trivy => Self::Trivy,
        }
    }
}
