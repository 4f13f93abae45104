//! Defaults of custom resources.
//!
//! In: an object without the nulls that do not count, and the converted schema of its definition. Out: the
//! object with every default filled in, as the API server validates it (`apiserver/schema/defaulting`).
//! Never: fills in below a value that is not known, or copies where the schema has no defaults.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::fields;
use kube_manifest::{Entry, Node, Value};
use source_files::Span;

/// The keyword of defaults.
pub(super) const DEFAULT: &str = "default";

/// Returns true if a schema has any default.
pub(super) fn has_defaults(document: &Json) -> bool {
    match document {
        Json::Object(keywords) => keywords.contains_key(DEFAULT) || keywords.values().any(has_defaults),
        Json::Array(items) => items.iter().any(has_defaults),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// Returns the object with its defaults filled in.
pub(super) fn fill_defaults<'a>(root: Cow<'a, Node>, document: &Json) -> Cow<'a, Node> {
    let mut copy = root.into_owned();
    fill(&mut copy, document, document);
    Cow::Owned(copy)
}

fn fill(node: &mut Node, schema: &Json, document: &Json) {
    let span = node.span();
    match &mut node.value {
        Value::Mapping(entries) => {
            for (name, field) in fields::listed(schema, document) {
                let Some(default) = field.get(DEFAULT) else { continue };
                let known = entries.iter_mut().find(|entry| *entry.key == **name);
                match known {
                    Some(entry) if entry.value.is_null() && !fields::admits_null(field) => {
                        entry.value = node_of(default, entry.value.span());
                    }
                    Some(_) => {}
                    None => entries.push(Entry {
                        key: name.as_str().into(),
                        key_span: span,
                        value: node_of(default, span),
                    }),
                }
            }
            for entry in entries {
                if let Some(schema) = fields::child(schema, document, &entry.key) {
                    fill(&mut entry.value, schema, document);
                }
            }
        }
        Value::Sequence(items) => {
            let Some(schema) = fields::items(schema, document) else { return };
            items.iter_mut().for_each(|item| fill(item, schema, document));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => {}
    }
}

/// Converts a JSON value to a node of a manifest.
pub(super) fn node_of(json: &Json, span: Span) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Null,
        },
        Json::String(text) => Value::String(text.as_str().into()),
        Json::Array(items) => Value::Sequence(items.iter().map(|item| node_of(item, span)).collect()),
        Json::Object(fields) => {
            let entry = |(name, value): (&String, &Json)| Entry {
                key: name.as_str().into(),
                key_span: span,
                value: node_of(value, span),
            };
            Value::Mapping(fields.iter().map(entry).collect())
        }
    };
    Node::new(span, value)
}
