//! A rule of a branch, in Gitea's own words, and the layer that it is.
//!
//! In: a rule as the API returns it. Out: a [`Layer`]. Never: takes a field that another version does not have for a
//! barrier.

use serde::Deserialize;

use crate::host::api::enforcement::{
    Barrier, Bypass, Demand, ForcePushes, Gap, Layer, Pushes, Reach, ReviewDemands, Setting, Statuses,
};
use crate::host::api::model::{ContextForm, Freshness, RequiredStatus};

/// A rule (`models/git/protected_branch.go` of Gitea).
#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the reply has them")]
pub(super) struct GiteaRule {
    enable_push: bool,
    enable_push_whitelist: bool,
    #[serde(default)]
    push_whitelist_usernames: Option<Vec<String>>,
    #[serde(default)]
    push_whitelist_teams: Option<Vec<String>>,
    #[serde(default)]
    push_whitelist_deploy_keys: bool,
    #[serde(default)]
    enable_force_push: bool,
    #[serde(default)]
    enable_force_push_allowlist: bool,
    #[serde(default)]
    force_push_allowlist_usernames: Option<Vec<String>>,
    #[serde(default)]
    force_push_allowlist_teams: Option<Vec<String>>,
    #[serde(default)]
    force_push_allowlist_deploy_keys: bool,
    #[serde(default)]
    enable_bypass_allowlist: bool,
    #[serde(default)]
    bypass_allowlist_usernames: Option<Vec<String>>,
    #[serde(default)]
    bypass_allowlist_teams: Option<Vec<String>>,
    enable_status_check: bool,
    status_check_contexts: Option<Vec<String>>,
    required_approvals: u64,
    block_on_rejected_reviews: bool,
    #[serde(default)]
    block_on_codeowner_reviews: bool,
    block_on_outdated_branch: bool,
    dismiss_stale_approvals: bool,
    #[serde(default)]
    ignore_stale_approvals: bool,
    require_signed_commits: bool,
    protected_file_patterns: Option<String>,
    unprotected_file_patterns: Option<String>,
    /// Forgejo's name for it is `apply_to_admins`.
    block_admin_merge_override: Option<bool>,
    apply_to_admins: Option<bool>,
}

impl GiteaRule {
    /// Returns the layer of a rule with a name.
    pub(super) fn layer(&self, name: &str) -> Layer {
        let blocked = |blocks: bool| if blocks { Barrier::Blocked } else { Barrier::Open };
        Layer {
            bypass: Setting::Known(self.bypass()),
            statuses: self.statuses(),
            freshness: self.freshness(),
            pushes: self.pushes(),
            force_pushes: self.force_pushes(),
            // Gitea does not allow deleting a protected branch.
            deletion: Barrier::Blocked,
            unsigned_commits: blocked(self.require_signed_commits),
            reviews: Setting::Known((self.required_approvals > 0).then(|| self.demands())),
            gaps: self.gaps(),
            ..Layer::open(&format!("the branch protection `{name}`"))
        }
    }

    /// Says whether an outdated pull request can be merged.
    pub(super) fn freshness(&self) -> Freshness {
        if self.block_on_outdated_branch { Freshness::UpToDate } else { Freshness::Stale }
    }

    /// Returns the statuses that are required by name, which are patterns.
    pub(super) fn required(&self) -> Vec<RequiredStatus> {
        let contexts = self.status_check_contexts.iter().flatten().filter(|_| self.enable_status_check);
        let pattern = |context: &String| RequiredStatus {
            context: context.clone(),
            form: ContextForm::Pattern,
            app: None,
        };
        contexts.map(pattern).collect()
    }

    /// If the check is on and names no status, every status that a commit has must be green.
    fn statuses(&self) -> Statuses {
        let named = self.required();
        if named.is_empty() && self.enable_status_check {
            Statuses::AnyThatExist
        } else {
            Statuses::Named(named)
        }
    }

    /// The accounts that merge in spite of the rule.
    fn bypass(&self) -> Vec<Bypass> {
        let named = |who: String| Bypass { who, reach: Reach::Named };
        let mut bypass = Vec::new();
        match self.block_admin_merge_override.or(self.apply_to_admins) {
            Some(true) => {}
            Some(false) | None => bypass.push(named("administrators of the repository".into())),
        }
        if self.enable_bypass_allowlist {
            let listed = list(self.bypass_allowlist_usernames.as_ref(), self.bypass_allowlist_teams.as_ref());
            bypass.extend(listed.into_iter().map(named));
        }
        bypass
    }

    fn pushes(&self) -> Pushes {
        if !self.enable_push {
            return Pushes::Nobody;
        }
        if !self.enable_push_whitelist {
            return Pushes::AnyWriter;
        }
        let mut allowed = list(self.push_whitelist_usernames.as_ref(), self.push_whitelist_teams.as_ref());
        allowed.extend(self.push_whitelist_deploy_keys.then(|| DEPLOY_KEYS.to_owned()));
        if allowed.is_empty() { Pushes::Nobody } else { Pushes::By(allowed) }
    }

    /// A force push also needs the right to push.
    fn force_pushes(&self) -> ForcePushes {
        if !self.enable_force_push {
            return ForcePushes::Nobody;
        }
        let pushers = match (self.pushes(), self.enable_force_push_allowlist) {
            (Pushes::Nobody, _) => return ForcePushes::Nobody,
            (Pushes::AnyWriter | Pushes::WithStatuses, false) => return ForcePushes::WhoeverPushes,
            (Pushes::By(pushers), false) => return ForcePushes::By(pushers),
            (Pushes::AnyWriter | Pushes::WithStatuses, true) => None,
            (Pushes::By(pushers), true) => Some(pushers),
        };
        let has_team = self.push_whitelist_teams.as_ref().is_some_and(|teams| !teams.is_empty());
        // A member of a team may push without being named.
        let may_push =
            |name: &String| has_team || pushers.as_ref().is_none_or(|pushers| pushers.contains(name));
        let users =
            self.force_push_allowlist_usernames.iter().flatten().filter(|name| may_push(name)).cloned();
        let teams = self.force_push_allowlist_teams.iter().flatten().map(|team| describe_team(team));
        let keys_push = pushers.as_ref().is_none_or(|pushers| pushers.iter().any(|who| who == DEPLOY_KEYS));
        let keys = (self.force_push_allowlist_deploy_keys && keys_push).then(|| DEPLOY_KEYS.to_owned());
        let allowed: Vec<String> = users.chain(teams).chain(keys).collect();
        if allowed.is_empty() { ForcePushes::Nobody } else { ForcePushes::By(allowed) }
    }

    fn demands(&self) -> ReviewDemands {
        let demand = |required: bool| if required { Demand::Required } else { Demand::NotRequired };
        ReviewDemands {
            approvals: self.required_approvals,
            dismissed_on_push: demand(self.dismiss_stale_approvals || self.ignore_stale_approvals),
            last_push: Demand::NotRequired,
            code_owners: demand(self.block_on_codeowner_reviews),
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let some = |patterns: &Option<String>| {
            patterns.as_deref().is_some_and(|patterns| !patterns.trim().is_empty())
        };
        let workflows =
            self.protected_file_patterns.as_deref().is_some_and(|patterns| patterns.contains("workflows"));
        let all = [
            (!self.block_on_rejected_reviews, Gap::RejectionPasses),
            (some(&self.unprotected_file_patterns), Gap::FilesUnprotected),
            (!workflows, Gap::WorkflowsUnprotected),
        ];
        all.into_iter().filter_map(|(open, gap)| open.then_some(gap)).collect()
    }
}

const DEPLOY_KEYS: &str = "every deploy key with write access";

fn describe_team(team: &str) -> String {
    format!("the team {team}")
}

fn list(users: Option<&Vec<String>>, teams: Option<&Vec<String>>) -> Vec<String> {
    let teams = teams.into_iter().flatten().map(|team| describe_team(team));
    users.into_iter().flatten().cloned().chain(teams).collect()
}
