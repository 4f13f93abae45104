//! The subject of a workflow run.
//!
//! In: the name of an event and its file. Out: the pull request or merge group that it is about. Never: takes anything
//! else from the file, which describes the time of the event and stays the same when a run is repeated.

use serde::Deserialize;

use source_files::ObjectId;

/// The subject of a judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A pull request, by its number.
    PullRequest(u64),
    /// A group that a merge queue is about to merge.
    MergeGroup {
        /// The commit that it would move the branch to.
        head: ObjectId,
        /// The branch, without `refs/heads/`.
        target: String,
    },
}

/// The reason why an event has no subject to judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The file is not a valid event.
    #[error("the event's file cannot be read: {0}")]
    Unreadable(String),
    /// The event is about something else.
    #[error(
        "the event `{0}` has no pull request\n  run on pull_request, pull_request_target, \
         pull_request_review or \
         merge_group, or name one with --number"
    )]
    NoPullRequest(String),
}

#[derive(Deserialize)]
struct File {
    pull_request: Option<Numbered>,
    issue: Option<Issue>,
    merge_group: Option<MergeGroup>,
    check_run: Option<Listed>,
    workflow_run: Option<Listed>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    pull_requests: Vec<Numbered>,
}

#[derive(Deserialize)]
struct MergeGroup {
    head_sha: String,
    base_ref: String,
}

impl Subject {
    /// Reads an event's file: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.
    pub fn of_event(name: &str, file: &[u8]) -> Result<Self, EventError> {
        let file: File =
            serde_json::from_slice(file).map_err(|error| EventError::Unreadable(error.to_string()))?;
        if let Some(group) = file.merge_group {
            let unreadable =
                |what: &str| EventError::Unreadable(format!("the merge group has no usable {what}"));
            let head = ObjectId::parse(&group.head_sha).ok_or_else(|| unreadable("head"))?;
            let target = group.base_ref.strip_prefix("refs/heads/").ok_or_else(|| unreadable("base"))?;
            return Ok(Self::MergeGroup { head, target: target.to_owned() });
        }
        let commented = file.issue.filter(|issue| issue.pull_request.is_some()).map(|issue| issue.number);
        let listed = [file.check_run, file.workflow_run].into_iter().flatten();
        let listed = listed.flat_map(|run| run.pull_requests).map(|pull| pull.number).next();
        let number = file.pull_request.map(|pull| pull.number).or(commented).or(listed);
        number.map(Self::PullRequest).ok_or_else(|| EventError::NoPullRequest(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Subject, EventError> {
        Subject::of_event("an event", text.as_bytes())
    }

    #[test]
    fn only_the_number_of_a_pull_request_is_taken() {
        let number = Ok(Subject::PullRequest(7));
        assert_eq!(read(r#"{"pull_request": {"number": 7, "head": {"sha": "evil"}}}"#), number);
        assert_eq!(read(r#"{"issue": {"number": 7, "pull_request": {}}}"#), number);
        assert_eq!(read(r#"{"check_run": {"pull_requests": [{"number": 7}]}}"#), number);
        assert_eq!(read(r#"{"workflow_run": {"pull_requests": [{"number": 7}, {"number": 8}]}}"#), number);
        for nothing in [r#"{"issue": {"number": 7}}"#, r#"{"check_run": {}}"#, "{}"] {
            assert_eq!(read(nothing), Err(EventError::NoPullRequest("an event".into())), "{nothing}");
        }
        for odd in ["", "[]", r#"{"pull_request": {"number": -7}}"#, r#"{"pull_request": {"number": "7"}}"#] {
            assert!(matches!(read(odd), Err(EventError::Unreadable(_))), "{odd}");
        }
    }

    #[test]
    fn a_merge_group_names_a_commit_and_a_branch() {
        let head = "1".repeat(40);
        let group = |head: &str, base: &str| {
            read(&format!(r#"{{"merge_group": {{"head_sha": "{head}", "base_ref": "{base}"}}}}"#))
        };
        let id = ObjectId::parse(&head).unwrap();
        assert_eq!(
            group(&head, "refs/heads/a/b"),
            Ok(Subject::MergeGroup { head: id, target: "a/b".into() })
        );
        assert!(group("1", "refs/heads/main").is_err() && group(&head, "main").is_err());
    }
}
