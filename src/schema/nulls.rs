//! Nulls of custom resources.
//!
//! In: an object and the converted schema of its definition. Out: the object without the nulls
//! that the API server drops before it validates (`defaulting/prunenulls.go`): a null field is an
//! absent field unless its schema admits null. Never: touches list items, whose nulls stay.

use serde_json::Value;

use super::fields;

/// Removes them.
pub(super) fn prune(value: &mut Value, schema: &Value, document: &Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|name, child| {
                !child.is_null() || fields::child(schema, document, name).is_some_and(admits_null)
            });
            for (name, child) in entries.iter_mut() {
                if let Some(schema) = fields::child(schema, document, name) {
                    prune(child, schema, document);
                }
            }
        }
        Value::Array(items) => {
            let Some(schema) = fields::items(schema, document) else { return };
            for item in items {
                prune(item, schema, document);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn admits_null(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|name| name == "null"),
        Some(name) => name == "null",
        None => true,
    }
}
