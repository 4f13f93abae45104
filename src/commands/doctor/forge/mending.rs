//! Where each setting is changed, on each forge.
//!
//! In: a topic and a forge. Out: the words that people find on the forge's pages. Never: judges.

use crate::forge::Gap;
use crate::push::ForgeKind;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Status,
    Source,
    Freshness,
    Bypass,
    Pushes,
    ForcePushes,
    Deletion,
    Workflow,
    Reviews,
    ReviewsOnPush,
    LastPush,
    CodeOwners,
    Signatures,
    OwnersFile,
    ServerHook,
}

impl Topic {
    /// The word before the line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Source => "source of the status",
            Self::Freshness => "freshness",
            Self::Bypass => "bypass",
            Self::Pushes => "direct pushes",
            Self::ForcePushes => "force pushes",
            Self::Deletion => "deletion",
            Self::Workflow => "workflow",
            Self::Reviews => "reviews",
            Self::ReviewsOnPush => "reviews on push",
            Self::LastPush => "last push",
            Self::CodeOwners => "code owners",
            Self::Signatures => "signatures",
            Self::OwnersFile => "CODEOWNERS",
            Self::ServerHook => "server hook",
        }
    }

    /// What to do, and where.
    pub(super) fn help(self, forge: ForgeKind) -> &'static str {
        match forge {
            ForgeKind::Github => self.on_github(),
            ForgeKind::Gitlab => self.on_gitlab(),
            ForgeKind::Gitea => self.on_gitea(),
        }
    }

    fn on_github(self) -> &'static str {
        match self {
            Self::Status => {
                "Settings, Rules, Rulesets, the branch's: `Require status checks to pass`, add the status; or POST \
                 /repos/OWNER/NAME/rulesets"
            }
            Self::Source => {
                "use a separate app to set the status and select it beside the status check \
                 (`integration_id`), or enable `Require workflows to pass before merging` in the \
                 organisation's ruleset"
            }
            Self::Freshness => {
                "in the ruleset, `Require branches to be up to date before merging`, or `Require merge queue`"
            }
            Self::Bypass => {
                "in the ruleset, empty the `Bypass list`; in a branch protection, `Do not allow bypassing`"
            }
            Self::Pushes => "in the ruleset, `Require a pull request before merging`",
            Self::ForcePushes => "in the ruleset, `Block force pushes`",
            Self::Deletion => "in the ruleset, `Restrict deletions`",
            Self::Workflow => {
                "run the gate only under `pull_request_target` (docs/workflows/with-reviews.yml), or enable \
                 `Require workflows to pass before merging` in the organisation's ruleset"
            }
            Self::Reviews => "in the ruleset, `Require a pull request before merging`, `Required approvals`",
            Self::ReviewsOnPush => {
                "in the ruleset, `Dismiss stale pull request approvals when new commits are pushed`"
            }
            Self::LastPush => "in the ruleset, `Require approval of the most recent reviewable push`",
            Self::CodeOwners => "in the ruleset, `Require review from Code Owners`",
            Self::Signatures => "in the ruleset, `Require signed commits`",
            Self::OwnersFile => {
                "correct the file by a pull request; GET /repos/OWNER/NAME/codeowners/errors lists all"
            }
            Self::ServerHook => {
                "on GitHub Enterprise Server: Site admin, Hooks, Pre-receive hooks: enable it, and do not \
                 allow repositories to change it (`allow_downstream_configuration: false`)"
            }
        }
    }

    fn on_gitlab(self) -> &'static str {
        match self {
            Self::Status => "Settings, Merge requests, Merge checks: `Pipelines must succeed`",
            Self::Source | Self::Workflow => {
                "Settings, CI/CD, General pipelines: a `CI/CD configuration file` of another project, or a pipeline \
                 execution policy of the group; or the server's own hook"
            }
            Self::Freshness => {
                "Settings, Merge requests: the merge method `Fast-forward merge`, without `Merge trains`"
            }
            Self::Bypass | Self::Pushes => {
                "Settings, Repository, Protected branches: `Allowed to push and merge`: No one"
            }
            Self::ForcePushes => "Settings, Repository, Protected branches: turn `Allowed to force push` off",
            Self::Deletion => "Settings, Repository, Protected branches: protect the branch",
            Self::Reviews => "Settings, Merge requests, Merge request approvals: add a rule",
            Self::ReviewsOnPush => {
                "Settings, Merge requests, Approval settings: `When a commit is added: Remove all approvals`"
            }
            Self::LastPush => {
                "Settings, Merge requests, Approval settings: `Prevent approvals by users who add commits`"
            }
            Self::CodeOwners => {
                "Settings, Repository, Protected branches: `Require approval from code owners`"
            }
            Self::Signatures => "Settings, Repository, Push rules: `Reject unsigned commits`",
            Self::OwnersFile => "correct the file by a merge request",
            Self::ServerHook => "portcullis install --host gitlab, on the server",
        }
    }

    fn on_gitea(self) -> &'static str {
        match self {
            Self::Status => {
                "Settings, Branches, the rule: `Enable Status Check`, with the name of the status"
            }
            Self::Source => {
                "portcullis install --host gitea, on the server: its hook does not depend on a \
                status"
            }
            Self::Freshness => "Settings, Branches, the rule: `Block merge if pull request is outdated`",
            Self::Bypass => {
                "Settings, Branches, the rule: `Administrators must follow branch protection rules` \
                 (`block_admin_merge_override`)"
            }
            Self::Pushes => "Settings, Branches, the rule: `Disable Push`",
            Self::ForcePushes => "Settings, Branches, the rule: turn `Enable Force Push` off",
            Self::Deletion => "Settings, Branches: add a rule for the branch",
            Self::Workflow => "run the gate only under `pull_request_target` (docs/workflows/gitea.yml)",
            Self::Reviews => "Settings, Branches, the rule: `Required approvals`",
            Self::ReviewsOnPush => "Settings, Branches, the rule: `Dismiss stale approvals`",
            Self::LastPush | Self::CodeOwners => "the gate itself requires it: `owners:` in the policy",
            Self::Signatures => "Settings, Branches, the rule: `Require Signed Commits`",
            Self::OwnersFile => "correct the file by a pull request",
            Self::ServerHook => "portcullis install --host gitea, on the server",
        }
    }
}

/// How to close a gap.
pub(super) fn close(gap: Gap) -> &'static str {
    match gap {
        Gap::SkippedPipelinePasses => {
            "Settings, Merge requests, Merge checks: turn `Skipped pipelines are considered successful` off"
        }
        Gap::PipelineFromMergeRequest => Topic::Workflow.on_gitlab(),
        Gap::QueueSkippable => {
            "Settings, Merge requests, Merge trains: turn `Allow skipping the merge train` off"
        }
        Gap::AuthorsApprove => "Settings, Merge requests, Approval settings: `Prevent approval by author`",
        Gap::CommittersApprove => {
            "Settings, Merge requests, Approval settings: `Prevent approvals by users who add commits`"
        }
        Gap::ApproversChangeable => {
            "Settings, Merge requests, Approval settings: `Prevent editing approval rules in merge requests`"
        }
        Gap::CreationUnchecked => "in the ruleset, turn `Do not require status checks on creation` off",
        Gap::ReviewsBypassed => {
            "in the branch protection, turn `Allow specified actors to bypass required pull requests` off"
        }
        Gap::RejectionPasses => "Settings, Branches, the rule: `Block merge on rejected reviews`",
        Gap::FilesUnprotected => "Settings, Branches, the rule: empty `Unprotected file patterns`",
        Gap::WorkflowsUnprotected => {
            "Settings, Branches, the rule: `Protected file patterns`: `.gitea/workflows/**`"
        }
    }
}
