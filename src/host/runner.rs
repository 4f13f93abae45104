//! What a forge's runner says of a job: where the API is, which repository, which pull request.
//!
//! In: the runner's variables. Out: [`Runner`] and [`Job`]. Never: anything that the author of a change can set from
//! inside it; what a workflow passes on as `env:` it answers for.

use std::path::PathBuf;

use super::HostKind;
use super::event::Subject;
use super::forge::ForgeHost;
use super::variables::Variables;

/// The variables that runners set.
#[derive(Clone, Debug)]
pub struct Runner(Variables);

/// What a runner says of its job. It cannot be printed: the token is a secret.
#[derive(Clone)]
pub struct Job {
    /// The base of the forge's API.
    pub api: Option<String>,
    /// Where repositories are fetched from.
    pub server: Option<String>,
    /// The repository that the pull request wants to change.
    pub project: Option<String>,
    /// The token to ask with.
    pub token: Option<String>,
    /// The page of the run.
    pub run_page: Option<String>,
    /// What is to be judged.
    pub subject: Option<JobSubject>,
}

/// What a job is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobSubject {
    /// The variables say it.
    Known(Subject),
    /// A file describes the event that started the job; [`Subject::of_event`] reads it.
    EventFile {
        /// The event's name.
        name: String,
        /// The file.
        path: PathBuf,
    },
}

impl Runner {
    /// The runner that has set these variables.
    pub fn new(variables: Variables) -> Self {
        Self(variables)
    }

    /// One variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name)
    }

    /// Whether a variable says yes.
    pub(super) fn affirms(&self, name: &str) -> bool {
        self.get(name).as_deref() == Some("true")
    }

    /// Whose runner it is. Some set the variables of another forge too, which comes before theirs in
    /// [`HostKind::ALL`].
    pub fn forge(&self) -> Option<ForgeHost> {
        ForgeHost::all().rev().find(|forge| (forge.facts().runs)(self))
    }

    /// What it says of the job, as one forge writes it. `PORTCULLIS_TOKEN` comes before the forge's own.
    pub fn job(&self, forge: ForgeHost) -> Job {
        let job = (forge.facts().job)(self);
        Job { token: self.get("PORTCULLIS_TOKEN").or(job.token), ..job }
    }

    /// A token that is of the forge whose runner this is: another forge would learn it.
    pub(super) fn token_of(&self, host: HostKind, name: &str) -> Option<String> {
        self.get(name).filter(|_| self.forge().is_none_or(|runner| runner.kind() == host))
    }

    /// The page of a run of Actions, as GitHub places it and Gitea does too.
    pub(super) fn actions_page(&self) -> Option<String> {
        let (server, project) = (self.get("GITHUB_SERVER_URL")?, self.get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{project}/actions/runs/{}", self.get("GITHUB_RUN_ID")?))
    }

    /// The event that started a job of Actions.
    pub(super) fn actions_event(&self) -> Option<JobSubject> {
        let path = self.get("GITHUB_EVENT_PATH")?.into();
        Some(JobSubject::EventFile { name: self.get("GITHUB_EVENT_NAME").unwrap_or_default(), path })
    }
}
