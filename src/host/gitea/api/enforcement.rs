//! The protection that Gitea and Forgejo enforce on a branch.
//!
//! In: a branch. Out: facts. Never: guesses which of several protections is in force.

use serde::Deserialize;

use super::Gitea;
use crate::host::HostKind;
use crate::host::api::enforcement::{
    Barrier, Bypass, Demand, Enforcement, Gap, Layer, Pushes, Reach, ReviewDemands, Setting, Statuses,
};
use crate::host::api::model::{Freshness, RequiredStatus};
use crate::host::api::path::escape_segment;
use crate::host::api::workflow_files;
use crate::host::forge_error::ForgeError;

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

#[derive(Deserialize)]
struct Branch {
    protected: bool,
    effective_branch_protection_name: Option<String>,
}

/// The protection of a branch, in Gitea's own words.
#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the reply has them")]
struct GiteaProtection {
    enable_push: bool,
    enable_push_whitelist: bool,
    push_whitelist_usernames: Option<Vec<String>>,
    push_whitelist_teams: Option<Vec<String>>,
    #[serde(default)]
    push_whitelist_deploy_keys: bool,
    #[serde(default)]
    enable_force_push: bool,
    enable_status_check: bool,
    status_check_contexts: Option<Vec<String>>,
    required_approvals: u64,
    block_on_rejected_reviews: bool,
    block_on_outdated_branch: bool,
    dismiss_stale_approvals: bool,
    require_signed_commits: bool,
    protected_file_patterns: Option<String>,
    unprotected_file_patterns: Option<String>,
    /// Forgejo's name for it is `apply_to_admins`.
    block_admin_merge_override: Option<bool>,
    apply_to_admins: Option<bool>,
}

/// Reads the facts, of the default branch if none is named.
pub(super) fn read(gitea: &Gitea, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
    let default_branch = gitea.http.get::<Repository>(&gitea.repository(""))?.default_branch;
    let branch = branch.unwrap_or(&default_branch).to_owned();
    let (layers, hidden) = match protection(gitea, &branch)? {
        Setting::Known(layer) => (layer.into_iter().collect(), Vec::new()),
        Setting::Hidden(reason) => (Vec::new(), vec![reason]),
    };
    Ok(Enforcement {
        branch,
        default_branch,
        layers,
        hidden,
        workflow_app: Setting::Known(None),
        // Gitea uses the first of its folders that exists. All of them are read.
        workflows: workflow_files::read(&gitea.http, &gitea.repository(""), HostKind::Gitea)?,
        owners_problems: Setting::Known(Vec::new()),
        server_hooks: Setting::Known(Vec::new()),
    })
}

/// Reads the protection in force, which only administrators of the repository can see.
fn protection(gitea: &Gitea, branch: &str) -> Result<Setting<Option<Layer>>, ForgeError> {
    let hidden = |error: ForgeError| {
        Setting::Hidden(format!(
            "{error}\n  the token must belong to an administrator of the repository and have the scope \
             `read:repository`"
        ))
    };
    let known: Branch =
        match gitea.http.get(&gitea.repository(&format!("/branches/{}", escape_segment(branch)))) {
            Ok(known) => known,
            Err(error) if error.is_forbidden() => return Ok(hidden(error)),
            Err(error) => return Err(error),
        };
    if !known.protected {
        return Ok(Setting::Known(None));
    }
    let Some(name) = known.effective_branch_protection_name.filter(|name| !name.is_empty()) else {
        return Ok(Setting::Hidden(
            "the branch is protected, but the token cannot read the rules: it must belong \
            to an administrator of the repository"
                .into(),
        ));
    };
    match gitea
        .http
        .get::<GiteaProtection>(&gitea.repository(&format!("/branch_protections/{}", escape_segment(&name))))
    {
        Ok(protection) => Ok(Setting::Known(Some(layer(&name, &protection)))),
        Err(error) if error.is_forbidden() => Ok(hidden(error)),
        Err(error) => Err(error),
    }
}

fn layer(name: &str, protection: &GiteaProtection) -> Layer {
    let contexts = protection.status_check_contexts.clone().unwrap_or_default();
    let contexts = if protection.enable_status_check { contexts } else { Vec::new() };
    let named = contexts.into_iter().map(|context| RequiredStatus { context, app: None });
    let blocked = |blocks: bool| if blocks { Barrier::Blocked } else { Barrier::Open };
    Layer {
        bypass: Setting::Known(administrators(protection)),
        statuses: Statuses::Named(named.collect()),
        freshness: if protection.block_on_outdated_branch { Freshness::UpToDate } else { Freshness::Stale },
        pushes: pushes(protection),
        force_pushes: blocked(!protection.enable_force_push),
        // Gitea does not allow deleting a protected branch.
        deletion: Barrier::Blocked,
        unsigned_commits: blocked(protection.require_signed_commits),
        reviews: Setting::Known((protection.required_approvals > 0).then(|| demands(protection))),
        gaps: gaps(protection),
        ..Layer::open(&format!("the branch protection `{name}`"))
    }
}

fn gaps(protection: &GiteaProtection) -> Vec<Gap> {
    let some =
        |patterns: &Option<String>| patterns.as_deref().is_some_and(|patterns| !patterns.trim().is_empty());
    let workflows =
        protection.protected_file_patterns.as_deref().is_some_and(|patterns| patterns.contains("workflows"));
    let all = [
        (!protection.block_on_rejected_reviews, Gap::RejectionPasses),
        (some(&protection.unprotected_file_patterns), Gap::FilesUnprotected),
        (!workflows, Gap::WorkflowsUnprotected),
    ];
    all.into_iter().filter_map(|(open, gap)| open.then_some(gap)).collect()
}

fn administrators(protection: &GiteaProtection) -> Vec<Bypass> {
    match protection.block_admin_merge_override.or(protection.apply_to_admins) {
        Some(true) => Vec::new(),
        Some(false) | None => {
            vec![Bypass { who: "administrators of the repository".into(), reach: Reach::Named }]
        }
    }
}

fn pushes(protection: &GiteaProtection) -> Pushes {
    if !protection.enable_push {
        return Pushes::Nobody;
    }
    if !protection.enable_push_whitelist {
        return Pushes::AnyWriter;
    }
    let users = protection.push_whitelist_usernames.iter().flatten().cloned();
    let teams = protection.push_whitelist_teams.iter().flatten().map(|team| format!("the team {team}"));
    let keys = protection.push_whitelist_deploy_keys.then(|| "every deploy key with write access".to_owned());
    let allowed: Vec<String> = users.chain(teams).chain(keys).collect();
    if allowed.is_empty() { Pushes::Nobody } else { Pushes::By(allowed) }
}

fn demands(protection: &GiteaProtection) -> ReviewDemands {
    let dismissed = protection.dismiss_stale_approvals;
    ReviewDemands {
        approvals: protection.required_approvals,
        dismissed_on_push: if dismissed { Demand::Required } else { Demand::NotRequired },
        last_push: Demand::NotRequired,
        code_owners: Demand::NotRequired,
    }
}
