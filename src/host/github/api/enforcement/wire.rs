//! The fields of GitHub's replies about rules, protections and hooks that are read.

use serde::Deserialize;

use crate::host::api::enforcement::Demand;

#[derive(Deserialize)]
pub(super) struct GithubRepository {
    pub(super) default_branch: String,
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) id: u64,
}

/// A rule that is in force, with its ruleset.
#[derive(Deserialize)]
pub(super) struct ActiveRule {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) parameters: Option<serde_json::Value>,
    pub(super) ruleset_id: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Ruleset {
    pub(super) name: String,
    /// Visible only to those who may change the ruleset.
    pub(super) bypass_actors: Option<Vec<BypassActor>>,
}

#[derive(Deserialize)]
pub(super) struct BypassActor {
    pub(super) actor_id: Option<u64>,
    pub(super) actor_type: String,
    pub(super) bypass_mode: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RulesetStatusParameters {
    pub(super) required_status_checks: Vec<RulesetCheck>,
    pub(super) strict_required_status_checks_policy: bool,
    #[serde(default)]
    pub(super) do_not_enforce_on_create: bool,
}

#[derive(Deserialize)]
pub(super) struct RulesetCheck {
    pub(super) context: String,
    pub(super) integration_id: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct PullRequestParameters {
    pub(super) dismiss_stale_reviews_on_push: bool,
    pub(super) require_code_owner_review: bool,
    pub(super) require_last_push_approval: bool,
    pub(super) required_approving_review_count: u64,
}

#[derive(Deserialize)]
pub(super) struct WorkflowParameters {
    pub(super) workflows: Vec<WorkflowReference>,
}

#[derive(Deserialize)]
pub(super) struct WorkflowReference {
    pub(super) path: String,
}

#[derive(Deserialize)]
pub(super) struct Branch {
    pub(super) protected: bool,
    pub(super) protection: Option<Summary>,
}

/// The part of a branch protection that everyone may see.
#[derive(Deserialize)]
pub(super) struct Summary {
    pub(super) enabled: Option<bool>,
    pub(super) required_status_checks: Option<ClassicStatuses>,
}

#[derive(Deserialize)]
pub(super) struct ClassicStatuses {
    pub(super) checks: Option<Vec<ClassicCheck>>,
    #[serde(default)]
    pub(super) strict: bool,
}

#[derive(Deserialize)]
pub(super) struct ClassicCheck {
    pub(super) context: String,
    pub(super) app_id: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct GithubProtection {
    pub(super) required_status_checks: Option<ClassicStatuses>,
    pub(super) enforce_admins: Option<Enabled>,
    pub(super) required_pull_request_reviews: Option<ClassicReviews>,
    pub(super) allow_force_pushes: Option<Enabled>,
    pub(super) allow_deletions: Option<Enabled>,
    pub(super) required_signatures: Option<Enabled>,
}

#[derive(Deserialize)]
pub(super) struct Enabled {
    pub(super) enabled: bool,
}

#[derive(Deserialize)]
pub(super) struct ClassicReviews {
    pub(super) dismiss_stale_reviews: bool,
    pub(super) require_code_owner_reviews: bool,
    #[serde(default)]
    pub(super) require_last_push_approval: bool,
    #[serde(default)]
    pub(super) required_approving_review_count: u64,
    pub(super) bypass_pull_request_allowances: Option<GithubAllowances>,
}

#[derive(Deserialize)]
pub(super) struct GithubAllowances {
    #[serde(default)]
    pub(super) users: Vec<serde_json::Value>,
    #[serde(default)]
    pub(super) teams: Vec<serde_json::Value>,
    #[serde(default)]
    pub(super) apps: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct GithubOwnersErrors {
    pub(super) errors: Vec<GithubOwnersError>,
}

#[derive(Deserialize)]
pub(super) struct GithubOwnersError {
    pub(super) line: u64,
    pub(super) kind: String,
    pub(super) path: String,
}

#[derive(Deserialize)]
pub(super) struct GithubHook {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) enforcement: String,
    pub(super) configuration_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct HookSettings {
    pub(super) allow_downstream_configuration: Option<bool>,
}

/// Converts a switch of the API.
pub(super) fn demand_of(switch: bool) -> Demand {
    if switch { Demand::Required } else { Demand::NotRequired }
}

impl GithubAllowances {
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.teams.is_empty() && self.apps.is_empty()
    }
}
