//! Changes of fields that keep their first value.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side};
use crate::render::Role;
use crate::world::{Need, ObjectChange, Placed};
use kube_model::{Replacement, replacement};
use kube_schema::rules::{ForbiddenChange, forbidden_changes};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("immutable-field"),
    title: "A change to an immutable field",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::ByProblem,
    why: "The cluster refuses the update and keeps the old object, so the deployment stops half-way. Forcing \
        the update deletes the object first.",
    docs: "\
## What it does

Reports updates of fields that the API server does not allow to change: selectors of workloads; everything in
a StatefulSet except its replicas, template, update strategy and a few more; what a Job runs; the role of a
binding; the address of a Service; a claim, except to grow it; the source of a volume; the provisioner and
parameters of a StorageClass; the type of a Secret; ConfigMaps and Secrets with `immutable: true`; a Pod,
except its images; the scope, group and names of a CustomResourceDefinition; and similar fields.

## What is compared

The old object with the new one of the same identity, in whichever file they are. A field that is written for
the first time with the API server's default value is not a change, and neither is an amount in another unit.

An object that a GitOps tool deletes and creates again is not reported: an Argo CD or Helm hook, one with the
sync options `Replace=true` and `Force=true`, one that Flux forces. A Namespace, CustomResourceDefinition,
PersistentVolume, PersistentVolumeClaim or StatefulSet is reported anyway, because its deletion also deletes
data or other objects.

A changed Job has medium severity, which the profile `baseline` turns into a warning: the API server refuses
it, but the author of such a change wants the new Job to run.

## Remediation

Restore the old value, or follow the help of the finding: usually, create an object with a new name and
migrate to it. `Force=true` of Argo CD and `force: true` of Flux delete and recreate the object; the help
describes the consequences.

## Limits

Values that the cluster itself writes into an object are not known. A claim may be made smaller again after a
failed expansion, which is reported anyway. The node affinity of a PersistentVolume and the requests of device
claims (`resource.k8s.io`) are not compared. In patches, only values that are on both sides are compared;
chart templates are not compared.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, _context: &Context<'_>, findings: &mut Findings) {
    let (Some(old), Some(new)) = (change.old_object(), change.object()) else { return };
    let replacement = replacement(&new.object);
    if replacement.is_some() && !keeps_state(new) {
        return;
    }
    for forbidden in forbidden_changes(&old.object, &new.object) {
        if !counts(&forbidden, old, new) || is_uncertain(&forbidden, old, new) {
            continue;
        }
        findings.push(match &replacement {
            None => refused(change, old, new, &forbidden),
            Some(replacement) => replaced(change, old, new, &forbidden, replacement),
        });
    }
}

/// Kinds whose deletion takes data or other objects along.
fn keeps_state(placed: &Placed) -> bool {
    matches!(
        (&*placed.id.group, &*placed.id.kind),
        ("", "Namespace" | "PersistentVolume" | "PersistentVolumeClaim")
            | ("apps", "StatefulSet")
            | ("apiextensions.k8s.io", "CustomResourceDefinition")
    )
}

/// Whether a value on either side is not known: it may be the same.
fn is_uncertain(forbidden: &ForbiddenChange, old: &Placed, new: &Placed) -> bool {
    let unknown = |placed: &Placed, pointer: &str| placed.object.root.nearest(pointer).holds_unknown();
    unknown(old, &forbidden.old_pointer) || unknown(new, &forbidden.pointer)
}

/// Whether a change of these two objects counts. Other files have the fields that a patch lacks, and a template has no
/// value before it is rendered.
fn counts(forbidden: &ForbiddenChange, old: &Placed, new: &Placed) -> bool {
    let both_sides = forbidden.was.is_some() && forbidden.becomes.is_some();
    match (old.role, new.role) {
        (Role::Complete, Role::Complete) => true,
        // A patch is merged into another object, and not compared with it.
        (Role::Template | Role::Expectation, _)
        | (_, Role::Template | Role::Expectation)
        | (Role::Fragment, Role::Complete | Role::Base)
        | (Role::Complete | Role::Base, Role::Fragment) => false,
        (Role::Fragment, Role::Fragment)
        | (Role::Base, Role::Complete | Role::Base)
        | (Role::Complete, Role::Base) => both_sides,
    }
}

fn refused(change: &ObjectChange, old: &Placed, new: &Placed, forbidden: &ForbiddenChange) -> Finding {
    let message = format!("{} in cluster {}: {}", new.id.title(), new.id.cluster, sentence(forbidden));
    // To change a Job is routine: the author means the new one to run.
    let is_job = &*new.id.group == "batch" && &*new.id.kind == "Job";
    let severity = if is_job { Severity::Medium } else { Severity::High };
    described(Finding::about(META.id, change, message), old, new, forbidden)
        .severity(severity)
        .help(forbidden.help)
}

/// A GitOps tool makes a change that the API server refuses: it deletes the object first.
fn replaced(
    change: &ObjectChange,
    old: &Placed,
    new: &Placed,
    forbidden: &ForbiddenChange,
    replacement: &Replacement<'_>,
) -> Finding {
    let (title, cluster) = (new.id.title(), &new.id.cluster);
    let message =
        format!("{title} in cluster {cluster} is deleted and created again: {}", sentence(forbidden));
    let Replacement { key, value, node } = replacement;
    let brought = kube_model::replacement(&old.object).is_none();
    let source = if brought { "this change adds" } else { "the object has" };
    described(Finding::about(META.id, change, message), old, new, forbidden)
        .severity(Severity::High)
        .note("because", format!("{source} `{key}: {value}`, which deletes the old object first"))
        .related(Location::of_node(new, node, Side::New).labelled("deletes the old object"))
        .help("restore the old value, or back up the data before the object is deleted")
        .fact("replacement", format!("{key}={value}"))
}

fn described(finding: Finding, old: &Placed, new: &Placed, forbidden: &ForbiddenChange) -> Finding {
    finding
        .at(place(new, &forbidden.pointer, Side::New))
        .related(place(old, &forbidden.old_pointer, Side::Old).labelled("the value that the cluster keeps"))
        .note("rule", forbidden.source)
        .fact_formerly("path", forbidden.path.as_str(), sentence(forbidden))
        .added_fact("was", forbidden.was.as_deref().unwrap_or_default())
        .added_fact("becomes", forbidden.becomes.as_deref().unwrap_or_default())
        .added_fact("others", forbidden.others.to_string())
}

fn sentence(forbidden: &ForbiddenChange) -> String {
    let path = &forbidden.path;
    let change = match (&forbidden.was, &forbidden.becomes) {
        (Some(was), Some(becomes)) => format!("was {was} and cannot become {becomes}"),
        (Some(was), None) => format!("was {was} and cannot be removed"),
        (None, Some(becomes)) => format!("cannot be added, here as {becomes}"),
        (None, None) => "cannot change, because the object is immutable".to_owned(),
    };
    let others = match forbidden.others {
        0 => String::new(),
        1 => "; one more value of this field changes".to_owned(),
        count => format!("; {count} more values of this field change"),
    };
    format!("{path} {change}{others}")
}

fn place(placed: &Placed, pointer: &str, side: Side) -> Location {
    let node = placed.object.root.nearest(pointer);
    // The object itself is recognised by its kind.
    if pointer.is_empty() { Location::of_object(placed, side) } else { Location::of_node(placed, node, side) }
}
