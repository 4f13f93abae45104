//! Maps that are laid over each other.

use kube_manifest::{Node, Value};

use super::template::is_empty;

/// Lays a map over another one (`mergo.Merge` with `WithOverride`): what is empty takes the place of nothing.
pub(crate) fn overlay(target: &mut Node, over: &Node) {
    let (Value::Mapping(entries), Value::Mapping(changes)) = (&mut target.value, &over.value) else {
        if !is_empty(over) {
            *target = over.clone();
        }
        return;
    };
    for change in changes {
        match entries.iter_mut().find(|entry| entry.key == change.key) {
            Some(entry) => overlay(&mut entry.value, &change.value),
            None => entries.push(change.clone()),
        }
    }
}
