//! Fields that the API server does not know.

use super::{brought, placing};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::CheckId;
use crate::world::{Need, ObjectChange};
use kube_schema::ViolationKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unknown-field"),
    title: "A field that the API server does not know",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::ByProblem,
    why: "The cluster drops a field that it does not know, so a misspelt setting silently does nothing.",
    docs: "\
## What it does

Reports fields of created and updated objects that do not exist in the schema of their kind, in any
of the Kubernetes versions that the policy names for the cluster, and suggests the field that was
probably meant. Custom resources are compared with the CustomResourceDefinition in the repository.

## What is compared

The new object with the schema. On an update, a field that the old object already had with the same
value is not reported.

## Remediation

Correct the spelling or the indentation, or remove the field. Field names are case-sensitive:
`readonlyRootFilesystem` is not `readOnlyRootFilesystem`.

## Limits

Nothing is reported below fields that accept any content (`x-kubernetes-preserve-unknown-fields`). Strategic
merge directives (`$patch`) are accepted in patches only.

An object with more than 500 wrong values, or with any among more than 50,000, is reported as a whole, even if
these values were wrong before.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    if let Some(finding) = placing::too_much_wrong(META.id, change, context) {
        findings.push(finding);
    }
    for violation in brought::violations(change, context) {
        match &violation.kind {
            ViolationKind::UnknownField { nearest, .. } => {
                let help = nearest.as_ref().map_or_else(
                    || "remove the field, or move it to where it belongs".to_owned(),
                    |nearest| format!("write `{nearest}`, or remove the field"),
                );
                findings.push(placing::build_finding(META.id, change, &violation).help(help));
            }
            ViolationKind::Type { .. }
            | ViolationKind::Required { .. }
            | ViolationKind::Value { .. }
            | ViolationKind::Duplicate { .. } => {}
        }
    }
}
