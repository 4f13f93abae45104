//! The protection that Gitea and Forgejo enforce on a branch.
//!
//! In: a branch. Out: facts. Never: guesses which of several protections is in force.

mod around_hook;
mod rule;

use serde::Deserialize;

use super::Gitea;
use crate::host::HostKind;
use crate::host::api::enforcement::{Enforcement, Setting};
use crate::host::api::model::{BranchRules, Freshness};
use crate::host::api::path::escape_segment;
use crate::host::api::workflow_files;
use crate::host::forge_error::ForgeError;
use rule::GiteaRule;

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

#[derive(Deserialize)]
struct Branch {
    protected: bool,
    effective_branch_protection_name: Option<String>,
}

/// The rule that is in force for a branch.
enum RuleInForce {
    /// It has no rule.
    Nothing,
    /// This rule, with its name, which may be a pattern.
    Rule(String, Box<GiteaRule>),
    /// It is unknown, for this reason.
    Hidden(String),
}

/// What a token needs to read rules.
const NEEDED: &str =
    "the token must belong to an administrator of the repository and have the scope `read:repository`";

/// Reads the facts, of the default branch if none is named.
pub(super) fn read(gitea: &Gitea, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
    let default_branch = gitea.http.get::<Repository>(&gitea.repository(""))?.default_branch;
    let branch = branch.unwrap_or(&default_branch).to_owned();
    let (layers, hidden) = match rule_in_force(gitea, &branch)? {
        RuleInForce::Nothing => (Vec::new(), Vec::new()),
        RuleInForce::Rule(name, rule) => (vec![rule.layer(&name)], Vec::new()),
        RuleInForce::Hidden(reason) => (Vec::new(), vec![reason]),
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
        around_hook: Some(around_hook::read(gitea)?),
    })
}

/// Reads what a merge into a branch needs, as far as the token may see it.
pub(super) fn read_rules(gitea: &Gitea, branch: &str) -> Result<BranchRules, ForgeError> {
    Ok(match rule_in_force(gitea, branch)? {
        RuleInForce::Nothing => BranchRules { required: Vec::new(), freshness: Freshness::Stale },
        RuleInForce::Rule(_, rule) => BranchRules { required: rule.required(), freshness: rule.freshness() },
        RuleInForce::Hidden(_) => BranchRules { required: Vec::new(), freshness: Freshness::Unknown },
    })
}

/// Reads the rule in force, which only administrators of the repository can see. The branch names it: a rule for a
/// pattern is not found by the name of a branch.
fn rule_in_force(gitea: &Gitea, branch: &str) -> Result<RuleInForce, ForgeError> {
    let known: Branch =
        match gitea.http.get(&gitea.repository(&format!("/branches/{}", escape_segment(branch)))) {
            Ok(known) => known,
            Err(error) if error.is_absent() => {
                let advice = format!("the branch `{branch}` does not exist, or {NEEDED}");
                return Ok(RuleInForce::Hidden(error.advise(&advice).to_string()));
            }
            Err(error) if error.is_forbidden() => return Ok(hidden(error)),
            Err(error) => return Err(error),
        };
    if !known.protected {
        return Ok(RuleInForce::Nothing);
    }
    let Some(name) = known.effective_branch_protection_name.filter(|name| !name.is_empty()) else {
        return Ok(RuleInForce::Hidden(format!(
            "the branch is protected, but the token cannot read the rules: {NEEDED}"
        )));
    };
    let path = gitea.repository(&format!("/branch_protections/{}", escape_segment(&name)));
    match gitea.http.get::<GiteaRule>(&path) {
        Ok(rule) => Ok(RuleInForce::Rule(name, Box::new(rule))),
        Err(error) if error.is_forbidden() => Ok(hidden(error)),
        Err(error) => Err(error),
    }
}

fn hidden(error: ForgeError) -> RuleInForce {
    RuleInForce::Hidden(error.advise(NEEDED).to_string())
}
