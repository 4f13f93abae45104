//! What GitHub is told: a status and one comment.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Github;
use super::queue::ask;
use super::wire::{CombinedStatus, Comment};
use crate::forge::Method;
use crate::forge::error::ForgeError;
use crate::forge::model::{CommitStatus, Occasion, PullNumber, StatusState};
use crate::source::ObjectId;

/// A commit takes 1,000 statuses of one name, so that nothing is said that stands there already.
pub(super) fn status(github: &Github, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = match status.state {
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    };
    let known: CombinedStatus =
        github.http.get(&github.repository(&format!("/commits/{commit}/status?per_page=100")))?;
    let same = known.statuses.iter().any(|known| {
        known.context == status.context
            && known.state == state
            && known.description.as_deref() == Some(&status.description)
    });
    if same {
        return Ok(());
    }
    let mut body = json!({"state": state, "context": status.context, "description": status.description});
    if let (Some(url), Some(body)) = (&status.target_url, body.as_object_mut()) {
        body.insert("target_url".into(), json!(url));
    }
    let path = github.repository(&format!("/statuses/{commit}"));
    github.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ())
}

/// Anybody can write a comment that begins like ours: only one by this token's own account is written over.
pub(super) fn comment(
    github: &Github,
    number: PullNumber,
    marker: &str,
    text: &str,
    occasion: Occasion,
) -> Result<(), ForgeError> {
    let path = github.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<Comment> = github.http.list(&path)?;
    let begins = |comment: &&Comment| comment.body.as_deref().is_some_and(|body| body.starts_with(marker));
    let marked: Vec<&Comment> = comments.iter().filter(begins).collect();
    let viewer = if marked.is_empty() { None } else { Some(viewer(github)?) };
    let by_us = |comment: &&Comment| match (&comment.user, &viewer) {
        // `name[bot]` is an app, and `name` may be somebody else.
        (Some(user), Some(viewer)) => user.login().eq_ignore_ascii_case(viewer),
        (None | Some(_), None) | (None, Some(_)) => false,
    };
    let body = json!({"body": text});
    match (marked.into_iter().find(by_us), occasion) {
        (Some(comment), _) if comment.body.as_deref() == Some(text) => Ok(()),
        (Some(comment), _) => {
            let path = github.repository(&format!("/issues/comments/{}", comment.id));
            github.http.say::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
        }
        (None, Occasion::Anew) => github.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        (None, Occasion::Over) => Ok(()),
    }
}

#[derive(Deserialize)]
struct Viewing {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    login: String,
}

/// The account of the token; the REST route for it is closed to the tokens of workflows.
fn viewer(github: &Github) -> Result<String, ForgeError> {
    let viewing: Viewing = ask(github, "query { viewer { login } }", &json!({}))?;
    Ok(viewing.viewer.login)
}
