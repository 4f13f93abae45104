//! Writes to GitHub: a status and one comment.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Github;
use super::queue::ask;
use super::wire::{GithubCombinedStatus, GithubComment, GithubUser};
use crate::host::api::model::{CommitStatus, PullNumber};
use crate::host::api::own_comment::{CommentStep, ExistingComment, OwnComment};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// Sets a status, unless it is set already: a commit takes only 1,000 statuses of one name.
pub(super) fn status(github: &Github, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = status.state.as_str();
    let known: GithubCombinedStatus =
        github.http.get(&github.repository(&format!("/commits/{commit}/status?per_page=100")))?;
    if known.statuses.iter().any(|known| status.repeats(state, &known.as_existing())) {
        return Ok(());
    }
    let path = github.repository(&format!("/statuses/{commit}"));
    github.http.send_once::<IgnoredAny>(Method::Post, &path, &status.body("context", state)).map(|_| ())
}

/// Writes the gate's own comment.
pub(super) fn comment(
    github: &Github,
    number: PullNumber,
    comment: OwnComment<'_>,
) -> Result<(), ForgeError> {
    let path = github.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<GithubComment> = github.http.list(&path)?;
    let standing = comments.iter().map(|known| ExistingComment {
        id: known.id,
        author: known.user.as_ref().map(GithubUser::login),
        text: known.body.as_deref().unwrap_or_default(),
    });
    let body = json!({"body": comment.text});
    match comment.choose_step(standing, || viewer(github))? {
        CommentStep::Nothing => Ok(()),
        CommentStep::Anew => github.http.send_once::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        CommentStep::Over(id) => {
            let path = github.repository(&format!("/issues/comments/{id}"));
            github.http.send_once::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
        }
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

/// Returns the account of the token. The REST route for it is closed to the tokens of workflows.
fn viewer(github: &Github) -> Result<String, ForgeError> {
    let viewing: Viewing = ask(github, "query { viewer { login } }", &json!({}))?;
    Ok(viewing.viewer.login)
}
