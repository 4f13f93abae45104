//! The events that start a workflow, as far as they decide who can change it.
//!
//! In: the text of a workflow. Out: [`Triggers`]. Never: takes a file that it cannot read for one that no
//! event starts.

use kube_manifest::{Limits, Node, Value, documents};

/// The kinds of events that start a workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Triggers {
    /// `pull_request_target`: the default branch's copy runs.
    pub(super) trusted: Presence,
    /// `pull_request` and `pull_request_review`: the pull request's own copy runs.
    pub(super) editable: Presence,
}

/// The presence of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    #[default]
    Absent,
}

impl Presence {
    fn of(wanted: &[&str], names: &[&str]) -> Self {
        if names.iter().any(|name| wanted.contains(name)) { Self::Present } else { Self::Absent }
    }
}

/// The key; YAML 1.1 takes the plain word `on` for a truth value.
const KEYS: [&str; 2] = ["on", "true"];

/// Reads the triggers; `None` if the text is not YAML or no key names them.
pub(super) fn read(text: &str) -> Option<Triggers> {
    let (_, roots, problems) = documents(text.as_bytes().to_vec(), &Limits::default());
    let [root] = roots.as_slice() else { return None };
    let on = KEYS.iter().find_map(|key| root.get(key)).filter(|_| problems.is_empty())?;
    let names: Vec<&str> = match &on.value {
        Value::String(name) => vec![name],
        Value::Sequence(items) => items.iter().map(Node::as_str).collect::<Option<_>>()?,
        Value::Mapping(entries) => entries.iter().map(|entry| &*entry.key).collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Unknown(_) => {
            return None;
        }
    };
    Some(Triggers {
        trusted: Presence::of(&["pull_request_target"], &names),
        editable: Presence::of(
            &["pull_request", "pull_request_review", "pull_request_review_comment"],
            &names,
        ),
    })
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
            ("? on\n: push", Absent, Absent),
        ] {
            assert_eq!(read(text), Some(Triggers { trusted, editable }), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_nothing() {
        for text in [
            "",
            "{on: pull_request}",
            "jobs: {}",
            "#on: push",
            "on:",
            "on: [push",
            "on: [[push]]",
            "on: push\n---\non: push\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
