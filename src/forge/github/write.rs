//! What GitHub is told: a status, one comment, proposals beside lines.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::Github;
use super::queue::ask;
use super::wire::{CombinedStatus, Comment};
use crate::forge::Method;
use crate::forge::error::ForgeError;
use crate::forge::model::{CommitStatus, LineNote, PullNumber, PullRequest, StatusState};
use crate::source::ObjectId;

/// How many notes one review takes, so that one change does not flood its readers.
const MOST_NOTES: usize = 30;

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
) -> Result<(), ForgeError> {
    let path = github.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<Comment> = github.http.list(&path)?;
    let begins = |comment: &&Comment| comment.body.as_deref().is_some_and(|body| body.starts_with(marker));
    let mut ours = comments.iter().filter(begins).peekable();
    if ours.peek().is_none() {
        return github.http.say::<IgnoredAny>(Method::Post, &path, &json!({"body": text})).map(|_| ());
    }
    let viewer = viewer(github)?;
    let by_us = |comment: &&Comment| {
        comment
            .user
            .as_ref()
            .is_some_and(|user| user.login().trim_end_matches("[bot]") == viewer.trim_end_matches("[bot]"))
    };
    match ours.find(by_us) {
        Some(comment) if comment.body.as_deref() == Some(text) => Ok(()),
        Some(comment) => {
            let path = github.repository(&format!("/issues/comments/{}", comment.id));
            github.http.say::<IgnoredAny>(Method::Patch, &path, &json!({"body": text})).map(|_| ())
        }
        None => github.http.say::<IgnoredAny>(Method::Post, &path, &json!({"body": text})).map(|_| ()),
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

/// One review without a judgement, with those proposals that nobody has made yet.
pub(super) fn proposals(github: &Github, pull: &PullRequest, notes: &[LineNote]) -> Result<(), ForgeError> {
    let path = github.repository(&format!("/pulls/{}/comments", pull.number));
    let known: Vec<Comment> = github.http.list(&path)?;
    let is_new = |note: &&LineNote| known.iter().all(|comment| comment.body.as_deref() != Some(&note.body));
    let comments: Vec<Value> = notes.iter().filter(is_new).take(MOST_NOTES).map(review_comment).collect();
    if comments.is_empty() {
        return Ok(());
    }
    let path = github.repository(&format!("/pulls/{}/reviews", pull.number));
    let body = json!({"commit_id": pull.head.as_str(), "event": "COMMENT", "comments": comments});
    github.http.say::<IgnoredAny>(Method::Post, &path, &body).map(|_| ())
}

fn review_comment(note: &LineNote) -> Value {
    let mut comment = json!({"path": note.path, "line": note.end_line, "side": "RIGHT", "body": note.body});
    if let Some(comment) = comment.as_object_mut().filter(|_| note.start_line < note.end_line) {
        comment.insert("start_line".into(), json!(note.start_line));
        comment.insert("start_side".into(), json!("RIGHT"));
    }
    comment
}
