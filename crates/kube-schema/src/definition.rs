//! Custom resource definitions as objects of their own.
//!
//! In: an object. Out: the reasons why the API server would refuse it as a definition although it fits its schema
//! (`apiextensions-apiserver`, `pkg/apis/apiextensions/validation/validation.go`). Never: a finding for an object of
//! another kind.

use super::default_values;
use super::structural::{self, StructuralProblems};
use super::violation::Violation;
use kube_manifest::{Node, Object, Value};

/// The annotation that names the approval of a definition in one of Kubernetes' own domains.
const APPROVED: &str = "api-approved.kubernetes.io";

/// Returns the violations of a definition. Other kinds have none.
pub(super) fn violations(object: &Object) -> Vec<Violation> {
    if &*object.api_version != "apiextensions.k8s.io/v1" || &*object.kind != "CustomResourceDefinition" {
        return Vec::new();
    }
    let mut problems = StructuralProblems::default();
    judge_name(object, &mut problems);
    judge_versions(object, &mut problems);
    if object.at(&["spec", "preserveUnknownFields"]).and_then(Node::as_bool) == Some(true) {
        let what = "must be false; use x-kubernetes-preserve-unknown-fields in the schema";
        problems.add("/spec/preserveUnknownFields", what);
    }
    problems.0
}

fn judge_name(object: &Object, problems: &mut StructuralProblems) {
    let text = |keys: &[&str]| object.root.text_at(keys).unwrap_or_default();
    let (group, plural) = (text(&["spec", "group"]), text(&["spec", "names", "plural"]));
    let wanted = format!("{plural}.{group}");
    if !group.is_empty() && !plural.is_empty() && *object.name != *wanted {
        problems
            .add("/metadata/name", &format!("must be {}, its plural and its group", wanted.escape_debug()));
    }
    let protected = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|domain| group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    let approved = object.at(&["metadata", "annotations", APPROVED]);
    if protected && approved.is_none_or(|text| text.is_null() || text.as_str() == Some("")) {
        let what = format!(
            "must have the annotation {APPROVED}, because {} belongs to Kubernetes",
            group.escape_debug()
        );
        problems.add("/metadata", &what);
    }
}

fn judge_versions(object: &Object, problems: &mut StructuralProblems) {
    let Some(versions) = object.at(&["spec", "versions"]) else { return };
    let Value::Sequence(versions) = &versions.value else { return };
    let stored =
        versions.iter().filter(|version| version.get("storage").and_then(Node::as_bool) == Some(true));
    if stored.count() != 1 {
        problems.add("/spec/versions", "must have exactly one version with storage: true");
    }
    for (index, version) in versions.iter().enumerate() {
        let at = format!("/spec/versions/{index}");
        let twice =
            |earlier: &Node| earlier.get("name").is_some() && earlier.get("name") == version.get("name");
        if versions.iter().take(index).any(twice) {
            problems.add(&format!("{at}/name"), "is listed twice");
        }
        match version.at(&["schema", "openAPIV3Schema"]).filter(|schema| !schema.is_null()) {
            Some(schema) => {
                let at = format!("{at}/schema/openAPIV3Schema");
                structural::judge(schema, &at, problems);
                default_values::judge(schema, &at, problems);
            }
            None => problems.add(&at, "must have a schema (schema.openAPIV3Schema)"),
        }
    }
}
