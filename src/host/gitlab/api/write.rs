//! Writes to GitLab: a status and one note.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitlab;
use super::wire::{Note, Status, User};
use crate::host::api::model::{CommitStatus, PullNumber, StatusState};
use crate::host::api::own_comment::{Deed, OwnComment, Standing};
use crate::host::api::path::segment;
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
    let name = segment(&status.context);
    let path = gitlab.below(&format!("/repository/commits/{commit}/statuses?name={name}"));
    let known: Vec<Status> = gitlab.http.list(&path)?;
    let mut named = known.iter().filter(|known| known.name == status.context).peekable();
    if named.peek().is_some() && named.all(|known| status.repeats(state, known.says())) {
        return Ok(());
    }
    let path = gitlab.below(&format!("/statuses/{commit}"));
    gitlab.http.say::<IgnoredAny>(Method::Post, &path, &status.body("name", state)).map(|_| ())
}

/// Writes the gate's own comment.
pub(super) fn comment(
    gitlab: &Gitlab,
    number: PullNumber,
    comment: OwnComment<'_>,
) -> Result<(), ForgeError> {
    let path = gitlab.below(&format!("/merge_requests/{number}/notes"));
    let notes: Vec<Note> = gitlab.http.list(&path)?;
    let standing = notes.iter().filter(|note| !note.system).map(|note| Standing {
        id: note.id,
        author: note.author.as_ref().map(|author| author.username.as_str()),
        text: &note.body,
    });
    let own = || gitlab.http.get("/user").map(|user: User| user.username);
    let body = json!({"body": comment.text});
    match comment.deed(standing, own)? {
        Deed::Nothing => Ok(()),
        Deed::Anew => gitlab.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        Deed::Over(id) => {
            gitlab.http.say::<IgnoredAny>(Method::Put, &format!("{path}/{id}"), &body).map(|_| ())
        }
    }
}
