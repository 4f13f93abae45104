//! The commits of approvals on GitLab.
//!
//! GitLab reports who approved, but not the commit. Its own notes have the time, and its list of versions has the
//! newest commit at that time. Without such a note, an approval has no commit and does not count.

use chrono::{DateTime, Utc};

use super::Gitlab;
use super::wire::{GitlabApprovals, GitlabNote, Version};
use crate::host::api::model::{PullNumber, Review, ReviewState};
use crate::host::forge_error::ForgeError;
use source_files::ObjectId;

/// The text of the note that GitLab writes when a person approves.
const APPROVED: &str = "approved this merge request";

/// Returns the valid approvals.
pub(super) fn reviews(gitlab: &Gitlab, number: PullNumber) -> Result<Vec<Review>, ForgeError> {
    let below = |rest: &str| gitlab.below(&format!("/merge_requests/{number}{rest}"));
    let approvals: GitlabApprovals = gitlab.http.get(&below("/approvals"))?;
    if approvals.approved_by.is_empty() {
        return Ok(Vec::new());
    }
    let notes: Vec<GitlabNote> = gitlab.http.list(&below("/notes?sort=asc&order_by=created_at"))?;
    let versions: Vec<Version> = gitlab.http.list(&below("/versions"))?;
    let mut reviews = Vec::with_capacity(approvals.approved_by.len());
    for approval in approvals.approved_by {
        let at = find_approval_time(&notes, &approval.user.username);
        let commit = at.and_then(|at| find_newest_commit(&versions, at));
        let reviewer = Some(approval.user.account());
        reviews.push(Review { reviewer, state: ReviewState::Approved, commit, at });
    }
    Ok(reviews)
}

/// Returns the time of GitLab's last note that the merge request targets another branch, in whatever words.
pub(super) fn retargeted(gitlab: &Gitlab, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError> {
    let path = gitlab.below(&format!("/merge_requests/{number}/notes?sort=asc&order_by=created_at"));
    let notes: Vec<GitlabNote> = gitlab.http.list(&path)?;
    let mut latest = None;
    for note in notes {
        if note.system && note.body.contains("target") && note.body.contains("branch") {
            latest = latest.max(Some(note.created_at));
        }
    }
    Ok(latest)
}

/// Returns the time of an account's last approval.
fn find_approval_time(notes: &[GitlabNote], username: &str) -> Option<DateTime<Utc>> {
    let mut latest = None;
    for note in notes {
        let is_by_user = note.author.as_ref().is_some_and(|author| author.username == username);
        if is_by_user && note.system && note.body.trim() == APPROVED {
            latest = latest.max(Some(note.created_at));
        }
    }
    latest
}

/// Returns the newest commit at a time.
fn find_newest_commit(versions: &[Version], at: DateTime<Utc>) -> Option<ObjectId> {
    let before = versions.iter().filter(|version| version.created_at <= at);
    before
        .max_by_key(|version| version.created_at)
        .and_then(|version| ObjectId::parse(&version.head_commit_sha))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(id: u64, system: bool, body: &str, author: &str, minute: u32) -> GitlabNote {
        let text = serde_json::json!({"id": id, "system": system, "body": body, "author": {"username": author},
                                      "created_at": format!("2026-11-01T00:{minute:02}:00.000Z")});
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn only_gitlab_s_own_note_says_when() {
        let at = |minute| note(1, true, APPROVED, "bob", minute).created_at;
        let notes = [
            note(1, true, APPROVED, "bob", 1),
            note(2, true, "unapproved this merge request", "bob", 2),
            note(3, true, APPROVED, "bob", 3),
            note(4, false, APPROVED, "bob", 9),
            note(5, true, APPROVED, "eve", 8),
        ];
        assert_eq!(find_approval_time(&notes, "bob"), Some(at(3)));
        assert_eq!(find_approval_time(&notes, "ann"), None);
    }

    #[test]
    fn an_approval_is_of_the_version_that_stood_then() {
        let version = |digit: char, minute: u32| Version {
            head_commit_sha: digit.to_string().repeat(40),
            created_at: note(1, true, "", "", minute).created_at,
        };
        let versions = [version('b', 5), version('a', 1)];
        let newest = |minute| find_newest_commit(&versions, note(1, true, "", "", minute).created_at);
        assert_eq!(newest(0), None);
        assert_eq!(newest(4), ObjectId::parse(&"a".repeat(40)));
        assert_eq!(newest(5), ObjectId::parse(&"b".repeat(40)));
    }
}
