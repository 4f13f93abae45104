//! Follows a JSON pointer through a schema.
//!
//! In: a schema of ours and a JSON pointer into an object. Out: the schema at the pointer, and the fields that it
//! lists. Never: looks into `anyOf` and the like, in which neither Kubernetes' own schemas nor structural ones list
//! fields. `allOf` is ours, for metadata.

use serde_json::Value;
use source_files::pointer;

/// Returns the fields that an object at a pointer may have.
pub(super) fn known_at(document: &Value, at: &str) -> Vec<String> {
    let properties = schema_at(document, at).and_then(|schema| schema.get("properties"));
    properties.and_then(Value::as_object).map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

/// Returns the schema of the value at a pointer.
pub(super) fn schema_at<'a>(document: &'a Value, at: &str) -> Option<&'a Value> {
    let schema = pointer::tokens(at).try_fold(document, |schema, token| {
        child(schema, document, &token).or_else(|| items(schema, document))
    });
    schema.map(|schema| resolve(schema, document))
}

/// Returns the schema of a field.
pub(super) fn child<'a>(schema: &'a Value, document: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolve(schema, document);
    let listed = schema.get("properties").and_then(|properties| properties.get(name));
    listed.or_else(|| schema.get("additionalProperties").filter(|schema| schema.is_object()))
}

/// Returns the fields that a schema lists.
pub(super) fn listed<'a>(
    schema: &'a Value,
    document: &'a Value,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    resolve(schema, document).get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// Returns true if a schema accepts `null`.
pub(super) fn admits_null(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|name| name == "null"),
        Some(name) => name == "null",
        None => true,
    }
}

/// Returns the schema of the items of a list.
pub(super) fn items<'a>(schema: &'a Value, document: &'a Value) -> Option<&'a Value> {
    resolve(schema, document).get("items")
}

/// Follows references, which in our schemas never form a cycle of nothing but references.
fn resolve<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let first = schema.get("allOf").and_then(|all| all.get(0)).filter(|first| first.get("$ref").is_some());
    let schema = first.unwrap_or(schema);
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
    name.and_then(|name| document.get("$defs")?.get(name)).unwrap_or(schema)
}
