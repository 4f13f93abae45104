//! Notes of a check run and proposed changes, which GitHub shows beside lines.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::Github;
use super::wire::GithubComment;
use crate::host::api::model::{LineNote, LineProposal, NoteLevel, NoteRun, PullRequest};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// The most notes of one request.
const BATCH: usize = 50;
/// The most notes that are sent. No one reads more, and each batch is a request.
const MOST_NOTES: usize = 500;
/// The most changes that one review proposes, so that one pull request does not flood its readers.
const MOST_PROPOSALS: usize = 30;

#[derive(Deserialize)]
struct CheckRun {
    id: u64,
}

/// Creates a check run that decides nothing, with notes in batches: the first request creates it, the next ones add.
pub(super) fn annotate(
    github: &Github,
    commit: &ObjectId,
    run: &NoteRun,
    notes: &[LineNote],
) -> Result<(), ForgeError> {
    let kept = notes.get(..notes.len().min(MOST_NOTES)).unwrap_or_default();
    let mut batches = kept.chunks(BATCH);
    let first = batches.next().unwrap_or_default();
    let summary = match notes.len() - kept.len() {
        0 => run.summary.clone(),
        more => format!("{}; {more} more are in the summary of the run", run.summary),
    };
    let output = |notes: &[LineNote]| json!({"title": run.name, "summary": summary, "annotations": notes.iter().map(annotation).collect::<Vec<_>>()});
    let body = json!({
        "name": run.name, "head_sha": commit.as_str(), "status": "completed", "conclusion": "neutral",
        "output": output(first),
    });
    let path = github.repository("/check-runs");
    let made: CheckRun = github.http.send_once(Method::Post, &path, &body)?;
    let path = github.repository(&format!("/check-runs/{}", made.id));
    for batch in batches {
        github.http.send_once::<IgnoredAny>(Method::Patch, &path, &json!({"output": output(batch)}))?;
    }
    Ok(())
}

fn annotation(note: &LineNote) -> Value {
    let level = match note.level {
        NoteLevel::Failure => "failure",
        NoteLevel::Warning => "warning",
        NoteLevel::Notice => "notice",
    };
    let mut annotation = json!({
        "path": note.path, "start_line": note.start_line, "end_line": note.end_line, "annotation_level": level,
        "title": note.title, "message": note.message, "raw_details": note.details,
    });
    if let (Some((first, end)), Some(annotation)) = (note.columns, annotation.as_object_mut()) {
        annotation.insert("start_column".into(), json!(first));
        annotation.insert("end_column".into(), json!(end.saturating_sub(1).max(first)));
    }
    annotation
}

/// Adds one review without a result, with the changes that were not proposed yet.
pub(super) fn propose(
    github: &Github,
    pull: &PullRequest,
    changes: &[LineProposal],
) -> Result<(), ForgeError> {
    if changes.is_empty() {
        return Ok(());
    }
    let path = github.repository(&format!("/pulls/{}/comments", pull.number));
    let known: Vec<GithubComment> = github.http.list(&path)?;
    let is_new =
        |change: &&LineProposal| known.iter().all(|comment| comment.body.as_deref() != Some(&change.body));
    let comments: Vec<Value> =
        changes.iter().filter(is_new).take(MOST_PROPOSALS).map(review_comment).collect();
    if comments.is_empty() {
        return Ok(());
    }
    let path = github.repository(&format!("/pulls/{}/reviews", pull.number));
    let body = json!({"commit_id": pull.head.as_str(), "event": "COMMENT", "comments": comments});
    github.http.send_once::<IgnoredAny>(Method::Post, &path, &body).map(|_| ())
}

fn review_comment(change: &LineProposal) -> Value {
    let mut comment =
        json!({"path": change.path, "line": change.end_line, "side": "RIGHT", "body": change.body});
    if let Some(comment) = comment.as_object_mut().filter(|_| change.start_line < change.end_line) {
        comment.insert("start_line".into(), json!(change.start_line));
        comment.insert("start_side".into(), json!("RIGHT"));
    }
    comment
}
