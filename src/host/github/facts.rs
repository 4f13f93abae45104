//! GitHub and GitHub Enterprise Server ("Writing scripts for pre-receive hooks" and "Variables reference" of its
//! documentation).

use crate::host::{
    BypassReach, ForgeFacts, HookFacts, HostError, HostFacts, HostKind, Installation, Job, MessageStyle,
    OwnersCheck, PipelineSource, PushOrigin, RepositoryHook, Runner, SettingsFacts, StatusSource, Topic,
    Variables, Via, Workflows,
};
use codeowners::Dialect;

pub(in crate::host) static FACTS: HostFacts = HostFacts {
    word: "github",
    hook: HookFacts {
        server: "GitHub Enterprise Server",
        // Actions set `GITHUB_*` too, but never this variable.
        speaks: |variables| variables.has("GITHUB_USER_LOGIN"),
        origin,
        rehearsal: &[("GITHUB_USER_LOGIN", "portcullis-doctor"), ("GITHUB_REPO_NAME", "portcullis/doctor")],
        unseen: &[],
    },
    workflows: Workflows { folders: &[".github/workflows/"], files: &[] },
    owners: Some(Dialect::Github),
    installation: Installation {
        shim: include_str!("../../../hooks/pre-receive.github-enterprise-server"),
        traces: &[],
        repository: RepositoryHook::ByHand(
            "GitHub Enterprise Server reads hooks from a separate repository\n  commit \
             hooks/pre-receive.github-enterprise-server to it and add it under Hooks in the site admin settings",
        ),
        run_by_host: &[],
    },
    forge: Some(ForgeFacts {
        name: "GitHub and GitHub Enterprise Server",
        runs: |runner| runner.affirms("GITHUB_ACTIONS"),
        job,
        api_suffix: "/api/v3",
        public: Some((PUBLIC_API, "https://github.com")),
        pull_refs: "refs/pull",
        git_user: "x-access-token",
        settings: SettingsFacts {
            help,
            bypass: BypassReach::WholeRule,
            status_source: StatusSource::Pinnable,
            pipeline: PipelineSource::Workflows,
            owners_check: OwnersCheck::Reported,
        },
    }),
};

const PUBLIC_API: &str = "https://api.github.com";

fn origin(variables: &Variables) -> Result<PushOrigin, HostError> {
    variables.need(HostKind::Github, "GITHUB_REPO_NAME")?;
    let pusher = variables.need(HostKind::Github, "GITHUB_USER_LOGIN")?;
    let author = variables.get("GITHUB_PULL_REQUEST_AUTHOR_LOGIN");
    Ok(PushOrigin {
        kind: HostKind::Github,
        pusher: Some(pusher),
        via: via(variables.get("GITHUB_VIA").as_deref(), author.as_deref()),
        others: author.into_iter().collect(),
        pull_number: None,
        style: MessageStyle::Plain,
    })
}

/// Reads `GITHUB_VIA`, which names how a ref was updated other than by `git push`. An unknown value is another page or
/// route of the host.
fn via(said: Option<&str>, author: Option<&str>) -> Via {
    match (said, author) {
        (None, _) => Via::Push,
        (Some("pull request merge button" | "pull request merge api"), Some(_)) => Via::Merge,
        (Some(_), _) => Via::Web,
    }
}

fn job(runner: &Runner) -> Job {
    Job {
        api: runner.get("GITHUB_API_URL").or_else(|| Some(PUBLIC_API.to_owned())),
        server: runner.get("GITHUB_SERVER_URL"),
        project: runner.get("GITHUB_REPOSITORY"),
        token: runner.token_of(HostKind::Github, "GITHUB_TOKEN"),
        run_page: runner.actions_page(),
        subject: runner.actions_event(),
    }
}

/// Names the page of a setting on GitHub.
fn help(topic: Topic) -> &'static str {
    match topic {
        Topic::Status => {
            "Settings, Rules, Rulesets, the branch's: `Require status checks to pass`, add the status; or POST \
             /repos/OWNER/NAME/rulesets"
        }
        Topic::Source => {
            "use a separate app to set the status and select it beside the status check \
             (`integration_id`), or enable `Require workflows to pass before merging` in the \
             organisation's ruleset"
        }
        Topic::Freshness => {
            "in the ruleset, `Require branches to be up to date before merging`, or `Require merge queue`"
        }
        Topic::Bypass => {
            "in the ruleset, empty the `Bypass list`; in a branch protection, `Do not allow bypassing`"
        }
        Topic::Pushes => "in the ruleset, `Require a pull request before merging`",
        Topic::ForcePushes => "in the ruleset, `Block force pushes`",
        Topic::Deletion => "in the ruleset, `Restrict deletions`",
        Topic::Tags => {
            "in a ruleset for tags, `Restrict creations`, `Restrict updates` and `Restrict deletions`"
        }
        Topic::OtherBranches => "in the ruleset, add the branch",
        Topic::Workflow => {
            "run the gate only under `pull_request_target` (docs/workflows/with-reviews.yml), or enable \
             `Require workflows to pass before merging` in the organisation's ruleset"
        }
        Topic::Reviews => "in the ruleset, `Require a pull request before merging`, `Required approvals`",
        Topic::ReviewsOnPush => {
            "in the ruleset, `Dismiss stale pull request approvals when new commits are pushed`"
        }
        Topic::LastPush => "in the ruleset, `Require approval of the most recent reviewable push`",
        Topic::CodeOwners => "in the ruleset, `Require review from Code Owners`",
        Topic::Signatures => "in the ruleset, `Require signed commits`",
        Topic::OwnersFile => {
            "correct the file by a pull request; GET /repos/OWNER/NAME/codeowners/errors lists all"
        }
        Topic::ServerHook => {
            "on GitHub Enterprise Server: Site admin, Hooks, Pre-receive hooks: enable it, and do not \
             allow repositories to change it (`allow_downstream_configuration: false`)"
        }
    }
}
