//! What GitLab is told: a status and one note.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitlab;
use super::wire::{Note, Status, User};
use crate::forge::Method;
use crate::forge::error::ForgeError;
use crate::forge::model::{CommitStatus, Occasion, PullNumber, StatusState};
use crate::forge::path::segment;
use crate::source::ObjectId;

/// GitLab refuses a status that says what it says already. A commit has statuses of several pipelines, of which an
/// older one proves nothing about the newest.
pub(super) fn status(gitlab: &Gitlab, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = match status.state {
        StatusState::Success => "success",
        StatusState::Failure | StatusState::Error => "failed",
    };
    let name = segment(&status.context);
    let path = gitlab.below(&format!("/repository/commits/{commit}/statuses?name={name}"));
    let known: Vec<Status> = gitlab.http.list(&path)?;
    let mut named = known.iter().filter(|known| known.name == status.context).peekable();
    let known = named.peek().is_some();
    let same =
        named.all(|known| known.state == state && known.description.as_deref() == Some(&status.description));
    if known && same {
        return Ok(());
    }
    let mut body = json!({"state": state, "name": status.context, "description": status.description});
    if let (Some(url), Some(body)) = (&status.target_url, body.as_object_mut()) {
        body.insert("target_url".into(), json!(url));
    }
    let path = gitlab.below(&format!("/statuses/{commit}"));
    gitlab.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ())
}

/// Anybody can write a note that begins like ours: only one by this token's own account is written over.
pub(super) fn comment(
    gitlab: &Gitlab,
    number: PullNumber,
    (marker, text): (&str, &str),
    occasion: Occasion,
) -> Result<(), ForgeError> {
    let path = gitlab.below(&format!("/merge_requests/{number}/notes"));
    let notes: Vec<Note> = gitlab.http.list(&path)?;
    let marked: Vec<&Note> =
        notes.iter().filter(|note| !note.system && note.body.starts_with(marker)).collect();
    let own: Option<User> = if marked.is_empty() { None } else { Some(gitlab.http.get("/user")?) };
    let by_us = |note: &&Note| match (&note.author, &own) {
        (Some(author), Some(own)) => author.username == own.username,
        (None | Some(_), None) | (None, Some(_)) => false,
    };
    let body = json!({"body": text});
    match (marked.into_iter().find(by_us), occasion) {
        (Some(note), _) if note.body == text => Ok(()),
        (Some(note), _) => {
            let path = format!("{path}/{}", note.id);
            gitlab.http.say::<IgnoredAny>(Method::Put, &path, &body).map(|_| ())
        }
        (None, Occasion::Anew) => gitlab.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        (None, Occasion::Over) => Ok(()),
    }
}
