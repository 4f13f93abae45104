//! Kinds that the cluster does not have.

use super::{brought, retiring};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::render::Role;
use crate::world::{Need, ObjectChange, Placed};
use kube_manifest::Node;
use kube_model::KubernetesVersion;
use kube_schema::{Misnamed, Outcome, UnknownKind};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unknown-kind"),
    title: "A kind that the cluster does not have",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::ByProblem,
    why: "The cluster refuses an object of a kind that it does not have, and the gate cannot judge an \
        unknown kind.",
    docs: "\
## What it does

Reports created objects, and objects that change their `apiVersion`, whose kind cannot exist: a Kubernetes
version that the policy names for the cluster does not have it, its CustomResourceDefinition in the repository
does not serve the version, or it belongs to the group of a known operator (Argo CD, Flux, cert-manager,
prometheus-operator, OpenShift and others) that has no such kind or version. In groups that portcullis knows
only in part, it reports only a kind that differs in one letter from a known one.

A kind whose definition is not in the repository is not a finding. The report has one note with the number of
such objects: they are not checked against a schema. Add their definitions, or name their folder under
`clusters[].definitions` in the policy.

## What is compared

`apiVersion` and `kind` with the kinds of every target version, with the definitions in the old and the new
tree, and with a table of operators that is part of the program. An object that is in the old tree with the
same `apiVersion` is not reported.

## Remediation

Use the `apiVersion` that the message suggests, or put the CustomResourceDefinition into the
repository so that its objects can be judged.

## Limits

Patches and chart templates are not checked: the type of a patch is that of its target. `removed-api` reports
a kind that a target version no longer has. A CustomResourceDefinition in an API group that Kubernetes owns is
ignored: it cannot change the meaning of a Kubernetes kind.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some(new) = change.object() else { return };
    if let Some((key, node)) = unknown_type(new) {
        if let Some(finding) = untold(change, new, key, node) {
            findings.push(finding);
        }
        return;
    }
    // A patch is merged into another object, whose type its target names, and a template is not rendered yet.
    if !matches!(new.role, Role::Complete | Role::Base) {
        return;
    }
    let Some(unknown) = brought::judge_new(change, context).and_then(unknown_kind) else { return };
    if unknown.is_merely_undefined() {
        return;
    }
    if retiring::is_removed(new, context) {
        return;
    }
    let stood = change.old_object().is_some_and(|old| {
        old.object.api_version == new.object.api_version
            && brought::judge_old(change, context).is_some_and(|outcome| unknown_kind(outcome).is_some())
    });
    if !stood {
        findings.push(build_finding(change, new, unknown, context));
    }
}

/// The `apiVersion` or `kind` of an object, if only Flux or SOPS knows it.
fn unknown_type(placed: &Placed) -> Option<(&'static str, &Node)> {
    let keys = ["apiVersion", "kind"].into_iter();
    let mut nodes = keys.filter_map(|key| Some((key, placed.object.root.get(key)?)));
    nodes.find(|(_, node)| node.is_unknown())
}

/// Such an object may be of any kind, so that no check can judge it.
fn untold(change: &ObjectChange, new: &Placed, key: &str, node: &Node) -> Option<Finding> {
    let stood = change.old_object().is_some_and(|old| old.object.root.get(key) == Some(node));
    let text = node.spelling().unwrap_or_default();
    let reason = if text.contains('$') || text.starts_with("ENC[") {
        format!("its {key} is `{text}`, which is replaced before it is applied")
    } else {
        "one of its values opens a Flux variable that another value closes".to_owned()
    };
    let (name, cluster) = (&new.id.name, &new.id.cluster);
    let message = format!("\"{name}\" in cluster {cluster} may be of any kind: {reason}");
    let finding = Finding::about_object(META.id, new, change.operation(), message)
        .severity(Severity::High)
        .at_node(change, node)
        .help(format!("write the {key} as plain text"))
        .fact("text", text);
    (!stood).then_some(finding)
}

fn unknown_kind(outcome: &Outcome) -> Option<&UnknownKind> {
    match outcome {
        Outcome::UnknownKind { unknown, .. } => Some(unknown),
        Outcome::Valid | Outcome::Invalid(_) | Outcome::Unusable(_) => None,
    }
}

fn build_finding(
    change: &ObjectChange,
    new: &Placed,
    unknown: &UnknownKind,
    context: &Context<'_>,
) -> Finding {
    let kind = match (&*new.object.api_version, &*new.object.kind) {
        ("", kind) => format!("{kind} without apiVersion"),
        (version, "") => format!("{version} without kind"),
        (version, kind) => format!("{version} {kind}"),
    };
    let name = &new.id.name;
    let cluster = &new.id.cluster;
    let message = if unknown.owned_by_kubernetes {
        let missing = list(&unknown.missing_in);
        format!("{kind} \"{name}\" cannot exist in cluster {cluster}: Kubernetes {missing} has no such kind")
    } else {
        let reason = match unknown.defined.as_deref() {
            None => misnamed(unknown, new.object.group()),
            Some([]) => "cannot exist: its definition serves no version".to_owned(),
            Some(versions) => format!("cannot exist: its definition serves only {}", versions.join(", ")),
        };
        format!("{kind} \"{name}\" in cluster {cluster} {reason}")
    };
    let place = new.object.root.get("apiVersion").unwrap_or(&new.object.root);
    let finding = Finding::about_object(META.id, new, change.operation(), message)
        .severity(Severity::High)
        .at_node(change, place)
        .help(help(unknown, brought::nearest_kind(new, context)))
        .fact("kind", kind);
    if unknown.served_in.is_empty() { finding } else { finding.note("served in", list(&unknown.served_in)) }
}

/// A clause about the version or kind that the group of an operator lacks.
fn misnamed(unknown: &UnknownKind, group: &str) -> String {
    match &unknown.misnamed {
        Some(Misnamed::Version { served }) => {
            format!("cannot exist: {group} has this kind only in {}", served.join(", "))
        }
        Some(Misnamed::Kind { .. }) | None => format!("cannot exist: {group} has no such kind"),
    }
}

fn help(unknown: &UnknownKind, nearest: Option<String>) -> String {
    match &unknown.misnamed {
        Some(Misnamed::Kind { nearest: Some(nearest) }) => return format!("did you mean {nearest}?"),
        Some(Misnamed::Version { .. }) => {
            return "use one of these versions (newest first); if a newer operator serves another version, \
                add its CustomResourceDefinition to the repository"
                .to_owned();
        }
        Some(Misnamed::Kind { nearest: None }) => {
            return "correct apiVersion and kind; if a newer operator has this kind, add its \
                CustomResourceDefinition to the repository"
                .to_owned();
        }
        None => {}
    }
    match (nearest, unknown.owned_by_kubernetes) {
        (Some(nearest), _) => format!("did you mean {nearest}?"),
        (None, true) => "correct apiVersion and kind, or remove the object".to_owned(),
        (None, false) if unknown.defined.is_some() => {
            "make the definition serve the version, or remove the object".to_owned()
        }
        (None, false) => "add the CustomResourceDefinition of this kind to the repository".to_owned(),
    }
}

fn list(versions: &[KubernetesVersion]) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
