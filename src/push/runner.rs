//! What a forge's runner says of the job: where the API is, which repository, which pull request.
//!
//! In: the runner's variables. Out: [`Runner`]. Never: anything that the author of a change can set from inside it;
//! what a workflow passes on as `env:` it answers for.

use std::collections::BTreeMap;

/// A forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeKind {
    /// GitHub and GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

impl ForgeKind {
    /// The word of `--forge`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Gitea => "gitea",
        }
    }
}

/// The variables that runners set, empty ones left out.
#[derive(Clone, Debug, Default)]
pub struct Runner(BTreeMap<&'static str, String>);

impl Runner {
    /// Every variable that is asked for.
    const NAMES: [&'static str; 24] = [
        "CI_API_V4_URL",
        "CI_JOB_URL",
        "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_PROJECT_PATH",
        "CI_PROJECT_PATH",
        "CI_SERVER_URL",
        "FORGEJO_ACTIONS",
        "FORGEJO_TOKEN",
        "GITEA_ACTIONS",
        "GITEA_TOKEN",
        "GITHUB_ACTIONS",
        "GITHUB_API_URL",
        "GITHUB_EVENT_NAME",
        "GITHUB_EVENT_PATH",
        "GITHUB_OUTPUT",
        "GITHUB_REPOSITORY",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_TOKEN",
        "GITLAB_CI",
        "GITLAB_TOKEN",
        "PORTCULLIS_TOKEN",
        "RUNNER_TEMP",
    ];

    /// The variables for which `read` gives a value.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let set = Self::NAMES.iter().filter_map(|name| Some((*name, read(name)?)));
        Self(set.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whose runner it is. Gitea's and Forgejo's set GitHub's variables too.
    pub fn forge(&self) -> Option<ForgeKind> {
        let says = |name: &str| self.get(name) == Some("true");
        if says("GITEA_ACTIONS") || says("FORGEJO_ACTIONS") {
            Some(ForgeKind::Gitea)
        } else if says("GITLAB_CI") {
            Some(ForgeKind::Gitlab)
        } else if says("GITHUB_ACTIONS") {
            Some(ForgeKind::Github)
        } else {
            None
        }
    }

    /// The base of the forge's API.
    pub fn api(&self, forge: ForgeKind) -> Option<&str> {
        match forge {
            ForgeKind::Github => Some(self.get("GITHUB_API_URL").unwrap_or("https://api.github.com")),
            ForgeKind::Gitlab => self.get("CI_API_V4_URL"),
            ForgeKind::Gitea => self.get("GITHUB_API_URL"),
        }
    }

    /// Where repositories are fetched from.
    pub fn server(&self, forge: ForgeKind) -> Option<&str> {
        match forge {
            ForgeKind::Github | ForgeKind::Gitea => self.get("GITHUB_SERVER_URL"),
            ForgeKind::Gitlab => self.get("CI_SERVER_URL"),
        }
    }

    /// The repository that the pull request wants to change.
    pub fn project(&self, forge: ForgeKind) -> Option<&str> {
        match forge {
            ForgeKind::Github | ForgeKind::Gitea => self.get("GITHUB_REPOSITORY"),
            ForgeKind::Gitlab => self.get("CI_MERGE_REQUEST_PROJECT_PATH").or(self.get("CI_PROJECT_PATH")),
        }
    }

    /// The token to ask with. `GITHUB_TOKEN` is whose runner it is: another forge would learn it.
    pub fn token(&self, forge: ForgeKind) -> Option<&str> {
        let of_runner =
            self.get("GITHUB_TOKEN").filter(|_| self.forge().is_none_or(|runner| runner == forge));
        let own = match forge {
            ForgeKind::Github => of_runner,
            ForgeKind::Gitlab => self.get("GITLAB_TOKEN"),
            ForgeKind::Gitea => self.get("GITEA_TOKEN").or(self.get("FORGEJO_TOKEN")).or(of_runner),
        };
        self.get("PORTCULLIS_TOKEN").or(own)
    }

    /// The page of the run.
    pub fn run_page(&self, forge: ForgeKind) -> Option<String> {
        match forge {
            ForgeKind::Github | ForgeKind::Gitea => {
                let (server, project) = (self.server(forge)?, self.project(forge)?);
                Some(format!("{server}/{project}/actions/runs/{}", self.get("GITHUB_RUN_ID")?))
            }
            ForgeKind::Gitlab => self.get("CI_JOB_URL").map(str::to_owned),
        }
    }
}
