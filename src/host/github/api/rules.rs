//! GitHub's rules for a branch, as far as every reader of the repository may see them.

use super::Github;
use super::wire::GithubRule;
use crate::host::api::model::{BranchRules, ContextForm, Freshness, RequiredStatus};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::ForgeError;

/// Reads the rules that are in force. Rules that are only evaluated are not listed.
pub(super) fn read(github: &Github, branch: &str) -> Result<BranchRules, ForgeError> {
    let path = github.repository(&format!("/rules/branches/{}", escape_segment(branch)));
    let rules: Vec<GithubRule> = github.http.list(&path)?;
    let mut found = BranchRules::default();
    for rule in rules {
        match rule {
            GithubRule::MergeQueue => found.freshness = Freshness::Queue,
            GithubRule::RequiredStatusChecks { parameters: Some(parameters) } => {
                if parameters.strict_required_status_checks_policy && found.freshness == Freshness::Stale {
                    found.freshness = Freshness::UpToDate;
                }
                found.required.extend(parameters.required_status_checks.into_iter().map(|check| {
                    RequiredStatus {
                        context: check.context,
                        form: ContextForm::Name,
                        app: check.integration_id,
                    }
                }));
            }
            GithubRule::RequiredStatusChecks { parameters: None } | GithubRule::Other => {}
        }
    }
    Ok(found)
}
