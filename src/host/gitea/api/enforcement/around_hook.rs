//! The rules that stop what Gitea does to refs without a hook.
//!
//! In: a repository. Out: [`AroundHook`]. Never: takes a list that the token cannot read for an empty one.

use serde::Deserialize;

use super::super::Gitea;
use super::super::lists::{read_counted, read_whole};
use crate::host::api::enforcement::{AroundHook, KnownBranch, Setting, TagRule};
use crate::host::api::workflow_files::read_file_if_present;
use crate::host::forge_error::ForgeError;

/// The policy's file, on the default branch.
const POLICY: &str = ".portcullis.yaml";

#[derive(Deserialize)]
struct GiteaTagRule {
    name_pattern: String,
    whitelist_usernames: Option<Vec<String>>,
    whitelist_teams: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct ListedBranch {
    name: String,
    protected: bool,
}

/// Reads the rules of tags, and which branches have one.
pub(super) fn read(gitea: &Gitea) -> Result<AroundHook, ForgeError> {
    let tags = read_whole(&gitea.http, &gitea.repository("/tag_protections"));
    let branches = read_counted(&gitea.http, &gitea.repository("/branches")).map(|listed| listed.entries);
    Ok(AroundHook {
        policy: read_file_if_present(&gitea.http, &gitea.repository(""), POLICY)?,
        tags: hide(tags, TAG_RULES_NEEDED)?
            .map(|rules: Vec<GiteaTagRule>| rules.into_iter().map(convert_rule).collect()),
        branches: hide(branches, "the token needs the scope `read:repository`")?
            .map(|branches: Vec<ListedBranch>| branches.into_iter().map(convert_branch).collect()),
    })
}

/// What reading rules of tags takes. Older versions have no such API.
const TAG_RULES_NEEDED: &str = "the token must belong to an administrator of the repository, and the forge must have the \
    API of tag protections, which older versions lack";

fn hide<T>(read: Result<T, ForgeError>, needed: &str) -> Result<Setting<T>, ForgeError> {
    match read {
        Ok(known) => Ok(Setting::Known(known)),
        Err(error) if error.is_forbidden() => Ok(Setting::Hidden(error.advise(needed).to_string())),
        Err(error) => Err(error),
    }
}

fn convert_rule(rule: GiteaTagRule) -> TagRule {
    let teams = rule.whitelist_teams.into_iter().flatten().map(|team| format!("the team {team}"));
    let allowed = rule.whitelist_usernames.into_iter().flatten().chain(teams).collect();
    TagRule { pattern: rule.name_pattern, allowed }
}

fn convert_branch(branch: ListedBranch) -> KnownBranch {
    if branch.protected { KnownBranch::Protected(branch.name) } else { KnownBranch::Unprotected(branch.name) }
}
