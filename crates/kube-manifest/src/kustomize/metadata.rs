//! The metadata that kustomize demands of every object before it accepts it (`RNode.GetValidatedMetadata`).

use std::borrow::Cow;
use std::collections::HashSet;

use super::super::node::{Node, Value};
use super::super::problem::Problem;
use super::incomplete;

/// The kind, if kustomize accepts the object.
pub(super) fn validated_kind(object: &Node) -> Result<&str, Problem> {
    if !matches!(object.value, Value::Mapping(_)) {
        return Err(incomplete(object.span(), "this document is not an object"));
    }
    let Some(kind) = object.text_at(&["kind"]).filter(|kind| !kind.is_empty()) else {
        return Err(incomplete(object.span(), "this object has no `kind`"));
    };
    let has_name = object.at(&["metadata", "name"]).is_some_and(is_name);
    if !has_name && !kind.ends_with("List") {
        return Err(incomplete(object.span(), "this object has no name, which kustomize requires"));
    }
    Ok(kind)
}

fn is_name(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => true,
        Value::Null | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

/// True for what kustomize leaves out without a word (`IsYNodeNilOrEmpty`).
pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => false,
    }
}

/// True if kustomize finds nothing to refuse in objects that are read.
pub(crate) fn accepts(objects: &[Node]) -> bool {
    objects.iter().all(|object| validated_kind(object).is_ok()) && refuse_twins(objects).is_ok()
}

/// kustomize refuses two objects of one identity in one set.
pub(super) fn refuse_twins(objects: &[Node]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for object in objects {
        let text = |keys: &[&str]| object.at(keys).map(spelled).unwrap_or_default();
        let namespace = Some(text(&["metadata", "namespace"])).filter(|namespace| !namespace.is_empty());
        let namespace = namespace.unwrap_or(Cow::Borrowed("default"));
        let identity = (text(&["apiVersion"]), text(&["kind"]), namespace, text(&["metadata", "name"]));
        if !seen.insert(identity) {
            return Err(incomplete(object.span(), "kustomize accepts each object only once"));
        }
    }
    Ok(())
}

fn spelled(node: &Node) -> Cow<'_, str> {
    node.as_str().map_or_else(|| node.to_json().to_string().into(), Cow::Borrowed)
}
