//! Differences between two values once the defaults are filled in.

use super::ForbiddenChange;
use super::defaults::{self, FieldDefault};
use crate::rules::place::{Place, is_empty, show};
use kube_manifest::{Node, Value};
use kube_model::Quantity;

/// A value that differs.
pub(super) struct Difference<'a> {
    /// The old value, or `None` if it is missing.
    pub(super) old: Option<Place<'a>>,
    /// The new value, or `None` if it is missing.
    pub(super) new: Option<Place<'a>>,
    /// Its path for people.
    pub(super) path: String,
    /// Pointers to the holders of the old value and of the new one.
    holders: (String, String),
}

impl Difference<'_> {
    /// Creates a forbidden change that shows the first of several differences.
    pub(super) fn forbidden(
        differences: &[Self],
        help: &'static str,
        source: &'static str,
    ) -> Option<ForbiddenChange> {
        let first = differences.first()?;
        let pointer = |side: &Option<Place<'_>>, holder: &str| {
            side.as_ref().map_or_else(|| holder.to_owned(), Place::pointer)
        };
        Some(ForbiddenChange {
            path: first.path.clone(),
            old_pointer: pointer(&first.old, &first.holders.0),
            pointer: pointer(&first.new, &first.holders.1),
            was: first.old.as_ref().map(|place| show(place.node)),
            becomes: first.new.as_ref().map(|place| show(place.node)),
            others: differences.len().saturating_sub(1),
            help,
            source,
        })
    }
}

/// Returns the differences between the values of a key in two mappings. `kind` names the defaults that apply.
pub(super) fn of_field<'a>(
    old: &Place<'a>,
    new: &Place<'a>,
    key: &str,
    kind: &[FieldDefault],
) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    field(old, new, key, "", kind, &mut found);
    found
}

fn field<'a>(
    old: &Place<'a>,
    new: &Place<'a>,
    key: &str,
    above: &str,
    kind: &[FieldDefault],
    found: &mut Vec<Difference<'a>>,
) {
    let path = format!("{above}/{key}");
    let named = |side: &Place<'a>| side.get(key).filter(|place| !is_empty(place.node));
    let difference = |before: Option<Place<'a>>, after: Option<Place<'a>>| {
        let there = after.as_ref().or(before.as_ref());
        let path = there.map_or_else(String::new, Place::path);
        Difference { path, old: before, new: after, holders: (old.pointer(), new.pointer()) }
    };
    match (named(old), named(new)) {
        (Some(before), Some(after)) => values(&before, &after, &path, kind, found),
        (Some(before), None) if !is_default(&before, &path, old, kind) => {
            found.push(difference(Some(before), None));
        }
        (None, Some(after)) if !is_default(&after, &path, new, kind) => {
            found.push(difference(None, Some(after)));
        }
        (Some(_) | None, None) | (None, Some(_)) => {}
    }
}

fn values<'a>(
    old: &Place<'a>,
    new: &Place<'a>,
    path: &str,
    kind: &[FieldDefault],
    found: &mut Vec<Difference<'a>>,
) {
    match (&old.node.value, &new.node.value) {
        (Value::Mapping(before), Value::Mapping(after)) => {
            let added = after.iter().filter(|entry| old.node.get(&entry.key).is_none());
            let keys = before.iter().chain(added).map(|entry| &*entry.key);
            keys.for_each(|key| field(old, new, key, path, kind, found));
        }
        (Value::Sequence(before), Value::Sequence(after)) if before.len() == after.len() => {
            let path = format!("{path}/*");
            for (old, new) in old.elements().iter().zip(&new.elements()) {
                values(old, new, &path, kind, found);
            }
        }
        _ if are_same(old.node, new.node, path) => {}
        _ => found.push(Difference {
            path: new.path(),
            old: Some(old.clone()),
            new: Some(new.clone()),
            holders: (String::new(), String::new()),
        }),
    }
}

/// Returns true for scalars that mean the same: `1000m` of CPU is `1`.
fn are_same(old: &Node, new: &Node, path: &str) -> bool {
    let amounts = ["/limits/", "/requests/", "/capacity/", "/sizeLimit", "/divisor", "/storage"];
    let is_amount = amounts.iter().any(|part| path.contains(part));
    old == new || is_amount && Quantity::of(old).is_some() && Quantity::of(old) == Quantity::of(new)
}

/// Returns true if a value repeats what the API server fills in.
fn is_default(place: &Place<'_>, path: &str, holder: &Place<'_>, kind: &[FieldDefault]) -> bool {
    match &place.node.value {
        Value::Mapping(entries) => entries.iter().all(|entry| {
            let path = format!("{path}/{}", entry.key);
            place
                .get(&entry.key)
                .is_none_or(|value| is_empty(value.node) || is_default(&value, &path, place, kind))
        }),
        Value::Sequence(_) => defaults::is_list_default(place.node, path, kind),
        Value::Unknown(_) => false,
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {
            defaults::is_default(place.node, path, holder, kind)
        }
    }
}
