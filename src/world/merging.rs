//! Partial objects merged into the objects that they patch, as by a kustomization.
//!
//! In: the objects of one revision. Out: the same, each fragment with a known whole object replaced by the merged
//! object. Never: knows a kind's own merge keys. Lists merge by `name` if all their items have one, and are replaced
//! otherwise, as kustomize does for unknown kinds.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::Placed;
use crate::render::Role;
use kube_manifest::{Entry, Node, Object, Origin, Value};
use kube_model::ObjectRef;

/// Merges the fragments of a world.
pub(super) fn merge_fragments(world: &mut [Arc<Placed>]) {
    if !world.iter().any(|placed| placed.role == Role::Fragment) {
        return;
    }
    let mut wholes: HashMap<ObjectRef, Vec<Arc<Placed>>> = HashMap::new();
    let whole = |placed: &&Arc<Placed>| matches!(placed.role, Role::Complete | Role::Base);
    for placed in world.iter().filter(whole) {
        wholes.entry(placed.id.clone()).or_default().push(Arc::clone(placed));
    }
    for placed in world.iter_mut().filter(|placed| placed.role == Role::Fragment) {
        let whole = wholes.get(&placed.id).and_then(|wholes| find_nearest(wholes, placed));
        if let Some(whole) = whole.filter(|_| !is_deletion(&placed.object.root)) {
            *placed = merge(whole, placed);
        }
    }
}

/// Returns the whole object whose path has most in common with that of the fragment.
fn find_nearest<'a>(wholes: &'a [Arc<Placed>], fragment: &Placed) -> Option<&'a Arc<Placed>> {
    wholes.iter().max_by_key(|whole| count_shared(whole.path.as_str(), fragment.path.as_str()))
}

/// Counts the bytes that two paths have in common at their beginning.
fn count_shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

fn merge(whole: &Placed, fragment: &Placed) -> Arc<Placed> {
    let object = &fragment.object;
    let root = overlay(&whole.object.root, &object.root, Origin::inherited(object.root.origin));
    let object = Object::new(Arc::clone(&object.source), Arc::clone(&object.aliases), root);
    Arc::new(fragment.with_object(Arc::new(object)))
}

/// Merges a patch into a value. Values that the patch does not set get the place of the patch, because they are in
/// another file.
fn overlay(base: &Node, patch: &Node, place: Origin) -> Node {
    let value = match (&base.value, &patch.value) {
        (Value::Mapping(base), Value::Mapping(patch)) => Value::Mapping(merge_entries(base, patch, place)),
        (Value::Sequence(base), Value::Sequence(items)) if are_named(base) && are_named(items) => {
            Value::Sequence(merge_items(base, items, place))
        }
        (_, _) => return patch.clone(),
    };
    Node { origin: patch.origin, value }
}

fn merge_entries(base: &[Entry], patch: &[Entry], place: Origin) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in base {
        match patch.iter().find(|other| other.key == entry.key) {
            Some(other) if other.value.is_null() => {}
            Some(other) => {
                let value = overlay(&entry.value, &other.value, place);
                entries.push(Entry { key: other.key.clone(), key_span: other.key_span, value });
            }
            None => entries.push(Entry {
                key: entry.key.clone(),
                key_span: place.span,
                value: place_at(&entry.value, place),
            }),
        }
    }
    for entry in patch {
        if !entry.value.is_null() && !base.iter().any(|other| other.key == entry.key) {
            entries.push(entry.clone());
        }
    }
    entries
}

fn merge_items(base: &[Node], patch: &[Node], place: Origin) -> Vec<Node> {
    let mut items = Vec::new();
    for item in base {
        match patch.iter().find(|other| name_of(other) == name_of(item)) {
            Some(other) if is_deletion(other) => {}
            Some(other) => items.push(overlay(item, other, place)),
            None => items.push(place_at(item, place)),
        }
    }
    for item in patch {
        if !base.iter().any(|other| name_of(other) == name_of(item)) {
            items.push(item.clone());
        }
    }
    items
}

fn name_of(item: &Node) -> Option<&str> {
    item.text_at(&["name"])
}

fn are_named(items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| name_of(item).is_some())
}

/// Recognises the directive by which a patch deletes something.
fn is_deletion(node: &Node) -> bool {
    node.text_at(&["$patch"]) == Some("delete")
}

fn place_at(node: &Node, origin: Origin) -> Node {
    let value = match &node.value {
        Value::Mapping(entries) => {
            let moved = entries.iter().map(|entry| Entry {
                key: entry.key.clone(),
                key_span: origin.span,
                value: place_at(&entry.value, origin),
            });
            Value::Mapping(moved.collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| place_at(item, origin)).collect()),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => node.value.clone(),
    };
    Node { origin, value }
}
