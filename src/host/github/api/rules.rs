//! GitHub's rules for a branch, as far as every reader of the repository may see them.

use super::Github;
use super::wire::Rule;
use crate::host::api::model::{BranchRules, Freshness, RequiredStatus};
use crate::host::api::path::segment;
use crate::host::forge_error::ForgeError;

/// Reads the rules that are in force. Rules that are only evaluated are not listed.
pub(super) fn read(github: &Github, branch: &str) -> Result<BranchRules, ForgeError> {
    let path = github.repository(&format!("/rules/branches/{}", segment(branch)));
    let rules: Vec<Rule> = github.http.list(&path)?;
    let mut found = BranchRules::default();
    for rule in rules {
        match rule {
            Rule::MergeQueue => found.freshness = Freshness::Queue,
            Rule::RequiredStatusChecks { parameters: Some(parameters) } => {
                if parameters.strict_required_status_checks_policy && found.freshness == Freshness::Stale {
                    found.freshness = Freshness::UpToDate;
                }
                found.required.extend(
                    parameters
                        .required_status_checks
                        .into_iter()
                        .map(|check| RequiredStatus { context: check.context, app: check.integration_id }),
                );
            }
            Rule::RequiredStatusChecks { parameters: None } | Rule::Other => {}
        }
    }
    Ok(found)
}
