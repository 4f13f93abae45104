//! What starts a workflow, as far as it bears on who can change what it does.
//!
//! In: the text of a workflow. Out: [`Triggers`]. Never: takes a file that it cannot follow for one that nothing
//! starts. A workflow is read line by line: the block below `on`, without comments.

/// What starts a workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Triggers {
    /// `pull_request_target`: the default branch's copy runs.
    pub(super) trusted: Presence,
    /// `pull_request` and `pull_request_review`: the pull request's own copy runs.
    pub(super) editable: Presence,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    #[default]
    Absent,
}

/// The ways in which the key is written; YAML 1.1 takes the word for a truth value.
const KEYS: [&str; 4] = ["on:", "\"on\":", "'on':", "true:"];

/// The triggers; `None` where the text has no block of them that could be followed.
pub(super) fn read(text: &str) -> Option<Triggers> {
    let starts = |line: &str| KEYS.iter().any(|key| line.starts_with(key));
    let mut lines = text.lines().map(without_comment).skip_while(|line| !starts(line));
    let first = lines.next()?;
    let inside = |line: &&str| line.is_empty() || line.starts_with([' ', '\t', '-', ']', '}']);
    let block: Vec<&str> = std::iter::once(first).chain(lines.take_while(inside)).collect();
    let words: Vec<&str> = block
        .iter()
        .flat_map(|line| line.split(|character: char| !(character.is_alphanumeric() || character == '_')))
        .collect();
    let present = |wanted: &[&str]| {
        if words.iter().any(|word| wanted.contains(word)) { Presence::Present } else { Presence::Absent }
    };
    Some(Triggers {
        trusted: present(&["pull_request_target"]),
        editable: present(&["pull_request", "pull_request_review", "pull_request_review_comment"]),
    })
}

fn without_comment(line: &str) -> &str {
    let begins = |at: usize| at == 0 || line.get(..at).is_some_and(|before| before.ends_with([' ', '\t']));
    let comment = line.match_indices('#').find(|(at, _)| begins(*at));
    line.get(..comment.map_or(line.len(), |(at, _)| at)).unwrap_or(line).trim_end()
}

#[cfg(test)]
mod tests {
    use super::Presence::{Absent, Present};
    use super::*;

    #[test]
    fn the_block_of_triggers_is_followed() {
        for (text, trusted, editable) in [
            ("on: pull_request", Absent, Present),
            ("on: [push, pull_request_target]", Present, Absent),
            (
                "name: x\non:\n  pull_request_target:\n    types: [opened] # pull_request\npermissions: {}\n",
                Present,
                Absent,
            ),
            ("on:\n- pull_request_target\n- pull_request_review\njobs: {}\n", Present, Present),
            ("'on': {pull_request: null}\n", Absent, Present),
            ("\"on\":\n  # pull_request\n\n  merge_group:\n", Absent, Absent),
            (
                "on: pull_request_target\nconcurrency: ${{ github.event.pull_request.number }}",
                Present,
                Absent,
            ),
            ("true:\n  pull_request:\n", Absent, Present),
            ("on: [\n  push,\n  pull_request\n]\njobs: {}", Absent, Present),
        ] {
            assert_eq!(read(text), Some(Triggers { trusted, editable }), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_not_nothing() {
        for text in ["", "{on: pull_request}", "jobs: {}", "  on: push", "#on: push", "? on\n: push"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
