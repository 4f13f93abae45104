//! Old unknown values that have another text now.
//!
//! In: the old and the new objects of one view. Out: the old ones without such values. An unknown value counts as the
//! worst, and the old one must not excuse what is known now. Never: touches a value whose text stays.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::Placed;
use super::loader::is_rbac;
use kube_manifest::{Entry, Node, Object, Value};
use kube_model::ObjectRef;
use source_files::RepoPath;

/// The part of an old object that is kept.
enum Kept {
    /// All of it.
    Whole,
    /// The object without some values.
    Rest(Arc<Object>),
    /// Nothing, because its reach was not known.
    Nothing,
}

/// Removes changed unknown values from the old world.
pub(super) fn forget_changed_unknowns(old: &mut Vec<Arc<Placed>>, new: &[Arc<Placed>]) {
    if !old.iter().any(|placed| placed.object.root.holds_unknown()) {
        return;
    }
    let by_place: HashMap<(&ObjectRef, &RepoPath), &Arc<Placed>> =
        new.iter().map(|placed| ((&placed.id, placed.home()), placed)).collect();
    old.retain_mut(|placed| {
        let successor = by_place.get(&(&placed.id, placed.home()));
        match successor.map_or(Kept::Whole, |new| keep_known(&placed.object, &new.object)) {
            Kept::Whole => true,
            Kept::Nothing => false,
            Kept::Rest(object) => {
                *placed = Arc::new(placed.with_object(object));
                true
            }
        }
    });
}

fn keep_known(old: &Object, new: &Object) -> Kept {
    if !old.root.holds_unknown() || old.root == new.root {
        return Kept::Whole;
    }
    if is_rbac(old) {
        let Some(root) = without_changed_unknowns(&old.root, Some(&new.root)) else { return Kept::Nothing };
        let rest = Object::new(Arc::clone(&old.source), Arc::clone(&old.aliases), root);
        return Kept::Rest(Arc::new(rest));
    }
    if old.group().is_empty() && &*old.kind == "Service" && reach_is_changed(old, new) {
        return Kept::Nothing;
    }
    Kept::Whole
}

/// Returns a value without the unknown ones that differ in the new value, or `None` if nothing is left.
fn without_changed_unknowns(old: &Node, new: Option<&Node>) -> Option<Node> {
    let value = match &old.value {
        Value::Unknown(_) if new != Some(old) => return None,
        Value::Mapping(entries) => {
            let kept = entries.iter().filter_map(|entry| {
                let value = without_changed_unknowns(&entry.value, new.and_then(|new| new.get(&entry.key)))?;
                Some(Entry { key: entry.key.clone(), key_span: entry.key_span, value })
            });
            Value::Mapping(kept.collect())
        }
        Value::Sequence(items) => {
            let new = new.map(Node::items).unwrap_or_default();
            let counterpart = |index: usize, item: &Node| {
                new.iter().find(|other| *other == item).or_else(|| new.get(index))
            };
            let kept = items.iter().enumerate();
            let kept =
                kept.filter_map(|(index, item)| without_changed_unknowns(item, counterpart(index, item)));
            Value::Sequence(kept.collect())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => old.value.clone(),
    };
    Some(Node { origin: old.origin, value })
}

/// Returns true if an unknown value that decides the reach of a Service has changed.
fn reach_is_changed(old: &Object, new: &Object) -> bool {
    let changed = |path: &[&str]| {
        let (was, is) = (old.at(path), new.at(path));
        was.is_some_and(Node::holds_unknown) && was != is
    };
    let annotations = old.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    let mut deciding = annotations.iter().filter(|entry| {
        ["internal", "scheme", "load-balancer", "loadbalancer"].iter().any(|word| entry.key.contains(word))
    });
    changed(&["spec", "type"])
        || changed(&["spec", "loadBalancerSourceRanges"])
        || deciding.any(|entry| changed(&["metadata", "annotations", &entry.key]))
}
