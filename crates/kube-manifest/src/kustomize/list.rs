//! Lists as kyaml and kustomize open them: `List` in a file of one document, then every kind that
//! ends in `List` (`inlineAnyEmbeddedLists`), and no other.

use std::collections::VecDeque;

use super::super::node::{Node, Value};
use super::super::problem::Problem;
use super::metadata::{is_empty, validated_kind};

/// The objects of all documents.
pub(super) fn open(documents: Vec<Node>) -> Result<Vec<Node>, Problem> {
    let mut waiting: VecDeque<Node> =
        unwrapped(documents).into_iter().filter(|node| !is_empty(node)).collect();
    for object in &waiting {
        validated_kind(object)?;
    }
    let mut objects = Vec::new();
    while let Some(object) = waiting.pop_front() {
        let is_list = validated_kind(&object)?.ends_with("List");
        match object.get("items").map(|items| &items.value) {
            Some(Value::Sequence(_)) if is_list => {
                for item in take_items(object).into_iter().filter(|item| !is_empty(item)) {
                    validated_kind(&item)?;
                    waiting.push_back(item);
                }
            }
            Some(Value::Null) if is_list => {}
            Some(_) if is_list => {
                return Err(super::incomplete(object.span(), "`items` must be a list"));
            }
            Some(_) | None => objects.push(object),
        }
    }
    Ok(objects)
}

/// kyaml opens a `List` or `ResourceList` that is the only document of its file.
fn unwrapped(mut documents: Vec<Node>) -> Vec<Node> {
    let wraps = |node: &Node| {
        let kind = node.text_at(&["kind"]).unwrap_or_default();
        matches!(kind, "List" | "ResourceList")
            && (node.get("items").is_some() || node.get("functionConfig").is_some())
    };
    match documents.pop() {
        Some(only) if documents.is_empty() && wraps(&only) => take_items(only),
        Some(last) => {
            documents.push(last);
            documents
        }
        None => documents,
    }
}

fn take_items(object: Node) -> Vec<Node> {
    let Value::Mapping(entries) = object.value else { return Vec::new() };
    let items = entries.into_iter().find(|entry| &*entry.key == "items");
    match items.map(|entry| entry.value.value) {
        Some(Value::Sequence(items)) => items,
        Some(_) | None => Vec::new(),
    }
}
