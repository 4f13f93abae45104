//! Kubernetes' rules for `allOf`, `anyOf`, `oneOf` and `not`: they may hold restrictions of what the schema around
//! them describes, and no descriptions.
//!
//! In: a schema. Out: problems. Never: looks at the fields of the schema itself.

use super::structural::{EMBEDDED, INT_OR_STRING, PRESERVE, StructuralProblems, is_true, present};
use kube_manifest::Node;
use source_files::pointer;

/// Keywords that describe a value.
const DESCRIBING: &[&str] = &[
    "additionalProperties",
    "default",
    "description",
    "externalDocs",
    "title",
    "type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// Flags that describe a value if they are true.
const FLAGS: &[&str] = &["nullable", PRESERVE, EMBEDDED, INT_OR_STRING];

/// Returns the restrictions of a schema, with their places.
fn list_branches<'a>(schema: &'a Node, at: &str) -> Vec<(&'static str, &'a Node, String)> {
    let mut found = Vec::new();
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let items = schema.get(keyword).map(Node::items).unwrap_or_default();
        let place = |index: usize| format!("{}/{index}", pointer::join(at, keyword));
        found.extend(items.iter().enumerate().map(|(index, item)| (keyword, item, place(index))));
    }
    found.extend(present(schema, "not").map(|item| ("not", item, pointer::join(at, "not"))));
    found
}

/// Recognises `anyOf: [{type: integer}, {type: string}]`, which may repeat `x-kubernetes-int-or-string`.
fn is_int_or_string(schema: &Node) -> bool {
    let types: Vec<_> = schema.get("anyOf").map(Node::items).unwrap_or_default().iter().collect();
    let only =
        |branch: &Node, name: &str| branch.entries().len() == 1 && branch.text_at(&["type"]) == Some(name);
    matches!(types.as_slice(), [first, second] if only(first, "integer") && only(second, "string"))
}

/// Judges the restrictions of a schema that describes.
pub(super) fn judge(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    let excused = is_int_or_string(schema);
    for (keyword, branch, place) in list_branches(schema, at) {
        let first_of_all = keyword == "allOf" && place.ends_with("/allOf/0");
        match keyword {
            "anyOf" if excused => {}
            _ if first_of_all && is_int_or_string(branch) => judge_branch_itself(branch, &place, problems),
            _ => judge_branch(branch, &place, problems),
        }
    }
}

fn judge_branch(branch: &Node, at: &str, problems: &mut StructuralProblems) {
    judge_branch_itself(branch, at, problems);
    for (_, inner, place) in list_branches(branch, at) {
        judge_branch(inner, &place, problems);
    }
}

fn judge_branch_itself(branch: &Node, at: &str, problems: &mut StructuralProblems) {
    for keyword in DESCRIBING.iter().filter(|keyword| describes(branch, keyword)) {
        let what = "must not be used inside allOf, anyOf, oneOf or not, which only restrict";
        problems.add(&pointer::join(at, keyword), what);
    }
    for keyword in FLAGS.iter().filter(|keyword| is_true(branch, keyword)) {
        problems.add(&pointer::join(at, keyword), "must not be true inside allOf, anyOf, oneOf or not");
    }
    if let Some(items) = present(branch, "items") {
        if !items.items().is_empty() {
            problems.add(&pointer::join(at, "items"), "must be one schema, not a list of schemas");
        }
        judge_branch(items, &pointer::join(at, "items"), problems);
    }
    let properties = pointer::join(at, "properties");
    for entry in branch.get("properties").map(Node::entries).unwrap_or_default() {
        let place = pointer::join(&properties, &entry.key);
        if &*entry.key == "metadata" {
            problems.add(&place, "must not be restricted here");
        }
        judge_branch(&entry.value, &place, problems);
    }
}

/// Returns true if a keyword describes. An empty text or list does not.
fn describes(branch: &Node, keyword: &str) -> bool {
    let is_empty_list =
        |value: &Node| matches!(&value.value, kube_manifest::Value::Sequence(items) if items.is_empty());
    present(branch, keyword).is_some_and(|value| value.as_str() != Some("") && !is_empty_list(value))
}

/// Checks that every field that a restriction names is described outside of restrictions.
pub(super) fn check_complete(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    for (_, branch, place) in list_branches(schema, at) {
        check_covered(branch, schema, &place, problems);
    }
}

fn check_covered(branch: &Node, schema: &Node, at: &str, problems: &mut StructuralProblems) {
    for (_, inner, place) in list_branches(branch, at) {
        check_covered(inner, schema, &place, problems);
    }
    let missing = "restricts a field that the schema does not describe outside allOf, anyOf, oneOf and not";
    if let Some(items) = present(branch, "items") {
        let place = pointer::join(at, "items");
        match present(schema, "items") {
            Some(described) => check_covered(items, described, &place, problems),
            None => problems.add(&place, missing),
        }
    }
    let properties = pointer::join(at, "properties");
    for entry in branch.get("properties").map(Node::entries).unwrap_or_default() {
        let place = pointer::join(&properties, &entry.key);
        match schema.at(&["properties", &entry.key]) {
            Some(described) => check_covered(&entry.value, described, &place, problems),
            None => problems.add(&place, missing),
        }
    }
}
