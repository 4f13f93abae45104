//! GitLab ("Git server hooks" and "Predefined CI/CD variables" of its documentation).

use crate::host::{
    BypassReach, ForgeFacts, HookFacts, HostError, HostFacts, HostKind, Installation, Job, JobSubject,
    MessageStyle, OwnersCheck, PipelineSource, PushOrigin, RepositoryHook, Runner, SettingsFacts,
    StatusSource, Subject, Topic, Variables, Via, Workflows,
};
use codeowners::Dialect;

pub(in crate::host) static FACTS: HostFacts = HostFacts {
    word: "gitlab",
    hook: HookFacts {
        server: "GitLab",
        speaks,
        origin,
        rehearsal: &[
            ("GL_ID", "user-0"),
            ("GL_USERNAME", "portcullis-doctor"),
            ("GL_REPOSITORY", "project-0"),
            ("GL_PROTOCOL", "ssh"),
        ],
        unseen: &[],
    },
    workflows: Workflows { folders: &[".gitlab/"], files: &[".gitlab-ci.yml"] },
    owners: Some(Dialect::Gitlab),
    installation: Installation {
        shim: include_str!("../../../hooks/pre-receive.gitlab"),
        traces: &["custom_hooks"],
        repository: RepositoryHook::Chained(&["custom_hooks"]),
        run_by_host: &["custom_hooks/pre-receive", "custom_hooks/pre-receive.d/portcullis"],
    },
    forge: Some(ForgeFacts {
        name: "GitLab",
        runs: |runner| runner.affirms("GITLAB_CI"),
        job,
        api_suffix: "/api/v4",
        public: None,
        pull_refs: "refs/merge-requests",
        git_user: "oauth2",
        settings: SettingsFacts {
            help,
            bypass: BypassReach::WholeRule,
            status_source: StatusSource::Unknown,
            pipeline: PipelineSource::Settings,
            owners_check: OwnersCheck::NotReported,
        },
    }),
};

/// The prefix of the lines that its web pages show of a hook's output.
const SHOWN_IN_PAGES: &str = "GL-HOOK-ERR: ";

fn speaks(variables: &Variables) -> bool {
    let repository = variables.get("GL_REPOSITORY").unwrap_or_default();
    variables.has("GL_ID") || repository.starts_with("project-") || repository.starts_with("wiki-")
}

/// Reads the origin. A deploy key has a `GL_ID` of `key-…` and no account.
fn origin(variables: &Variables) -> Result<PushOrigin, HostError> {
    let host = HostKind::Gitlab;
    variables.need(host, "GL_REPOSITORY")?;
    let id = variables.need(host, "GL_ID")?;
    let pusher = if id.starts_with("key-") { id } else { variables.need(host, "GL_USERNAME")? };
    let protocol = variables.need(host, "GL_PROTOCOL")?;
    let (via, style) = match protocol.as_str() {
        "ssh" | "http" => (Via::Push, MessageStyle::Plain),
        "web" => (Via::Web, MessageStyle::Prefixed(SHOWN_IN_PAGES)),
        _ => return Err(HostError::Unknown { host, name: "GL_PROTOCOL", value: protocol }),
    };
    Ok(PushOrigin { kind: host, pusher: Some(pusher), others: Vec::new(), via, pull_number: None, style })
}

fn job(runner: &Runner) -> Job {
    let number = runner.get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok());
    Job {
        api: runner.get("CI_API_V4_URL"),
        server: runner.get("CI_SERVER_URL"),
        project: runner.get("CI_MERGE_REQUEST_PROJECT_PATH").or_else(|| runner.get("CI_PROJECT_PATH")),
        token: runner.get("GITLAB_TOKEN"),
        run_page: runner.get("CI_JOB_URL"),
        subject: number.map(|number| JobSubject::Known(Subject::PullRequest(number))),
    }
}

/// Names the page of a setting in GitLab.
fn help(topic: Topic) -> &'static str {
    match topic {
        Topic::Status => "Settings, Merge requests, Merge checks: `Pipelines must succeed`",
        Topic::Source | Topic::Workflow => {
            "Settings, CI/CD, General pipelines: a `CI/CD configuration file` of another project, or a pipeline \
             execution policy of the group; or the server's own hook"
        }
        Topic::Freshness => {
            "Settings, Merge requests: the merge method `Fast-forward merge`, without `Merge trains`"
        }
        Topic::Bypass | Topic::Pushes => {
            "Settings, Repository, Protected branches: `Allowed to push and merge`: No one"
        }
        Topic::ForcePushes => "Settings, Repository, Protected branches: turn `Allowed to force push` off",
        Topic::Deletion | Topic::OtherBranches => {
            "Settings, Repository, Protected branches: protect the branch"
        }
        Topic::Tags => "Settings, Repository, Protected tags: protect the pattern",
        Topic::Reviews => "Settings, Merge requests, Merge request approvals: add a rule",
        Topic::ReviewsOnPush => {
            "Settings, Merge requests, Approval settings: `When a commit is added: Remove all approvals`"
        }
        Topic::LastPush => {
            "Settings, Merge requests, Approval settings: `Prevent approvals by users who add commits`"
        }
        Topic::CodeOwners => "Settings, Repository, Protected branches: `Require approval from code owners`",
        Topic::Signatures => "Settings, Repository, Push rules: `Reject unsigned commits`",
        Topic::OwnersFile => "correct the file by a merge request",
        Topic::ServerHook => "portcullis install --host gitlab, on the server",
    }
}
