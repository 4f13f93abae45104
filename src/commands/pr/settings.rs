//! Which pull request of which forge.

use std::time::Instant;

use tempfile::TempDir;

use crate::cli::PullRequestArguments;
use crate::commands::error::CommandError;
use crate::host::api::{Forge, ForgeAccess, PullNumber};
use crate::host::{ForgeError, HostKind, JobSubject, Runner, Subject};

/// Everything that must be known before anyone is asked.
pub(super) struct Settings {
    pub(super) access: ForgeAccess,
    pub(super) subject: Subject,
    /// The page of the run, for those who see the status.
    pub(super) run_page: Option<String>,
    /// The folder of our temporary repositories; removed when this is dropped.
    pub(super) workspace: TempDir,
}

impl Settings {
    /// The arguments before the runner's variables.
    pub(super) fn of(arguments: &PullRequestArguments, runner: &Runner) -> Result<Self, CommandError> {
        let access = ForgeAccess::find(arguments.into(), runner)?;
        let run_page = access.job.run_page.clone().filter(|page| page.starts_with("https://"));
        let subject = subject(arguments, access.job.subject.as_ref())?;
        let workspace = tempfile::Builder::new().prefix("portcullis-").tempdir();
        let workspace =
            workspace.map_err(|source| CommandError::File { path: std::env::temp_dir(), source })?;
        Ok(Self { access, subject, run_page, workspace })
    }

    /// The forge, ready to be asked.
    pub(super) fn forge(&self, deadline: Instant) -> Result<Box<dyn Forge>, ForgeError> {
        self.access.open(deadline)
    }

    /// The host whose dialect of owners is read.
    pub(super) fn host(&self) -> HostKind {
        self.access.host.kind()
    }

    /// The repository's page.
    pub(super) fn page(&self) -> String {
        format!("{}/{}", self.access.server, self.access.project.as_str())
    }

    /// Where the repository is fetched from.
    pub(super) fn repository(&self) -> String {
        format!("{}/{}.git", self.access.server, self.access.project.as_str())
    }

    /// The folder of refs in which the forge keeps the commits of a pull request.
    pub(super) fn pull_refs(&self, number: PullNumber) -> String {
        format!("{}/{number}", self.access.host.facts().pull_refs)
    }
}

fn subject(arguments: &PullRequestArguments, job: Option<&JobSubject>) -> Result<Subject, CommandError> {
    if let Some(number) = arguments.number {
        return Ok(Subject::PullRequest(number));
    }
    match job {
        Some(JobSubject::Known(subject)) => Ok(subject.clone()),
        Some(JobSubject::EventFile { name, path }) => {
            let file =
                std::fs::read(path).map_err(|source| CommandError::File { path: path.clone(), source })?;
            Ok(Subject::of_event(name, &file)?)
        }
        None => {
            Err(CommandError::Argument("could not determine the pull request: name it with --number".into()))
        }
    }
}
