//! Writes to GitHub: a status and one comment.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Github;
use super::queue::ask;
use super::wire::{CombinedStatus, Comment, User};
use crate::host::api::model::{CommitStatus, PullNumber};
use crate::host::api::own_comment::{Deed, OwnComment, Standing};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// Sets a status, unless it is set already: a commit takes only 1,000 statuses of one name.
pub(super) fn status(github: &Github, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = status.state.as_str();
    let known: CombinedStatus =
        github.http.get(&github.repository(&format!("/commits/{commit}/status?per_page=100")))?;
    if known.statuses.iter().any(|known| status.repeats(state, known.says())) {
        return Ok(());
    }
    let path = github.repository(&format!("/statuses/{commit}"));
    github.http.say::<IgnoredAny>(Method::Post, &path, &status.body("context", state)).map(|_| ())
}

/// Writes the gate's own comment.
pub(super) fn comment(
    github: &Github,
    number: PullNumber,
    comment: OwnComment<'_>,
) -> Result<(), ForgeError> {
    let path = github.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<Comment> = github.http.list(&path)?;
    let standing = comments.iter().map(|known| Standing {
        id: known.id,
        author: known.user.as_ref().map(User::login),
        text: known.body.as_deref().unwrap_or_default(),
    });
    let body = json!({"body": comment.text});
    match comment.deed(standing, || viewer(github))? {
        Deed::Nothing => Ok(()),
        Deed::Anew => github.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        Deed::Over(id) => {
            let path = github.repository(&format!("/issues/comments/{id}"));
            github.http.say::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
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
