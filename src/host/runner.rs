//! HostFacts about a job from a forge's runner: the API, the repository, the pull request.
//!
//! In: the runner's variables. Out: [`Runner`] and [`Job`]. Never: anything that the author of a change can set from
//! inside it. A workflow is responsible for the variables that it sets itself in `env:`.

use std::path::PathBuf;

use super::HostKind;
use super::event::Subject;
use super::forge::ForgeHost;
use super::variables::Variables;

/// The variables that runners set.
#[derive(Clone, Debug)]
pub struct Runner(Variables);

/// The facts about a job. It cannot be printed, because the token is a secret.
#[derive(Clone)]
pub struct Job {
    /// The base of the forge's API.
    pub api: Option<String>,
    /// The address from which repositories are fetched.
    pub server: Option<String>,
    /// The repository that the pull request wants to change.
    pub project: Option<String>,
    /// The token for requests.
    pub token: Option<String>,
    /// The page of the run.
    pub run_page: Option<String>,
    /// The subject of the job.
    pub subject: Option<JobSubject>,
}

/// The subject of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobSubject {
    /// The subject, known from the variables.
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
    /// Creates the runner that has set these variables.
    pub fn new(variables: Variables) -> Self {
        Self(variables)
    }

    /// Returns one variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name)
    }

    /// Returns true if a variable is `true`.
    pub(super) fn affirms(&self, name: &str) -> bool {
        self.get(name).as_deref() == Some("true")
    }

    /// Returns the forge of the runner. Some runners set the variables of another forge too, which comes before theirs
    /// in [`HostKind::ALL`].
    pub fn forge(&self) -> Option<ForgeHost> {
        ForgeHost::all().rev().find(|forge| (forge.facts().runs)(self))
    }

    /// Reads the job in the variables of one forge. `PORTCULLIS_TOKEN` comes before the forge's own.
    pub fn job(&self, forge: ForgeHost) -> Job {
        let job = (forge.facts().job)(self);
        Job { token: self.get("PORTCULLIS_TOKEN").or(job.token), ..job }
    }

    /// Returns a token if the runner is of the same forge. Another forge would learn the token.
    pub(super) fn token_of(&self, host: HostKind, name: &str) -> Option<String> {
        self.get(name).filter(|_| self.forge().is_none_or(|runner| runner.kind() == host))
    }

    /// Returns the page of a run of Actions, which GitHub and Gitea place alike.
    pub(super) fn actions_page(&self) -> Option<String> {
        let (server, project) = (self.get("GITHUB_SERVER_URL")?, self.get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{project}/actions/runs/{}", self.get("GITHUB_RUN_ID")?))
    }

    /// Returns the event that started a job of Actions.
    pub(super) fn actions_event(&self) -> Option<JobSubject> {
        let path = self.get("GITHUB_EVENT_PATH")?.into();
        Some(JobSubject::EventFile { name: self.get("GITHUB_EVENT_NAME").unwrap_or_default(), path })
    }
}
