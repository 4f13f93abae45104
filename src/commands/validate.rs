//! `validate`: files and folders against the schemas of Kubernetes versions, nothing else.

use std::path::PathBuf;
use std::time::Instant;

use super::error::{CommandError, Exit};
use super::output::{Destination, select};
use crate::cli::ValidateArguments;
use crate::report::Report;
use crate::unpushed::AskedValidation;

pub(super) fn run(arguments: &ValidateArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let mut paths = arguments.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let validation = AskedValidation {
        paths,
        versions: arguments.kubernetes_version.clone(),
        definitions: arguments.definitions.clone(),
    };
    let sections = vec![select(validation.judge()?, &arguments.select)?];
    Destination::of(&arguments.report).write(&Report { sections, elapsed: begin.elapsed(), requests: 0 })
}
