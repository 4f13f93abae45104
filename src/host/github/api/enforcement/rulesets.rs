//! Rulesets. Each is a layer, with the accounts that may bypass it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::wire::{
    ActiveRule, BypassActor, PullRequestParameters, Ruleset, RulesetStatusParameters, WorkflowParameters,
    demand_of,
};
use super::{Github, read_setting};
use crate::host::api::enforcement::{
    Barrier, Bypass, ForcePushes, Gap, Layer, Pushes, Reach, ReviewDemands, Setting, Statuses,
};
use crate::host::api::model::{ContextForm, Freshness, RequiredStatus};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::{ForgeError, Method};

/// The number of the role of everyone with write access, in rulesets.
const WRITE_ROLE: u64 = 4;

/// Returns a layer for each ruleset with a rule for the branch. Rulesets that are only evaluated are not listed.
pub(super) fn read_layers(github: &Github, branch: &str) -> Result<Setting<Vec<Layer>>, ForgeError> {
    let path = github.repository(&format!("/rules/branches/{}", escape_segment(branch)));
    let rules: Vec<ActiveRule> = match read_setting(github.http.list(&path))? {
        Setting::Known(rules) => rules,
        Setting::Hidden(reason) => return Ok(Setting::Hidden(reason)),
    };
    let mut by_ruleset: BTreeMap<Option<u64>, Vec<ActiveRule>> = BTreeMap::new();
    for rule in rules {
        by_ruleset.entry(rule.ruleset_id).or_default().push(rule);
    }
    let layer = |(id, rules): (Option<u64>, Vec<ActiveRule>)| {
        let mut layer = read_ruleset(github, id)?;
        rules.into_iter().try_for_each(|rule| add_rule(&mut layer, rule, &path))?;
        Ok(layer)
    };
    by_ruleset.into_iter().map(layer).collect::<Result<_, _>>().map(Setting::Known)
}

/// Creates the layer of a ruleset, without its rules. Without a list of actors its bypasses are unknown.
fn read_ruleset(github: &Github, id: Option<u64>) -> Result<Layer, ForgeError> {
    let Some(id) = id else {
        let reason = "GitHub does not report the ruleset of the rule".to_owned();
        return Ok(Layer { bypass: Setting::Hidden(reason), ..Layer::open("a ruleset") });
    };
    let ruleset: Setting<Ruleset> =
        read_setting(github.http.get(&github.repository(&format!("/rulesets/{id}"))))?;
    Ok(match ruleset {
        Setting::Hidden(reason) => {
            Layer { bypass: Setting::Hidden(reason), ..Layer::open(&format!("ruleset {id}")) }
        }
        Setting::Known(ruleset) => {
            let bypass = match ruleset.bypass_actors {
                Some(actors) => Setting::Known(actors.iter().map(describe_bypass).collect()),
                None => Setting::Hidden(format!(
                    "GitHub shows who can bypass ruleset {id} only to accounts that can change it: the token \
                     needs `administration: write` where the ruleset is defined"
                )),
            };
            Layer { bypass, ..Layer::open(&format!("ruleset `{}`", ruleset.name)) }
        }
    })
}

fn describe_bypass(actor: &BypassActor) -> Bypass {
    let id = actor.actor_id.map_or_else(String::new, |id| format!(" {id}"));
    let role = (actor.actor_type.as_str(), actor.actor_id);
    let (who, reach) = match role {
        ("OrganizationAdmin", _) => ("owners of the organisation".to_owned(), Reach::Named),
        ("RepositoryRole", Some(5)) => ("administrators of the repository".to_owned(), Reach::Named),
        ("RepositoryRole", Some(2)) => ("maintainers of the repository".to_owned(), Reach::Named),
        ("RepositoryRole", Some(WRITE_ROLE)) => ("everyone with write access".to_owned(), Reach::EveryWriter),
        ("RepositoryRole", _) => (format!("the role{id}"), Reach::Named),
        ("Team", _) => (format!("the team{id}"), Reach::Named),
        ("Integration", _) => (format!("the app{id}"), Reach::Named),
        ("DeployKey", _) => ("every deploy key".to_owned(), Reach::Named),
        ("User", _) => (format!("the account{id}"), Reach::Named),
        (other, _) => (format!("{other}{id}"), Reach::Named),
    };
    let way = match actor.bypass_mode.as_deref() {
        Some("pull_request") => " (by pull requests)",
        Some("exempt") => " (without being asked)",
        Some(_) | None => "",
    };
    Bypass { who: format!("{who}{way}"), reach }
}

/// Adds the demands of one rule. Rules that do not affect the gate add nothing.
fn add_rule(layer: &mut Layer, rule: ActiveRule, path: &str) -> Result<(), ForgeError> {
    match rule.r#type.as_str() {
        "required_status_checks" => add_statuses(layer, read_parameters(rule, path)?),
        "pull_request" => add_reviews(layer, &read_parameters(rule, path)?),
        "workflows" => {
            let asked: WorkflowParameters = read_parameters(rule, path)?;
            layer.required_workflows.extend(asked.workflows.into_iter().map(|workflow| workflow.path));
        }
        "merge_queue" => layer.freshness = Freshness::Queue,
        "non_fast_forward" => layer.force_pushes = ForcePushes::Nobody,
        "deletion" => layer.deletion = Barrier::Blocked,
        "required_signatures" => layer.unsigned_commits = Barrier::Blocked,
        _ => {}
    }
    Ok(())
}

fn add_statuses(layer: &mut Layer, asked: RulesetStatusParameters) {
    if asked.strict_required_status_checks_policy && layer.freshness == Freshness::Stale {
        layer.freshness = Freshness::UpToDate;
    }
    if asked.do_not_enforce_on_create {
        layer.gaps.push(Gap::CreationUnchecked);
    }
    let checks = asked.required_status_checks.into_iter();
    let checks = checks.map(|check| RequiredStatus {
        context: check.context,
        form: ContextForm::Name,
        app: check.integration_id,
    });
    match &mut layer.statuses {
        Statuses::Named(named) => named.extend(checks),
        Statuses::WholePipeline | Statuses::AnyThatExist => {}
    }
}

/// Adds the demands on reviews. A ruleset may have the rule more than once, and all of them apply.
fn add_reviews(layer: &mut Layer, asked: &PullRequestParameters) {
    layer.pushes = Pushes::Nobody;
    let before = match &layer.reviews {
        Setting::Known(Some(before)) => Some(*before),
        Setting::Known(None) | Setting::Hidden(_) => None,
    };
    let approvals = asked.required_approving_review_count;
    let now = ReviewDemands {
        approvals,
        dismissed_on_push: demand_of(asked.dismiss_stale_reviews_on_push),
        last_push: demand_of(asked.require_last_push_approval),
        code_owners: demand_of(asked.require_code_owner_review),
    };
    layer.reviews = Setting::Known(Some(before.map_or(now, |before| before.and(now))));
}

fn read_parameters<T: DeserializeOwned>(rule: ActiveRule, path: &str) -> Result<T, ForgeError> {
    serde_json::from_value(rule.parameters.unwrap_or_default()).map_err(|error| {
        ForgeError::malformed(Method::Get, path, format!("the rule `{}`: {error}", rule.r#type))
    })
}
