//! A key `<<` that was text for kustomize is written out without quotes, so that the tool which applies
//! the output takes it for a merge (go-yaml v2 `encode.go`, `decode.go`).

use std::collections::{HashMap, HashSet};

use super::super::node::{Entry, Node, Value};
use super::super::problem::Problem;
use super::super::reading::{Reading, Refusal};

/// The key.
const MERGE: &str = "<<";

/// An object as it is applied.
pub(super) fn applied(node: Node) -> Result<Node, Problem> {
    let value = match node.value {
        Value::Mapping(entries) => Value::Mapping(merged(entries)?),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(applied).collect::<Result<_, _>>()?),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => node.value,
    };
    Ok(Node { origin: node.origin, value })
}

fn merged(entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let mut merge = None;
    let mut kept = Vec::with_capacity(entries.len());
    for Entry { key, key_span, value } in entries {
        let entry = Entry { key, key_span, value: applied(value)? };
        if &*entry.key == MERGE { merge = Some(entry) } else { kept.push(entry) }
    }
    let Some(merge) = merge else { return Ok(kept) };
    let mut places: HashMap<Box<str>, usize> = kept.iter().map(|entry| entry.key.clone()).zip(0..).collect();
    for entry in sources(merge)? {
        match places.get(&entry.key).and_then(|place| kept.get_mut(*place)) {
            None => {
                places.insert(entry.key.clone(), kept.len());
                kept.push(entry);
            }
            Some(other) if is_written_before(&other.key) => *other = entry,
            Some(_) => {}
        }
    }
    Ok(kept)
}

/// The entries that a merge brings, each key once: of several mappings, the first that has it.
fn sources(merge: Entry) -> Result<Vec<Entry>, Problem> {
    let mappings = match merge.value.value {
        Value::Sequence(items) => items.into_iter().map(|item| item.value).collect(),
        value => vec![value],
    };
    let (mut brought, mut names) = (Vec::new(), HashSet::new());
    for mapping in mappings {
        let Value::Mapping(entries) = mapping else {
            let reason = "kustomize writes this key as a merge, but only a mapping can be merged";
            let problem = Problem::unparseable(merge.key_span, reason);
            return Err(problem.refused(Refusal::By(Reading::Kustomize)));
        };
        brought.extend(entries.into_iter().filter(|entry| names.insert(entry.key.clone())));
    }
    Ok(brought)
}

/// The order in which go-yaml writes keys: letters and digits come after `<`. A merge overrides the keys that are
/// written before it.
fn is_written_before(key: &str) -> bool {
    let differing = key.chars().zip(MERGE.chars()).find(|(ours, other)| ours != other);
    match differing {
        Some((ours, other)) => !ours.is_alphabetic() && !ours.is_numeric() && ours < other,
        None => key.len() < MERGE.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_punctuation_is_written_before_a_merge() {
        let before = ["", "<", "-a", "<;"];
        let after = ["a", "0", "1", "é", "<<a", "=", "<a"];
        assert!(before.iter().all(|key| is_written_before(key)));
        assert!(!after.iter().any(|key| is_written_before(key)));
    }
}
