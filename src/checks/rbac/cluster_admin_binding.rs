//! Bindings to `cluster-admin`.

use super::path::Granted;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Edge, Finding, Severity};
use crate::world::{Need, ObjectChange, Placed};
use kube_manifest::Node;
use kube_model::rbac::{Binding, RoleReference, Subject};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("cluster-admin-binding"),
    title: "A subject is bound to cluster-admin",
    family: Family::Rbac,
    needs: &[Need::Permissions],
    partial: PartialDocuments::Judge,
    why: "cluster-admin can do everything to every object in every namespace. Removing the binding later \
        does not undo what was done with it.",
    docs: "\
## What it does

Reports a new subject of a binding to the role `cluster-admin`, in the whole cluster or, through a
RoleBinding, in one namespace.

## What is compared

The role and the subjects of the new binding with those of the old one. A binding to `cluster-admin`
that stays as it is, or loses subjects, is not reported. Neither is the group `system:masters`, which every
API server binds itself.

## Remediation

Bind `admin`, `edit` or `view` in the namespaces where they are needed, or write a role that grants only what
is needed.

## Limits

Roles with the same permissions under another name are reported by `rbac-escalation`, which compares
permissions and not names.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, _: &Context<'_>, findings: &mut Findings) {
    let Some(new) = change.object().and_then(|placed| admin_binding(placed)) else { return };
    let old = change.old_object().and_then(|placed| admin_binding(placed));
    // Every API server makes this binding itself.
    let masters = Subject::Group("system:masters".into());
    let had = |subject: &Subject| {
        *subject == masters
            || old.as_ref().is_some_and(|old| old.subjects.iter().any(|(of, _)| of == subject))
    };
    let gained: Vec<&(Subject, &Node)> = new.subjects.iter().filter(|(subject, _)| !had(subject)).collect();
    let Some((_, first)) = gained.first() else { return };
    let names: Vec<String> = gained.iter().map(|(subject, _)| subject.to_string()).collect();
    let place = if old.is_some() { first } else { new.role_node };
    let id = &change.subject().id;
    let message = match &id.namespace {
        None => format!("{} becomes cluster-admin of cluster {}", names.join(", "), id.cluster),
        Some(namespace) => format!(
            "{} becomes admin of everything in namespace {namespace} of cluster {}",
            names.join(", "),
            id.cluster
        ),
    };
    let granted = gained.iter().flat_map(|(subject, _)| granted(change, &new.role, subject));
    let mut finding = Finding::about(META.id, change, message)
        .at_node(change, place)
        .severity(Severity::Critical)
        .path(granted);
    if let Some(was) =
        change.old_object().and_then(|old| old.object.at(&["roleRef", "name"])).and_then(Node::as_str)
        && old.is_none()
    {
        finding = finding.label(format!("was \"{was}\""));
    }
    findings.push(finding.fact("subjects", names.join(" ")).help(
        "Bind a role that grants only what is needed; `admin`, `edit` and `view` exist in every cluster.",
    ));
}

fn granted(change: &ObjectChange, role: &RoleReference, subject: &Subject) -> Vec<Edge> {
    let binding = change.subject();
    let permits = match &binding.id.namespace {
        None => "everything everywhere".to_owned(),
        Some(namespace) => format!("everything in {namespace}"),
    };
    Granted { subject, group: None, binding: binding.id.title(), role, permits: &permits }.edges()
}

fn admin_binding(placed: &Placed) -> Option<Binding<'_>> {
    let binding = Binding::of(&placed.object, placed.id.namespace.as_deref())?;
    (binding.role == RoleReference::ClusterRole("cluster-admin".into())).then_some(binding)
}
