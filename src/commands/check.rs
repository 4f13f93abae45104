//! `check`: two revisions, or paths as if all of them were new.

use std::time::Instant;

use super::error::{CommandError, Exit};
use super::output::{Destination, select};
use super::report_files::write_files;
use crate::cli::CheckArguments;
use crate::gate::{load_policy_file, load_without_repository};
use crate::report::{Report, Section};
use crate::unpushed::{AskedRevisions, Folder, NOT_EVALUATED, UnpushedError, judge_revisions};

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let section = match &arguments.base {
        Some(base) => judge_revisions(&AskedRevisions {
            folder: arguments.report.repo.clone(),
            server_policy: arguments.server_policy.clone(),
            base: base.clone(),
            head: arguments.head.clone().unwrap_or_else(|| "HEAD".to_owned()),
            policy: arguments.policy.clone(),
        })?,
        None if !arguments.paths.is_empty() => judge_paths(arguments)?,
        None => {
            let message =
                "specify what to check: `--base REV`, `--base REV --head REV`, or files and folders";
            return Err(CommandError::usage(message));
        }
    };
    let section = select(section, &arguments.select)?;
    let report = Report { sections: vec![section], elapsed: begin.elapsed(), requests: 0 };
    write_files(&arguments.files, &report)?;
    Destination::of(&arguments.report).write(&report)
}

fn judge_paths(arguments: &CheckArguments) -> Result<Section, CommandError> {
    let folder = Folder::read(&arguments.paths)?;
    let governing = match &arguments.policy {
        Some(file) => load_policy_file(file)?,
        None => load_without_repository(arguments.server_policy.as_deref())?,
    };
    let mut section = folder.judge(governing.targets, &governing.policy)?;
    section.notices.push(NOT_EVALUATED.into());
    Ok(section)
}

impl From<UnpushedError> for CommandError {
    fn from(error: UnpushedError) -> Self {
        match error {
            UnpushedError::Gate(error) => error.into(),
            UnpushedError::Git(error) => error.into(),
            UnpushedError::Input(_) => Self::undecided(error),
            UnpushedError::File { .. }
            | UnpushedError::Name(_)
            | UnpushedError::Encoding(_)
            | UnpushedError::EmptyStream(_)
            | UnpushedError::NoManifest
            | UnpushedError::EmptyRange
            | UnpushedError::Versions(_) => Self::usage(error),
        }
    }
}
