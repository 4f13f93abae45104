//! Judges whether a schema is allowed in a definition.
//!
//! In: `openAPIV3Schema` of a definition and its place. Out: the reasons for which the API server refuses the
//! definition, by the rules of structural schemas (`apiextensions-apiserver`, `pkg/apiserver/schema/validation.go` and
//! `complete.go`, and `validation.go` of `pkg/apis/apiextensions`). Never: judges objects.

use super::structural_lists;
use super::violation::{Violation, ViolationKind};
use super::{go_pattern, structural_nested};
use kube_manifest::{Node, Value};
use source_files::pointer;

pub(super) const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
pub(super) const EMBEDDED: &str = "x-kubernetes-embedded-resource";
pub(super) const INT_OR_STRING: &str = "x-kubernetes-int-or-string";

/// Keywords of JSON Schema that no definition may use.
const FORBIDDEN: &[&str] = &["$ref", "$schema", "definitions", "dependencies", "id", "patternProperties"];

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// The position of a schema in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Collects problems with their places.
#[derive(Debug, Default)]
pub(super) struct StructuralProblems(pub(super) Vec<Violation>);

impl StructuralProblems {
    /// Adds a problem. The message continues the path of the place.
    pub(super) fn add(&mut self, at: &str, what: &str) {
        let message = format!("{} {what}", pointer::for_people(at));
        let kind = ViolationKind::Value { rule: "structural".to_owned() };
        self.0.push(Violation::new(at, kind, message));
    }
}

/// Judges the schema of one version.
pub(super) fn judge(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    judge_schema(schema, at, Level::Root, problems);
    structural_nested::check_complete(schema, at, problems);
}

fn judge_schema(schema: &Node, at: &str, level: Level, problems: &mut StructuralProblems) {
    if !matches!(schema.value, Value::Mapping(_)) {
        return problems.add(at, "must be a mapping: every schema is one");
    }
    judge_keywords(schema, at, level, problems);
    judge_type(schema, at, level, problems);
    judge_extensions(schema, at, problems);
    structural_lists::judge(schema, at, problems);
    structural_nested::judge(schema, at, problems);
    judge_metadata(schema, at, level, problems);
    let child = |keyword: &str| pointer::join(at, keyword);
    if let Some(items) = present(schema, "items") {
        judge_schema(items, &child("items"), Level::Item, problems);
    }
    for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
        judge_schema(&entry.value, &pointer::join(&child("properties"), &entry.key), Level::Field, problems);
    }
    if let Some(values) = present(schema, "additionalProperties").filter(|values| values.as_bool().is_none())
    {
        judge_schema(values, &child("additionalProperties"), Level::Field, problems);
    }
}

/// Returns the value of a keyword. `null` counts as absent.
pub(super) fn present<'a>(schema: &'a Node, keyword: &str) -> Option<&'a Node> {
    schema.get(keyword).filter(|value| !value.is_null())
}

/// Returns true if a keyword is `true`.
pub(super) fn is_true(schema: &Node, keyword: &str) -> bool {
    schema.get(keyword).and_then(Node::as_bool) == Some(true)
}

fn type_of(schema: &Node) -> &str {
    schema.text_at(&["type"]).unwrap_or_default()
}

fn judge_keywords(schema: &Node, at: &str, level: Level, problems: &mut StructuralProblems) {
    for keyword in FORBIDDEN.iter().filter(|keyword| present(schema, keyword).is_some()) {
        problems.add(&pointer::join(at, keyword), "must not be used in a definition");
    }
    if is_true(schema, "uniqueItems") {
        problems.add(&pointer::join(at, "uniqueItems"), "must not be true; use x-kubernetes-list-type: set");
    }
    if let Some(values) = present(schema, "additionalProperties")
        && let Some(what) = misplaced_values(schema, values, level)
    {
        problems.add(&pointer::join(at, "additionalProperties"), what);
    }
    let pattern = schema.text_at(&["pattern"]).unwrap_or_default();
    if is_foreign_pattern(pattern) {
        let what = "uses look-around or a back-reference, which Kubernetes does not support";
        problems.add(&pointer::join(at, "pattern"), what);
    } else if go_pattern::is_refused(pattern) {
        let what = "must be a Go regular expression (RE2)";
        problems.add(&pointer::join(at, "pattern"), what);
    }
}

fn misplaced_values(schema: &Node, values: &Node, level: Level) -> Option<&'static str> {
    let lists_fields = schema.get("properties").is_some_and(|all| !all.entries().is_empty());
    match values.as_bool() {
        _ if level == Level::Root => Some("must not be used at the root"),
        Some(false) => Some("must not be false"),
        Some(true) | None if lists_fields => Some("must not be used beside properties"),
        Some(true) | None => None,
    }
}

/// Returns true for a pattern with look-around or back-references, which Go lacks. Other differences between Go's
/// syntax and ours are not a problem of the pattern.
fn is_foreign_pattern(pattern: &str) -> bool {
    let unescaped = pattern.replace("\\\\", "");
    let looks = ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .any(|look| unescaped.contains(look) && !unescaped.contains(&format!("\\{look}")));
    looks || (1..=9).any(|group| unescaped.contains(&format!("\\{group}")))
}

fn judge_type(schema: &Node, at: &str, level: Level, problems: &mut StructuralProblems) {
    let place = pointer::join(at, "type");
    let embedded = is_true(schema, EMBEDDED);
    match type_of(schema) {
        "" if embedded => problems.add(at, "must have the type object, because it is an embedded resource"),
        "" if is_true(schema, INT_OR_STRING) || is_true(schema, PRESERVE) => {}
        "" => problems.add(at, "must have a type"),
        name if !TYPES.contains(&name) => {
            problems.add(&place, "must be array, boolean, integer, number, object or string");
        }
        name if name != "object" && (embedded || level == Level::Root) => {
            problems.add(&place, "must be object here");
        }
        "array" if present(schema, "items").is_none() => {
            problems.add(at, "must have items, because it is an array");
        }
        _ => {}
    }
}

fn judge_extensions(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    let lists_fields = schema.get("properties").is_some_and(|all| !all.entries().is_empty());
    if is_true(schema, INT_OR_STRING) {
        for other in [PRESERVE, EMBEDDED].iter().filter(|other| is_true(schema, other)) {
            problems.add(&pointer::join(at, other), "must not be used beside x-kubernetes-int-or-string");
        }
    }
    if is_true(schema, EMBEDDED) {
        if present(schema, "additionalProperties").is_some() {
            problems
                .add(&pointer::join(at, "additionalProperties"), "must not be used for an embedded resource");
        }
        if !is_true(schema, PRESERVE) && !lists_fields {
            problems.add(
                at,
                "must list properties or preserve unknown fields, because it is an embedded resource",
            );
        }
    }
}

/// Judges `metadata`, which the API server validates itself at the root and in embedded resources.
fn judge_metadata(schema: &Node, at: &str, level: Level, problems: &mut StructuralProblems) {
    if level != Level::Root && !is_true(schema, EMBEDDED) {
        return;
    }
    let place = |name: &str| pointer::join(&pointer::join(at, "properties"), name);
    for (name, wanted) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
        let found = schema.at(&["properties", name]).map(type_of);
        if found.is_some_and(|found| found != wanted) {
            problems.add(&place(name), &format!("must have the type {wanted}"));
        }
    }
    let Some(metadata) = schema.at(&["properties", "metadata"]).filter(|_| level == Level::Root) else {
        return;
    };
    let allowed =
        |keyword: &str| matches!(keyword, "type" | "properties" | "description" | "title" | "default");
    let restricts = metadata.entries().iter().any(|entry| !allowed(&entry.key) && !entry.value.is_null());
    let named = metadata.get("properties").map(Node::entries).unwrap_or_default();
    if restricts || named.iter().any(|entry| !matches!(&*entry.key, "name" | "generateName")) {
        problems.add(&place("metadata"), "must restrict only name and generateName");
    }
}
