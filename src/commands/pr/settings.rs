//! Which pull request of which forge, and how it is reached.

use std::time::Instant;

use crate::cli::{ForgeArgument, PullRequestArguments};
use crate::commands::error::CommandError;
use crate::forge::{Connection, Forge, ForgeError, Gitea, Github, Gitlab, Http, Project, PullNumber};
use crate::push::{ForgeKind, HostKind, Runner, Subject};

/// Everything that has to be known before anybody is asked.
pub(super) struct Settings {
    pub(super) kind: ForgeKind,
    pub(super) project: Project,
    api: String,
    /// Where repositories are fetched from, without a slash at its end.
    pub(super) server: String,
    pub(super) token: Option<String>,
    pub(super) subject: Subject,
    /// The page of the run, for those who see the status.
    pub(super) run_page: Option<String>,
}

impl Settings {
    /// The arguments before the runner's variables.
    pub(super) fn of(arguments: &PullRequestArguments, runner: &Runner) -> Result<Self, CommandError> {
        let missing = |what: &str| CommandError::Argument(what.to_owned());
        let kind = arguments.forge.map(forge_kind).or_else(|| runner.forge());
        let kind = kind.ok_or_else(|| missing("it is not known which forge to ask: name it with --forge"))?;
        let project = arguments.project.as_deref().or_else(|| runner.project(kind));
        let project = project.ok_or_else(|| {
            missing("it is not known which repository to ask about: name it with --project")
        })?;
        let project = Project::parse(project)
            .ok_or_else(|| missing(&format!("`{project}` is no repository: write it like `acme/prod`")))?;
        let api = arguments.api.as_deref().or_else(|| runner.api(kind));
        let api =
            api.ok_or_else(|| missing("it is not known where the forge's API is: name it with --api"))?;
        let api = api.trim_end_matches('/').to_owned();
        let server = match (&arguments.api, runner.server(kind)) {
            (None, Some(server)) => server.trim_end_matches('/').to_owned(),
            (Some(_), _) | (None, None) => server_of(&api),
        };
        Ok(Self {
            kind,
            project,
            api,
            server,
            token: runner.token(kind).map(str::to_owned),
            subject: subject(arguments, runner, kind)?,
            run_page: runner.run_page(kind).filter(|page| page.starts_with("https://")),
        })
    }

    /// The forge, ready to be asked.
    pub(super) fn forge(
        &self,
        arguments: &PullRequestArguments,
        deadline: Instant,
    ) -> Result<Box<dyn Forge>, ForgeError> {
        let (token, certificates) = (self.token.as_deref(), arguments.ca.as_deref());
        let http = Http::open(&Connection { base: &self.api, token, certificates, deadline })?;
        match self.kind {
            ForgeKind::Github => Ok(Box::new(Github::new(http, self.project.clone()))),
            ForgeKind::Gitlab => Ok(Box::new(Gitlab::new(http, self.project.clone()))),
            ForgeKind::Gitea => Ok(Box::new(Gitea::new(http, self.project.clone()))),
        }
    }

    /// The host whose dialect of owners is read.
    pub(super) fn host(&self) -> HostKind {
        match self.kind {
            ForgeKind::Github => HostKind::Github,
            ForgeKind::Gitlab => HostKind::Gitlab,
            ForgeKind::Gitea => HostKind::Gitea,
        }
    }

    /// The repository's page.
    pub(super) fn page(&self) -> String {
        format!("{}/{}", self.server, self.project.as_str())
    }

    /// Where the repository is fetched from.
    pub(super) fn repository(&self) -> String {
        format!("{}/{}.git", self.server, self.project.as_str())
    }

    /// The folder of refs in which the forge keeps the commits of a pull request.
    pub(super) fn pull_refs(&self, number: PullNumber) -> String {
        match self.kind {
            ForgeKind::Github | ForgeKind::Gitea => format!("refs/pull/{number}"),
            ForgeKind::Gitlab => format!("refs/merge-requests/{number}"),
        }
    }
}

fn forge_kind(argument: ForgeArgument) -> ForgeKind {
    match argument {
        ForgeArgument::Github => ForgeKind::Github,
        ForgeArgument::Gitlab => ForgeKind::Gitlab,
        ForgeArgument::Gitea => ForgeKind::Gitea,
    }
}

/// The server of an API, as each forge places it.
fn server_of(api: &str) -> String {
    if api == "https://api.github.com" {
        return "https://github.com".to_owned();
    }
    let below = ["/api/v3", "/api/v4", "/api/v1"].into_iter().find_map(|path| api.strip_suffix(path));
    below.unwrap_or(api).to_owned()
}

fn subject(
    arguments: &PullRequestArguments,
    runner: &Runner,
    kind: ForgeKind,
) -> Result<Subject, CommandError> {
    if let Some(number) = arguments.number {
        return Ok(Subject::PullRequest(number));
    }
    let missing = || {
        CommandError::Argument("it is not known which pull request to judge: name it with --number".into())
    };
    match kind {
        ForgeKind::Gitlab => {
            let number = runner.get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok());
            number.map(Subject::PullRequest).ok_or_else(missing)
        }
        ForgeKind::Github | ForgeKind::Gitea => {
            let path = runner.get("GITHUB_EVENT_PATH").ok_or_else(missing)?;
            let file =
                std::fs::read(path).map_err(|source| CommandError::File { path: path.into(), source })?;
            Ok(Subject::of_event(runner.get("GITHUB_EVENT_NAME").unwrap_or_default(), &file)?)
        }
    }
}
