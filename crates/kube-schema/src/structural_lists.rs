//! Kubernetes' rules for `x-kubernetes-list-type` and the keys of its maps (`apiextensions-apiserver`,
//! `pkg/apis/apiextensions/validation/validation.go`).
//!
//! In: a schema. Out: problems. Never: looks below the items of the list.

use super::duplicates::{LIST_MAP_KEYS, LIST_TYPE};
use super::structural::{StructuralProblems, present};
use kube_manifest::Node;
use source_files::pointer;

/// Judges the list keywords of a schema.
pub(super) fn judge(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    let keys = schema.get(LIST_MAP_KEYS).map(Node::items).unwrap_or_default();
    let list_type = schema.text_at(&[LIST_TYPE]);
    if list_type.is_some() && schema.text_at(&["type"]) != Some("array") {
        problems.add(&pointer::join(at, LIST_TYPE), "must be in a schema of the type array");
    }
    match list_type {
        Some("map") if keys.is_empty() => {
            problems.add(at, "must have x-kubernetes-list-map-keys, because it is a list of type map");
        }
        Some("map") => judge_keys(schema, keys, at, problems),
        Some("set" | "atomic") | None => {
            if !keys.is_empty() {
                problems.add(
                    &pointer::join(at, LIST_MAP_KEYS),
                    "must not be used unless the list is of type map",
                );
            }
        }
        Some(_) => problems.add(&pointer::join(at, LIST_TYPE), "must be atomic, set or map"),
    }
}

/// Judges the keys: they must be described fields that every item has, because they are required or have a default.
fn judge_keys(schema: &Node, keys: &[Node], at: &str, problems: &mut StructuralProblems) {
    let required = schema.at(&["items", "required"]).map(Node::items).unwrap_or_default();
    let place = pointer::join(at, LIST_MAP_KEYS);
    for (index, key) in keys.iter().enumerate() {
        let at = format!("{place}/{index}");
        let Some(name) = key.as_str() else { continue };
        if keys.iter().take(index).any(|earlier| earlier == key) {
            problems.add(&at, "is listed twice");
        }
        match schema.at(&["items", "properties", name]) {
            None => problems.add(&at, "names a field that the items do not have"),
            Some(field) => {
                let always = required.contains(key) || present(field, "default").is_some();
                if !always {
                    problems.add(&at, "names a field that is neither required nor has a default");
                }
                if matches!(field.text_at(&["type"]), Some("array" | "object")) {
                    problems.add(&at, "names a field that is a list or a mapping");
                }
            }
        }
    }
}
