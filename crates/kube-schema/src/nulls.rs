//! Nulls of custom resources.
//!
//! In: an object and the converted schema of its definition. Out: the object without the nulls that the API server
//! drops before it validates (`defaulting/prunenulls.go`): a null field is an absent field, or becomes its default,
//! unless its schema admits null. Never: changes list items, whose nulls stay, or copies an object that has no nulls.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::fields;
use kube_manifest::{Node, Value};

/// Returns the object without them.
pub(super) fn prune_nulls<'a>(root: &'a Node, document: &Json) -> Cow<'a, Node> {
    if !holds_null(root) {
        return Cow::Borrowed(root);
    }
    let mut copy = root.clone();
    prune(&mut copy, document, document);
    Cow::Owned(copy)
}

fn holds_null(node: &Node) -> bool {
    node.is_null()
        || node.entries().iter().any(|entry| holds_null(&entry.value))
        || node.items().iter().any(holds_null)
}

fn prune(node: &mut Node, schema: &Json, document: &Json) {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.retain(|entry| {
                !entry.value.is_null()
                    || fields::child(schema, document, &entry.key).is_none_or(fields::admits_null)
            });
            for entry in entries {
                if let Some(schema) = fields::child(schema, document, &entry.key) {
                    prune(&mut entry.value, schema, document);
                }
            }
        }
        Value::Sequence(items) => {
            let Some(schema) = fields::items(schema, document) else { return };
            for item in items {
                prune(item, schema, document);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => {}
    }
}
