//! Defaults that break the schema they are in.
//!
//! In: the schema of a definition. Out: problems, as the API server has them (`apiserver/schema/defaulting`,
//! `ValidateDefaults`). Never: judges a default whose schema cannot be converted, which is another problem.

use super::compile::compile;
use super::structural::{StructuralProblems, present};
use super::{crd, defaults, nulls};
use kube_manifest::Node;
use source_files::pointer;

/// Judges every default below a schema.
pub(super) fn judge(schema: &Node, at: &str, problems: &mut StructuralProblems) {
    if let Some(default) = present(schema, defaults::DEFAULT)
        && !fits(schema, default)
    {
        problems.add(&pointer::join(at, defaults::DEFAULT), "must match the schema that contains it");
    }
    let child = |keyword: &str| pointer::join(at, keyword);
    for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
        judge(&entry.value, &pointer::join(&child("properties"), &entry.key), problems);
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(schema) = present(schema, keyword).filter(|schema| schema.as_bool().is_none()) {
            judge(schema, &child(keyword), problems);
        }
    }
}

/// Returns true if a default fits its schema, without metadata of embedded objects and patterns that cannot be read,
/// which have rules of their own.
fn fits(schema: &Node, default: &Node) -> bool {
    if default.holds_unknown() {
        return true;
    }
    let Ok(document) = crd::convert_part(&schema.to_json()) else { return true };
    let Ok(compiled) = compile(document) else { return true };
    let pruned = nulls::prune_nulls(default, &compiled.document);
    compiled.validator.is_valid(&*defaults::fill_defaults(pruned, &compiled.document))
}
