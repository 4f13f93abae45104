//! Writes to Gitea: a status and one comment.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitea;
use super::wire::{GiteaCombinedStatus, GiteaComment, GiteaUser};
use crate::host::api::model::{CommitStatus, PullNumber};
use crate::host::api::own_comment::{CommentStep, ExistingComment, OwnComment};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// The account of a workflow's own token, which may not read its own name.
const OF_WORKFLOWS: &str = "gitea-actions";

/// Sets a status, unless it is set already.
pub(super) fn status(gitea: &Gitea, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = status.state.as_str();
    let known: GiteaCombinedStatus =
        gitea.http.get(&gitea.repository(&format!("/commits/{commit}/status")))?;
    if known.statuses.unwrap_or_default().iter().any(|known| status.repeats(state, &known.as_existing())) {
        return Ok(());
    }
    let path = gitea.repository(&format!("/statuses/{commit}"));
    gitea.http.send_once::<IgnoredAny>(Method::Post, &path, &status.body("context", state)).map(|_| ())
}

/// Writes the gate's own comment.
pub(super) fn comment(gitea: &Gitea, number: PullNumber, comment: OwnComment<'_>) -> Result<(), ForgeError> {
    let path = gitea.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<GiteaComment> = gitea.http.list(&path)?;
    let standing = comments.iter().map(|known| ExistingComment {
        id: known.id,
        author: known.user.as_ref().map(|user| user.login.as_str()),
        text: known.body.as_deref().unwrap_or_default(),
    });
    let body = json!({"body": comment.text});
    match comment.choose_step(standing, || own_account(gitea))? {
        CommentStep::Nothing => Ok(()),
        CommentStep::Anew => gitea.http.send_once::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        CommentStep::Over(id) => {
            let path = gitea.repository(&format!("/issues/comments/{id}"));
            gitea.http.send_once::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
        }
    }
}

fn own_account(gitea: &Gitea) -> Result<String, ForgeError> {
    match gitea.http.get::<GiteaUser>("/user") {
        Ok(user) => Ok(user.login),
        Err(error) if error.is_forbidden() => Ok(OF_WORKFLOWS.to_owned()),
        Err(error) => Err(error),
    }
}
