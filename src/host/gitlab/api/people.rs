//! Pushers of a branch, and members of groups and roles, on GitLab.

use super::Gitlab;
use super::wire::{GitlabEvent, GitlabMember, GitlabUser, PushData};
use crate::host::api::model::{PullRequest, Pushers};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::ForgeError;
use codeowners::OwnerHandle;

/// Roles as CODEOWNERS writes them, with their access levels: <https://docs.gitlab.com/api/access_requests/>.
const ROLES: [(&str, u32); 3] = [("developer", 30), ("maintainer", 40), ("owner", 50)];

/// Follows the branch's push events from the head back to the branch's beginning. An event about several branches at
/// once names no branch, and breaks the chain.
pub(super) fn pushers(gitlab: &Gitlab, pull: &PullRequest) -> Result<Pushers, ForgeError> {
    let Some(source) = &pull.source else {
        return Ok(Pushers::Unknown("the branch of the merge request no longer exists".into()));
    };
    let path = format!("/projects/{}/events?action=pushed", escape_segment(source.project.as_str()));
    let events: Vec<GitlabEvent> = match gitlab.http.list(&path) {
        Ok(events) => events,
        Err(error) if error.is_forbidden() => return Ok(Pushers::Unknown(error.to_string())),
        Err(error) => return Err(error),
    };
    let mut awaited = pull.head.as_str().to_owned();
    let mut accounts = Vec::new();
    for (author, push) in
        events.into_iter().filter_map(|event| Some((event.author_username, event.push_data?)))
    {
        let of_branch = push.ref_type == "branch" && push.r#ref.as_deref() == Some(&source.branch);
        if !of_branch || push.commit_to.as_deref() != Some(&awaited) {
            continue;
        }
        let Some(username) = author else { break };
        accounts.push(GitlabUser { username }.account());
        let PushData { action, commit_from, .. } = push;
        match commit_from {
            None if action == "created" => return Ok(Pushers::Known(accounts)),
            None => break,
            Some(before) => awaited = before,
        }
    }
    Ok(Pushers::Unknown("the forge does not list every push to the branch".into()))
}

/// Returns the accounts of a group, or of a role in the project. A name without a slash may be a person's, and is then
/// not a group.
pub(super) fn team(gitlab: &Gitlab, team: &OwnerHandle) -> Result<Vec<String>, ForgeError> {
    if let Some(role) = team.0.strip_prefix("@@") {
        let role = role.to_ascii_lowercase();
        let named = |(name, _): &&(&str, u32)| role.trim_end_matches('s') == *name;
        let level = ROLES.iter().find(named).map(|(_, level)| *level);
        let level = level.ok_or_else(|| ForgeError::Settings(format!("{team} is not a GitLab role")))?;
        let members: Vec<GitlabMember> = gitlab.http.list(&gitlab.below("/members"))?;
        return Ok(list_active(members, |member| member.access_level == level));
    }
    let path = format!("/groups/{}/members/all", escape_segment(team.0.trim_start_matches('@')));
    match gitlab.http.list::<GitlabMember>(&path) {
        Ok(members) => Ok(list_active(members, |_| true)),
        Err(error) if error.is_absent() && !team.is_team() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn list_active(members: Vec<GitlabMember>, wanted: impl Fn(&GitlabMember) -> bool) -> Vec<String> {
    let active = |member: &GitlabMember| member.state.as_deref().is_none_or(|state| state == "active");
    members
        .into_iter()
        .filter(|member| active(member) && wanted(member))
        .map(|member| member.username)
        .collect()
}
