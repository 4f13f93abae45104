//! Writes to GitLab: a status and one note.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitlab;
use super::wire::{GitlabNote, GitlabStatus, GitlabUser};
use crate::host::api::model::{CommitStatus, PullNumber, StatusState};
use crate::host::api::own_comment::{CommentStep, ExistingComment, OwnComment};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// Sets a status, unless it is set already, because GitLab refuses to set it again. A commit has statuses of several
/// pipelines, and an older one does not describe the newest.
pub(super) fn status(gitlab: &Gitlab, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = match status.state {
        StatusState::Success => "success",
        StatusState::Failure | StatusState::Error => "failed",
    };
    let name = escape_segment(&status.context);
    let path = gitlab.below(&format!("/repository/commits/{commit}/statuses?name={name}"));
    let known: Vec<GitlabStatus> = gitlab.http.list(&path)?;
    let mut named = known.iter().filter(|known| known.name == status.context).peekable();
    if named.peek().is_some() && named.all(|known| status.repeats(state, &known.as_existing())) {
        return Ok(());
    }
    let path = gitlab.below(&format!("/statuses/{commit}"));
    gitlab.http.send_once::<IgnoredAny>(Method::Post, &path, &status.body("name", state)).map(|_| ())
}

/// Writes the gate's own comment.
pub(super) fn comment(
    gitlab: &Gitlab,
    number: PullNumber,
    comment: OwnComment<'_>,
) -> Result<(), ForgeError> {
    let path = gitlab.below(&format!("/merge_requests/{number}/notes"));
    let notes: Vec<GitlabNote> = gitlab.http.list(&path)?;
    let standing = notes.iter().filter(|note| !note.system).map(|note| ExistingComment {
        id: note.id,
        author: note.author.as_ref().map(|author| author.username.as_str()),
        text: &note.body,
    });
    let own = || gitlab.http.get("/user").map(|user: GitlabUser| user.username);
    let body = json!({"body": comment.text});
    match comment.choose_step(standing, own)? {
        CommentStep::Nothing => Ok(()),
        CommentStep::Anew => gitlab.http.send_once::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        CommentStep::Over(id) => {
            gitlab.http.send_once::<IgnoredAny>(Method::Put, &format!("{path}/{id}"), &body).map(|_| ())
        }
    }
}
