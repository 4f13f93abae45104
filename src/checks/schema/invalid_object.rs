//! Objects that the API server refuses by rules that it has only as code.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{Aspect, CheckId, Finding, Location, Severity, Side};
use crate::render::{Listing, Role};
use crate::world::{Need, ObjectChange, Placed};
use kube_manifest::{Node, Value};
use kube_schema::rules::{LIMIT, RuleExtent, RuleViolation, find_violations};

use super::placing;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("invalid-object"),
    title: "An object that the API server refuses",
    family: Family::Schema,
    needs: &[Need::Definitions],
    partial: PartialDocuments::ByProblem,
    why: "The cluster refuses such an object although its schema allows it, so the deployment stops half-way \
        and the cluster no longer matches the repository.",
    docs: "\
## What it does

Applies the rules that the API server implements only in code, not in its published schema, to every created
or updated object of Kubernetes' own kinds, and its rules about names, labels, annotations, finalizers and
owners to objects of every kind: the syntax of names, labels, keys and ports; the allowed values of a field;
selectors that the Pod template does not match; duplicate names; mounts without a volume; numbers out of
range; requests above limits; keys that the type of a Secret needs; fields that exclude each other. A required
value is missing at whatever level the path to it ends: a Pod without `spec` has no containers. As in the API
server, `null` counts as the zero value of its type. The rules of Pods apply to the Pod template of every
workload. Every finding names the function of Kubernetes that refuses the object, and the Kubernetes versions
that do.

## What is compared

The new object with the rules, as if it were created. On an update, a violation that the old object already
had, with the same value, is not reported.

## Remediation

Correct the object as the help of the finding says.

## Limits

Rules that depend on what runs in the cluster (quotas, admission webhooks, feature gates that are off by
default) are not applied. Neither are rules that cannot be decided with certainty: among others those for
Windows host processes, for a ServiceAccount in a ClusterRoleBinding that has no namespace, which kustomize
may fill in, for the options of single volume drivers, and the names of time zones. StatefulSets are accepted
by the API server whatever their Pod template holds; the reported problems make it refuse their Pods. In
patches, only single values are judged; chart templates are not judged. An unknown value, because SOPS
encrypts it or Flux sets it, breaks no rule, and neither does anything that depends on it. CEL expressions are
not compiled.

An object without a name of a kind that is neither built in nor defined in the repository counts as the
configuration of a tool, which does not need a name.

An object with more than 500 invalid values is reported as a whole, even if these values were invalid before.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some(new) = change.object() else { return };
    let mut found = judge(new, context);
    if found.len() > LIMIT && !matches!(new.role, Role::Template | Role::Expectation) {
        findings.push(too_much(change, new));
        return;
    }
    found.retain(|violation| counts(violation, new) && !names_nothing_yet(violation, new));
    if found.iter().any(is_without_name) && context.facts.schemas().is_undefined(&new.candidate()) {
        // The configuration of a tool looks like an object and has no name; no cluster takes it for one.
        found.retain(|violation| !is_without_name(violation));
    }
    found.retain(|violation| !new.inherits(new.object.root.nearest(&violation.pointer)));
    if let Some(old) = change.old_object() {
        let mut excuses = judge(old, context);
        excuses.retain(|violation| counts(violation, old));
        excuse(&mut found, new, excuses, old);
    }
    found.iter().for_each(|violation| findings.push(build_finding(change, new, violation)));
}

fn judge(placed: &Placed, context: &Context<'_>) -> Vec<RuleViolation> {
    let target = context.target(&placed.id.cluster);
    let versions = target.map(|target| target.versions.as_slice()).unwrap_or_default();
    find_violations(&placed.object, versions)
}

/// The word by which a base leaves a name to the `namespace` of its kustomization.
const LEFT_OPEN: &str = "_";

fn is_without_name(violation: &RuleViolation) -> bool {
    violation.pointer == "/metadata" && violation.lacking.as_deref() == Some("name")
}

/// Whether a name is one that the kustomization fills in.
fn names_nothing_yet(violation: &RuleViolation, placed: &Placed) -> bool {
    // A patch is found by its target, and its own name is dropped.
    let of_patch = matches!(violation.pointer.as_str(), "/metadata/name" | "/metadata/namespace");
    if placed.role == Role::Fragment && of_patch {
        return true;
    }
    let is_name = match violation.pointer.as_str() {
        "/metadata/namespace" => true,
        "/metadata/name" => placed.id.group.is_empty() && &*placed.id.kind == "Namespace",
        _ => false,
    };
    let value =
        || placed.object.root.resolve_pointer(&violation.pointer).and_then(Node::as_str) == Some(LEFT_OPEN);
    is_name && placed.listing == Listing::Listed && value()
}

/// A patch is complete only after a merge, and a template only after rendering.
fn counts(violation: &RuleViolation, placed: &Placed) -> bool {
    match (placed.role, violation.extent) {
        (Role::Complete, RuleExtent::Value | RuleExtent::Whole)
        | (Role::Base | Role::Fragment, RuleExtent::Value) => true,
        // A file that its kustomization does not list is a patch that is not in use, or it is not deployed.
        (Role::Base, RuleExtent::Whole) => placed.listing == Listing::Listed && !is_completed(violation),
        (Role::Fragment, RuleExtent::Whole) | (Role::Template | Role::Expectation, _) => false,
    }
}

/// Whether a rule asks for what a kustomization may add: the labels by which a workload selects its Pods.
fn is_completed(violation: &RuleViolation) -> bool {
    const LABELS: [&str; 4] =
        ["/spec", "/spec/selector", "/spec/template/metadata", "/spec/template/metadata/labels"];
    LABELS.contains(&violation.pointer.as_str()) || violation.pointer.starts_with("/spec/selector/")
}

/// Violations beyond the limit are not compared with the old ones, and nothing excuses them.
fn too_much(change: &ObjectChange, new: &Placed) -> Finding {
    let title = new.id.title();
    let message = format!(
        "{title} in cluster {} cannot be judged: more than {LIMIT} of its values are refused",
        new.id.cluster
    );
    let too_much = Finding::about(META.id, change, message.clone())
        .severity(Severity::High)
        .help("compare the object with the documentation of its kind, or generate it again")
        .fact_formerly("problem", "violations", message);
    placing::with_whole(too_much, new)
}

/// Each old violation excuses one new one: the same at the same place first, then the same in a list
/// whose items have moved.
fn excuse(found: &mut Vec<RuleViolation>, new: &Placed, mut old_found: Vec<RuleViolation>, old: &Placed) {
    for place in [exact_place as fn(&str) -> String, place_in_any_item] {
        found.retain(|violation| {
            let same = |known: &RuleViolation| {
                known.source == violation.source
                    && place(&known.pointer) == place(&violation.pointer)
                    && place_in_any_item(&known.message) == place_in_any_item(&violation.message)
                    && value(known, old) == value(violation, new)
            };
            let index = old_found.iter().position(same);
            index.map(|index| old_found.remove(index)).is_none()
        });
    }
}

/// The value that is wrong. The surroundings of a missing field may change without making it worse.
fn value<'a>(violation: &RuleViolation, placed: &'a Placed) -> Option<&'a Node> {
    let node = placed.object.root.nearest(&violation.pointer);
    (node.entries().is_empty() && node.items().is_empty()).then_some(node)
}

/// The same for a fingerprint.
fn refused_value(violation: &RuleViolation, placed: &Placed) -> String {
    value(violation, placed).map_or_else(String::new, |_| placing::value_at(placed, &violation.pointer))
}

fn exact_place(pointer: &str) -> String {
    pointer.to_owned()
}

/// A pointer or a path in which every index is `*`.
fn place_in_any_item(place: &str) -> String {
    let tokens = place.split_inclusive(['/', '[', ']']);
    let any = |token: &str| {
        let index = token.trim_end_matches(['/', '[', ']']);
        if index.parse::<usize>().is_ok() { token.replacen(index, "*", 1) } else { token.to_owned() }
    };
    tokens.map(any).collect()
}

fn build_finding(change: &ObjectChange, new: &Placed, violation: &RuleViolation) -> Finding {
    let title = new.id.title();
    let message = format!("{title} in cluster {}: {}", new.id.cluster, violation.message);
    let node = new.object.root.nearest(&violation.pointer);
    let versions: Vec<String> = violation.versions.iter().map(ToString::to_string).collect();
    let is_number = matches!(node.value, Value::Integer(_) | Value::Float(_));
    let is_out_of_bounds = is_number && violation.extent == RuleExtent::Value;
    let absence = violation
        .lacking
        .as_deref()
        .map(|field| Aspect::Absence { pointer: violation.pointer.clone(), field: field.to_owned() });
    let bounds = is_out_of_bounds.then(|| Aspect::Bounds { pointer: violation.pointer.clone() });
    Finding::about(META.id, change, message)
        .severity(Severity::Medium)
        .at(Location::of_node(new, node, Side::New))
        .note("refused by", format!("Kubernetes {}", versions.join(", ")))
        .note("rule", violation.source)
        .help(violation.help)
        .fact_formerly("rule", violation.source, violation.message.clone())
        .added_fact("path", violation.pointer.clone())
        .added_fact("lacking", violation.lacking.as_deref().unwrap_or_default())
        .added_fact("value", refused_value(violation, new))
        .aspect(absence.or(bounds))
}
