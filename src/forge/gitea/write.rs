//! What Gitea is told: a status and one comment.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitea;
use super::wire::{CombinedStatus, Comment, User};
use crate::forge::Method;
use crate::forge::error::ForgeError;
use crate::forge::model::{CommitStatus, Occasion, PullNumber, StatusState};
use crate::source::ObjectId;

/// The account of a workflow's own token, which may not ask who it is.
const OF_WORKFLOWS: &str = "gitea-actions";

/// Nothing is said that stands there already.
pub(super) fn status(gitea: &Gitea, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = match status.state {
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    };
    let known: CombinedStatus = gitea.http.get(&gitea.repository(&format!("/commits/{commit}/status")))?;
    let same = known.statuses.unwrap_or_default().iter().any(|known| {
        known.context == status.context
            && known.state == state
            && known.description.as_deref() == Some(&status.description)
    });
    if same {
        return Ok(());
    }
    let target = status.target_url.as_deref().unwrap_or_default();
    let body = json!({
        "state": state, "context": status.context, "description": status.description, "target_url": target,
    });
    let path = gitea.repository(&format!("/statuses/{commit}"));
    gitea.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ())
}

/// Anybody can write a comment that begins like ours: only one by this token's own account is written over.
pub(super) fn comment(
    gitea: &Gitea,
    number: PullNumber,
    (marker, text): (&str, &str),
    occasion: Occasion,
) -> Result<(), ForgeError> {
    let path = gitea.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<Comment> = gitea.http.list(&path)?;
    let begins = |comment: &&Comment| comment.body.as_deref().is_some_and(|body| body.starts_with(marker));
    let marked: Vec<&Comment> = comments.iter().filter(begins).collect();
    let own = if marked.is_empty() { String::new() } else { own_account(gitea)? };
    let by_us =
        |comment: &&Comment| comment.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(&own));
    let body = json!({"body": text});
    match (marked.into_iter().find(by_us), occasion) {
        (Some(comment), _) if comment.body.as_deref() == Some(text) => Ok(()),
        (Some(comment), _) => {
            let path = gitea.repository(&format!("/issues/comments/{}", comment.id));
            gitea.http.say::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
        }
        (None, Occasion::Anew) => gitea.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        (None, Occasion::Over) => Ok(()),
    }
}

fn own_account(gitea: &Gitea) -> Result<String, ForgeError> {
    match gitea.http.get::<User>("/user") {
        Ok(user) => Ok(user.login),
        Err(error) if error.is_forbidden() => Ok(OF_WORKFLOWS.to_owned()),
        Err(error) => Err(error),
    }
}
