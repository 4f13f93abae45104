//! Lists: apimachinery takes any object with an `items` array for a list, whatever its kind, and
//! lets items inherit kind and version (`unstructured/helpers.go`).

use std::sync::Arc;

use super::node::{Entry, Node, Value};
use super::object::Object;
use super::problem::Problem;
use crate::source::SourceText;

/// Adds a document's objects; a document that is no manifest adds none.
pub(super) fn flatten(
    document: Node,
    source: &Arc<SourceText>,
    objects: &mut Vec<Object>,
    problems: &mut Vec<Problem>,
) {
    let is_manifest = document.get("apiVersion").is_some() || document.get("kind").is_some();
    let has_items = document.get("items").is_some_and(|items| matches!(items.value, Value::Sequence(_)));
    if is_manifest && has_items {
        flatten_items(document, source, objects, problems);
    } else if is_manifest {
        objects.push(Object::new(Arc::clone(source), document));
    }
}

fn flatten_items(
    document: Node,
    source: &Arc<SourceText>,
    objects: &mut Vec<Object>,
    problems: &mut Vec<Problem>,
) {
    let kind = document.text_at(&["kind"]).unwrap_or_default().to_owned();
    let api_version = document.text_at(&["apiVersion"]).unwrap_or_default().to_owned();
    if !kind.ends_with("List") {
        let place = document.entry("items").map_or(document.span, |entry| entry.key_span);
        let reason = format!(
            "kubectl takes any object with `items` for a list and applies only the items, not this {kind}"
        );
        problems.push(Problem::ambiguous(place, reason));
    }
    let item_kind = kind.strip_suffix("List").filter(|item| !item.is_empty());
    for mut item in take_items(document) {
        if let (Some(item_kind), Value::Mapping(entries)) = (item_kind, &mut item.value) {
            inherit(entries, item.span.start, "kind", item_kind);
            inherit(entries, item.span.start, "apiVersion", &api_version);
        }
        flatten(item, source, objects, problems);
    }
}

fn take_items(document: Node) -> Vec<Node> {
    let Value::Mapping(entries) = document.value else { return Vec::new() };
    let items = entries.into_iter().find(|entry| &*entry.key == "items");
    match items.map(|entry| entry.value.value) {
        Some(Value::Sequence(items)) => items,
        Some(_) | None => Vec::new(),
    }
}

fn inherit(entries: &mut Vec<Entry>, offset: u32, key: &str, text: &str) {
    if !entries.iter().any(|entry| &*entry.key == key) {
        let place = crate::source::Span { start: offset, end: offset };
        let value = Node { span: place, value: Value::String(text.into()) };
        entries.push(Entry { key: key.into(), key_span: place, value });
    }
}
