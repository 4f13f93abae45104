//! Gitea and Forgejo (`modules/repository/env.go` of Gitea). Their runner sets GitHub's variables too.

use crate::host::{
    BypassReach, ForgeFacts, HookFacts, HostError, HostFacts, HostKind, Installation, Job, MessageStyle,
    OwnersCheck, PipelineSource, PushOrigin, RepositoryHook, Runner, SettingsFacts, StatusSource, Topic,
    UnseenChange, Variables, Via, Workflows,
};
use codeowners::Dialect;

pub(in crate::host) static FACTS: HostFacts = HostFacts {
    word: "gitea",
    hook: HookFacts {
        server: "Gitea and Forgejo",
        speaks: |variables| variables.has("GITEA_REPO_NAME") || variables.has("GITEA_PUSHER_NAME"),
        origin,
        rehearsal: &[("GITEA_REPO_NAME", "portcullis-doctor"), ("GITEA_PUSHER_NAME", "portcullis-doctor")],
        unseen: UNSEEN,
    },
    workflows: Workflows {
        folders: &[".gitea/workflows/", ".forgejo/workflows/", ".github/workflows/"],
        files: &[],
    },
    owners: Some(Dialect::Gitea),
    installation: Installation {
        shim: include_str!("../../../hooks/pre-receive.gitea"),
        traces: &["hooks/pre-receive.d/gitea", "hooks/pre-receive.d/forgejo"],
        repository: RepositoryHook::Apart(&["hooks", "pre-receive.d"]),
        run_by_host: &[],
    },
    forge: Some(ForgeFacts {
        name: "Gitea and Forgejo",
        runs: |runner| runner.affirms("GITEA_ACTIONS") || runner.affirms("FORGEJO_ACTIONS"),
        job,
        api_suffix: "/api/v1",
        public: None,
        pull_refs: "refs/pull",
        git_user: "token",
        settings: SettingsFacts {
            help,
            bypass: BypassReach::Merges,
            status_source: StatusSource::Unknown,
            pipeline: PipelineSource::Workflows,
            owners_check: OwnersCheck::NotReported,
        },
    }),
};

/// Gitea runs `git tag` and `git branch -m` itself, and updates refs in the repository (`modules/git/repo_tag.go`,
/// `modules/gitrepo/branch.go`).
const UNSEEN: &[UnseenChange] = &[
    UnseenChange {
        folder: "refs/tags/",
        deed: "create, move and delete tags by the API, the pages and releases",
        remedy: "Gitea's Settings, Tags: protect the pattern, with no one on the list",
    },
    UnseenChange {
        folder: "refs/heads/",
        deed: "delete and rename branches that have no rule, by the API and the pages",
        remedy: "Gitea's Settings, Branches: add a rule that matches every such branch",
    },
];

fn origin(variables: &Variables) -> Result<PushOrigin, HostError> {
    variables.need(HostKind::Gitea, "GITEA_REPO_NAME")?;
    let account = variables.need(HostKind::Gitea, "GITEA_PUSHER_NAME")?;
    let pusher = match find_program(variables) {
        Some(program) => program,
        None => account,
    };
    let via = match variables.get("GITEA_PUSH_TRIGGER").as_deref() {
        None => Via::Push,
        Some("pr-merge-to-base") => Via::Merge,
        Some(_) => Via::Web,
    };
    Ok(PushOrigin {
        kind: HostKind::Gitea,
        pusher: Some(pusher),
        others: Vec::new(),
        via,
        pull_number: number(variables, "GITEA_PR_INDEX"),
        style: MessageStyle::Plain,
    })
}

/// Reads a number. `0` means none.
fn number(variables: &Variables, name: &str) -> Option<u64> {
    variables.get(name)?.parse().ok().filter(|number| *number > 0)
}

/// Names a program that pushes: a deploy key, for which Gitea names the owner of the repository as the pusher
/// (`routers/private/serv.go`), or the task of a workflow. `0` means none.
fn find_program(variables: &Variables) -> Option<String> {
    let number = |name: &str| variables.get(name).filter(|number| number != "0");
    let key = number("GITEA_DEPLOY_KEY_ID").map(|key| format!("deploy-key-{key}"));
    key.or_else(|| number("GITEA_ACTIONS_TASK_ID").map(|task| format!("actions-task-{task}")))
}

fn job(runner: &Runner) -> Job {
    let own = || runner.get("GITEA_TOKEN").or_else(|| runner.get("FORGEJO_TOKEN"));
    Job {
        api: runner.get("GITHUB_API_URL"),
        server: runner.get("GITHUB_SERVER_URL"),
        project: runner.get("GITHUB_REPOSITORY"),
        token: own().or_else(|| runner.token_of(HostKind::Gitea, "GITHUB_TOKEN")),
        run_page: runner.actions_page(),
        subject: runner.actions_event(),
    }
}

/// Names the page of a setting in Gitea.
fn help(topic: Topic) -> &'static str {
    match topic {
        Topic::Status => "Settings, Branches, the rule: `Enable Status Check`, with the name of the status",
        Topic::Source => {
            "portcullis install --host gitea, on the server: its hook does not depend on a \
            status"
        }
        Topic::Freshness => "Settings, Branches, the rule: `Block merge if pull request is outdated`",
        Topic::Bypass => {
            "Settings, Branches, the rule: `Administrators must follow branch protection rules` \
             (`block_admin_merge_override`), and empty the list of those who bypass it (`enable_bypass_allowlist`)"
        }
        Topic::Pushes => "Settings, Branches, the rule: `Disable Push`",
        Topic::ForcePushes => "Settings, Branches, the rule: turn `Enable Force Push` off",
        Topic::Deletion => "Settings, Branches: add a rule for the branch",
        Topic::Tags => "Settings, Tags: protect the pattern, with no one on the list",
        Topic::OtherBranches => "Settings, Branches: add a rule for every branch that the policy protects",
        Topic::Workflow => "run the gate only under `pull_request_target` (docs/workflows/gitea.yml)",
        Topic::Reviews => "Settings, Branches, the rule: `Required approvals`",
        Topic::ReviewsOnPush => "Settings, Branches, the rule: `Dismiss stale approvals`",
        Topic::LastPush | Topic::CodeOwners => "the gate itself requires it: `owners:` in the policy",
        Topic::Signatures => "Settings, Branches, the rule: `Require Signed Commits`",
        Topic::OwnersFile => "correct the file by a pull request",
        Topic::ServerHook => "portcullis install --host gitea, on the server",
    }
}
