//! Everything that must be known before the forge is asked.

use std::sync::OnceLock;

use tempfile::TempDir;

use super::error::{PullRequestError, file_error};
use super::options::Options;
use super::run::{Judged, Run, VerdictTarget};
use super::schedule::Schedule;
use crate::host::api::{AskedForge, ForgeAccess, PullNumber};
use crate::host::{HostKind, JobSubject, Runner, Subject};
use crate::report::Report;

/// Everything that must be known before the forge is asked.
pub struct Settings {
    pub(super) options: Options,
    pub(super) schedule: Schedule,
    pub(super) access: ForgeAccess,
    pub(super) subject: Subject,
    /// The page of the run, for people who see the status.
    pub(super) run_page: Option<String>,
    /// The folder of our temporary repositories; removed when this is dropped.
    pub(super) workspace: TempDir,
    /// The target of the verdict, as soon as it is known.
    target: OnceLock<VerdictTarget>,
}

impl Settings {
    /// Finds the settings. The command line takes precedence over the runner's variables.
    pub fn find(
        options: Options,
        asked: AskedForge<'_>,
        runner: &Runner,
        schedule: Schedule,
    ) -> Result<Self, PullRequestError> {
        let access = ForgeAccess::find(asked, runner)?;
        let run_page = access.job.run_page.clone().filter(|page| page.starts_with("https://"));
        let subject = find_subject(&options, access.job.subject.as_ref())?;
        let workspace = tempfile::Builder::new().prefix("portcullis-").tempdir();
        let workspace = workspace.map_err(file_error(&std::env::temp_dir()))?;
        Ok(Self { options, schedule, access, subject, run_page, workspace, target: OnceLock::new() })
    }

    /// Publishes that a run has no verdict, which replaces the verdict of an older run. Fails with the same error if the
    /// commit is unknown or the forge cannot be reached.
    pub fn publish_without_verdict(&self, error: PullRequestError) -> Result<Report, PullRequestError> {
        match (self.target.get(), self.access.open(self.schedule.publish_by())) {
            (Some(target), Ok(forge)) => {
                let judged = Judged::undecided(target.clone(), &error);
                Ok(Run { settings: self, forge }.publish(judged))
            }
            (None, _) | (Some(_), Err(_)) => Err(error),
        }
    }

    /// Removes the temporary repositories, for a process that ends without dropping anything.
    pub fn remove_workspace(&self) {
        let _ = std::fs::remove_dir_all(self.workspace.path());
    }

    /// Remembers where to report if there is no verdict. A run is about one commit only.
    pub(super) fn remember(&self, target: &VerdictTarget) {
        self.target.get_or_init(|| target.clone());
    }

    /// The host whose dialect of owners is read.
    pub(super) fn host(&self) -> HostKind {
        self.access.host.kind()
    }

    /// The repository's page.
    pub(super) fn page(&self) -> String {
        format!("{}/{}", self.access.server, self.access.project.as_str())
    }

    /// The address from which the repository is fetched.
    pub(super) fn repository(&self) -> String {
        format!("{}/{}.git", self.access.server, self.access.project.as_str())
    }

    /// The folder of refs in which the forge keeps the commits of a pull request.
    pub(super) fn pull_refs(&self, number: PullNumber) -> String {
        format!("{}/{number}", self.access.host.facts().pull_refs)
    }
}

fn find_subject(options: &Options, job: Option<&JobSubject>) -> Result<Subject, PullRequestError> {
    if let Some(number) = options.number {
        return Ok(Subject::PullRequest(number));
    }
    match job {
        Some(JobSubject::Known(subject)) => Ok(subject.clone()),
        Some(JobSubject::EventFile { name, path }) => {
            let file = std::fs::read(path).map_err(file_error(path))?;
            Ok(Subject::of_event(name, &file)?)
        }
        None => Err(PullRequestError::NoNumber),
    }
}
