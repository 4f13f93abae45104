//! Lists: apimachinery takes any object with `items` for a list, whatever its kind, and lets items
//! that say nothing inherit kind and version (`unstructured/helpers.go`, `decodeToList`).

use super::super::node::{Entry, Node, Value};
use super::super::problem::Problem;
use super::super::reading::{Reading, Refusal};
use source_files::Span;

/// Adds the objects of a document. A list within a list, at which kubectl stops, is opened anyway: other tools go on.
pub(crate) fn flatten(document: Node, objects: &mut Vec<Node>, problems: &mut Vec<Problem>) {
    if !matches!(document.value, Value::Mapping(_)) {
        if !document.is_null() {
            problems.push(no_object(document.span(), "this document is not an object"));
        }
        return;
    }
    if document.get("apiVersion").is_none() && document.get("kind").is_none() {
        problems.push(no_object(document.span(), "this document has no `kind`"));
        return;
    }
    if document.text_at(&["kind"]).is_none_or(str::is_empty) {
        problems.push(no_object(document.span(), "this object has no `kind`"));
    }
    if document.entry("items").is_some() {
        flatten_list(document, objects, problems);
    } else {
        objects.push(document);
    }
}

fn flatten_list(document: Node, objects: &mut Vec<Node>, problems: &mut Vec<Problem>) {
    let kind = document.text_at(&["kind"]).unwrap_or_default().to_owned();
    let api_version = document.text_at(&["apiVersion"]).unwrap_or_default().to_owned();
    let place = document.entry("items").map_or(document.span(), |entry| entry.key_span);
    if !kind.ends_with("List") {
        let reason = format!(
            "kubectl treats any object with `items` as a list and applies only the items, not this {kind}"
        );
        problems.push(Problem::ambiguous(place, reason));
    }
    match take_items(document) {
        Items::Absent => {}
        Items::Other(document) => {
            let reason = "`items` must be a list";
            problems.push(Problem::ambiguous(place, reason).refused(Refusal::By(Reading::Kubectl)));
            objects.push(document);
        }
        Items::List(items) => {
            let inherited =
                Inherited { kind: kind.strip_suffix("List").unwrap_or(&kind), api_version: &api_version };
            items.into_iter().for_each(|item| flatten_item(item, &inherited, objects, problems));
        }
    }
}

struct Inherited<'a> {
    kind: &'a str,
    api_version: &'a str,
}

fn flatten_item(
    mut item: Node,
    inherited: &Inherited<'_>,
    objects: &mut Vec<Node>,
    problems: &mut Vec<Problem>,
) {
    if item.get("items").is_some_and(|items| matches!(items.value, Value::Sequence(_))) {
        problems.push(Problem::list_in_list(item.span()));
    }
    let span = item.span();
    let empty = |node: &Node, key: &str| node.text_at(&[key]).is_none_or(str::is_empty);
    if empty(&item, "kind") && empty(&item, "apiVersion") {
        if inherited.kind.is_empty() {
            problems.push(no_object(span, "this item of a list has no `kind`"));
            return;
        }
        if let Value::Mapping(entries) = &mut item.value {
            set(entries, span.start, "kind", inherited.kind);
            set(entries, span.start, "apiVersion", inherited.api_version);
        }
    }
    if empty(&item, "apiVersion") {
        problems.push(no_object(span, "this item of a list has no `apiVersion`"));
    }
    flatten(item, objects, problems);
}

fn no_object(place: Span, reason: &str) -> Problem {
    Problem::no_object(place, reason, Reading::Kubectl)
}

enum Items {
    Absent,
    List(Vec<Node>),
    Other(Node),
}

fn take_items(document: Node) -> Items {
    match document.get("items").map(|items| &items.value) {
        None | Some(Value::Null) => Items::Absent,
        Some(Value::Sequence(_)) => {
            let Value::Mapping(entries) = document.value else { return Items::Absent };
            let items = entries.into_iter().find(|entry| &*entry.key == "items");
            match items.map(|entry| entry.value.value) {
                Some(Value::Sequence(items)) => Items::List(items),
                Some(_) | None => Items::Absent,
            }
        }
        Some(
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_)
            | Value::Mapping(_),
        ) => Items::Other(document),
    }
}

fn set(entries: &mut Vec<Entry>, offset: u32, key: &str, text: &str) {
    entries.retain(|entry| &*entry.key != key);
    let place = Span { start: offset, end: offset };
    let value = Node::new(place, Value::String(text.into()));
    entries.push(Entry { key: key.into(), key_span: place, value });
}
