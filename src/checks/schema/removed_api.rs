//! API versions that the cluster no longer serves, or will not serve for long.

use super::retiring::{Retiring, find_retiring};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::{Need, ObjectChange, Placed};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("removed-api"),
    title: "An API version that Kubernetes has removed",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::Lowest,
    why: "The cluster refuses objects of an API version that it no longer serves, so the deployment stops \
        half-way.",
    docs: "\
## What it does

Reports created objects, and objects that change their `apiVersion`, whose API version is no longer
served by a Kubernetes version that the policy names for the cluster, with the release that removed it
and the version to use instead (high severity). An API version that is still served but deprecated is
reported with low severity, which the profile `baseline` turns into a warning.

## What is compared

`apiVersion` and `kind` with Kubernetes' own list of retired API versions, for every target version. An
existing object with the same `apiVersion` is not reported.

## Remediation

Write the object in the API version that the message names. Fields may have moved: the Kubernetes
documentation describes each step in its deprecated API migration guide.

## Limits

Custom kinds are retired by their own definitions, which `unknown-kind` checks. Raising the version of a
cluster in the policy reports nothing by itself; `portcullis validate` judges the whole tree.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some(new) = change.object() else { return };
    let stood = change.old_object().is_some_and(|old| old.object.api_version == new.object.api_version);
    if let Some(retiring) = find_retiring(new, context).filter(|_| !stood) {
        findings.push(build_finding(change, new, &retiring));
    }
}

fn build_finding(change: &ObjectChange, new: &Placed, retiring: &Retiring) -> Finding {
    let kind = format!("{} {}", new.object.api_version, new.object.kind);
    let (severity, state) = state(retiring);
    let message = format!("{kind} \"{}\" in cluster {} {state}", new.id.name, new.id.cluster);
    let place = new.object.root.get("apiVersion").unwrap_or(&new.object.root);
    Finding::about_object(META.id, new, change.operation(), message)
        .severity(severity)
        .at_node(change, place)
        .help(help(new, retiring))
        .fact("kind", kind)
}

fn state(retiring: &Retiring) -> (Severity, String) {
    let facts = &retiring.retirement;
    let versions: Vec<String> = retiring.gone_in.iter().map(ToString::to_string).collect();
    match (facts.removed, facts.deprecated) {
        (Some(removed), _) if !versions.is_empty() => {
            let reason = format!("cannot exist: Kubernetes removed it in {removed}, the cluster runs");
            (Severity::High, format!("{reason} {}", versions.join(", ")))
        }
        (Some(removed), Some(deprecated)) => {
            (Severity::Low, format!("is deprecated since Kubernetes {deprecated} and removed in {removed}"))
        }
        (Some(removed), None) => (Severity::Low, format!("is removed in Kubernetes {removed}")),
        (None, Some(deprecated)) => (Severity::Low, format!("is deprecated since Kubernetes {deprecated}")),
        (None, None) => (Severity::Low, "is deprecated".to_owned()),
    }
}

fn help(new: &Placed, retiring: &Retiring) -> String {
    match retiring.retirement.replacement {
        Some("discovery.k8s.io/v1") if &*new.object.kind == "Endpoints" => {
            "write a discovery.k8s.io/v1 EndpointSlice".to_owned()
        }
        Some(replacement) => format!("write it as {replacement} {}", new.object.kind),
        None => "remove it: this kind has no successor".to_owned(),
    }
}
