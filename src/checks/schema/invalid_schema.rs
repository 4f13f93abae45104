//! Values that the API server would refuse.

use super::{brought, narrowed, placing};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Severity};
use crate::world::{Need, ObjectChange};
use kube_schema::{DuplicateRefusal, Outcome, ViolationKind};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("invalid-schema"),
    title: "A value that the API server refuses",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::ByProblem,
    why: "The cluster refuses such an object, so the deployment stops half-way and the cluster no longer \
        matches the repository.",
    docs: "\
## What it does

Compares every created or updated object with the published schema of its kind, for every Kubernetes version
that the policy names for the cluster, and custom resources with the CustomResourceDefinition in the
repository. It reports values of the wrong type, numbers out of range, missing fields, malformed quantities,
times and base64, repeated items of lists that tell their items apart by name, and values that a definition's
own rules refuse. Some lists (environment variables, container ports) may repeat a name unless the manifest is
applied with server-side apply: these findings have low severity.

A changed CustomResourceDefinition is judged itself (the rules of structural schemas), and the unchanged
objects of its kind are judged by it: the finding for an object that it newly refuses is at the definition.

## What is compared

The new object with the schema. On an update, a violation that the old object already had, with the same
value, is not reported.

## Remediation

Correct the value as the message says. Quotes decide the type: `\"80\"` is text, `80` is a number.

## Limits

Rules that Kubernetes implements only in code (allowed values, name syntax, fields that exclude each other)
and CEL rules of custom resources are not evaluated; the report names the kinds that have the latter. Patches
and chart templates are judged only by their own text.

An object with more than 500 wrong values, or with any among more than 50,000, is reported as a whole, even if
these values were wrong before.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    if let Some(Outcome::Unusable(problem)) = brought::judge_new(change, context) {
        findings.push(placing::unusable(META.id, change, problem));
    }
    for violation in brought::violations(change, context) {
        match violation.kind {
            ViolationKind::UnknownField { .. } => {}
            ViolationKind::Type { .. }
            | ViolationKind::Required { .. }
            | ViolationKind::Value { .. }
            | ViolationKind::Duplicate { .. } => {
                let finding =
                    placing::build_finding(META.id, change, &violation).severity(severity(&violation.kind));
                findings.push(finding.help(help(&violation.kind)));
            }
        }
    }
    for finding in narrowed::findings(META.id, change, context) {
        findings.push(finding);
    }
}

fn severity(kind: &ViolationKind) -> Severity {
    match kind {
        ViolationKind::Duplicate { refusal: DuplicateRefusal::ServerSideApply } => Severity::Low,
        ViolationKind::Duplicate { refusal: DuplicateRefusal::Always }
        | ViolationKind::UnknownField { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Required { .. }
        | ViolationKind::Value { .. } => Severity::Medium,
    }
}

fn help(kind: &ViolationKind) -> &'static str {
    match kind {
        ViolationKind::Duplicate { refusal: DuplicateRefusal::ServerSideApply } => {
            "keep one of the two: if both are kept, the later one counts"
        }
        ViolationKind::Duplicate { refusal: DuplicateRefusal::Always } => {
            "keep one of the two, or make them \
            different"
        }
        ViolationKind::Type { expected, found: "boolean" | "number" } if expected == "text" => {
            "put the value into quotes: without quotes, YAML does not read it as text"
        }
        ViolationKind::Type { expected, found: "text" } if expected.contains("number") => {
            "write the number without quotes and without a unit"
        }
        ViolationKind::Type { expected, found: "text" } if expected == "true or false" => {
            "write true or false without quotes"
        }
        ViolationKind::Required { .. } => "add the field",
        ViolationKind::Value { rule } if rule == "structural" => {
            "correct the definition: the API server refuses all of it"
        }
        ViolationKind::UnknownField { .. } | ViolationKind::Type { .. } | ViolationKind::Value { .. } => {
            "correct the value, or set the cluster's Kubernetes version in the policy"
        }
    }
}
