//! References to objects that the push takes away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side};
use crate::render::Role;
use crate::world::{Need, Operation, Placed, World};
use kube_manifest::Node;
use kube_model::{
    ClusterName, LabelPairs, ObjectRef, Reference, builtin, is_target, pod_labels, references, selects,
    service_selector,
};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("dangling-reference"),
    title: "A reference to an object that the change removes",
    family: Family::Schema,
    needs: &[Need::Referrers],
    partial: PartialDocuments::Skip,
    why: "The cluster accepts such an object, but then its Pods do not start, its route returns an error, or \
        nothing is scaled.",
    docs: "\
## What it does

Reports objects that name a ConfigMap, Secret, ServiceAccount, PersistentVolumeClaim, Service or
workload that the push deletes or renames, whether or not the object that names it changes: volumes,
environment and image pull secrets of Pods, `serviceName` of StatefulSets, backends of Ingresses and
routes, services of webhooks, targets of autoscalers. It also reports Services that selected the Pods of
some workload before the push and select those of none after it.

## What is compared

The objects of both revisions: the target was in the old one and is not in the new one. A target that was
already missing is not reported, and neither is one that is still in another file.

## Remediation

Reference the target that exists now, keep the old one until nothing references it, or mark the reference as
`optional: true` if the workload does not need it.

## Limits

Targets that are created in the cluster are not known: references that never had their target in the
repository are not judged, and neither are ConfigMaps and Secrets that a changed kustomization generates or
that a custom resource of the same namespace (an ExternalSecret, a SealedSecret, a Certificate) may create. A
custom resource that only uses a name creates nothing. A push that adds a custom resource whose operator may
create Pods in the namespace may replace a workload, so Services of that namespace are not judged. If the
policy names no clusters, only files in or below each other's folders count as one cluster. Chart templates
and patches are not judged.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    // Nothing can be taken away.
    if context.old.objects.is_empty() {
        return;
    }
    named(context, findings);
    selected(context, findings);
}

fn named(context: &Context<'_>, findings: &mut Findings) {
    let gone = find_gone(context);
    if gone.is_empty() {
        return;
    }
    let made = Made::of(context.new);
    for placed in judged(context.new) {
        for reference in references(&placed.object) {
            let Some(target) = gone.get(&target_of(placed, &reference)) else { continue };
            if stand_together(placed, target) && !made.holds(target) {
                findings.push(build_finding(placed, &reference, target));
            }
        }
    }
}

fn judged(world: &World) -> impl Iterator<Item = &Arc<Placed>> {
    world.objects.iter().filter(|placed| matches!(placed.role, Role::Complete | Role::Base))
}

/// The targets that are in the old world only.
fn find_gone<'a>(context: &Context<'a>) -> BTreeMap<ObjectRef, &'a Arc<Placed>> {
    let there: BTreeSet<&ObjectRef> = context.new.objects.iter().map(|placed| &placed.id).collect();
    let old = judged(context.old).filter(|placed| is_target(&placed.id.group, &placed.id.kind));
    old.filter(|placed| !there.contains(&placed.id)).map(|placed| (placed.id.clone(), placed)).collect()
}

/// ConfigMaps and Secrets that something else than a manifest of their kind makes.
struct Made<'a> {
    /// Names that generators of changed kustomizations give.
    generated: BTreeSet<&'a str>,
    /// Names that custom resources give, with the namespace of each.
    custom: BTreeSet<(Option<&'a str>, &'a str)>,
}

impl<'a> Made<'a> {
    fn of(world: &'a World) -> Self {
        let generated = world.unrendered.iter().flat_map(|root| &root.generates).map(String::as_str);
        let mut custom = BTreeSet::new();
        for placed in world.objects.iter().filter(|placed| may_make_data(placed)) {
            let mut names = Vec::new();
            collect_names(&placed.object.root, &mut names);
            custom.extend(names.into_iter().map(|name| (placed.id.namespace.as_deref(), name)));
        }
        Self { generated: generated.collect(), custom }
    }

    fn holds(&self, target: &Placed) -> bool {
        let (namespace, name) = (target.id.namespace.as_deref(), &*target.id.name);
        let may_be = target.id.group.is_empty() && matches!(&*target.id.kind, "ConfigMap" | "Secret");
        let by_operator = || self.custom.contains(&(namespace, name)) || self.custom.contains(&(None, name));
        may_be && (self.generated.contains(name) || by_operator())
    }
}

/// Groups without a kind that makes a ConfigMap or Secret.
const WITHOUT_DATA: [&str; 7] = [
    "cilium.io",
    "gateway.networking.k8s.io",
    "kyverno.io",
    "networking.istio.io",
    "projectcalico.org",
    "security.istio.io",
    "traefik.io",
];

/// Whether the operator of a custom resource may make ConfigMaps and Secrets of it. A kind that runs Pods uses them.
fn may_make_data(placed: &Placed) -> bool {
    let without = WITHOUT_DATA.contains(&&*placed.id.group) || MONITORS.contains(&&*placed.id.kind);
    !builtin::owns_group(&placed.id.group) && !without && pod_labels(&placed.object).is_none()
}

/// Keys below which an object says what it uses, and not what it makes.
const USES: [&str; 17] = [
    "certificateRefs",
    "configMap",
    "configMapKeyRef",
    "configMapRef",
    "configMaps",
    "env",
    "envFrom",
    "imagePullSecrets",
    "secret",
    "secretKeyRef",
    "secretRef",
    "secrets",
    "tls",
    "valueFrom",
    "valuesFrom",
    "volumeMounts",
    "volumes",
];

/// The texts of an object that may name what it makes.
fn collect_names<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
    names.extend(node.as_str());
    for entry in node.entries().iter().filter(|entry| !USES.contains(&&*entry.key)) {
        collect_names(&entry.value, names);
    }
    node.items().iter().for_each(|item| collect_names(item, names));
}

fn target_of(placed: &Placed, reference: &Reference<'_>) -> ObjectRef {
    let own = placed.id.namespace.clone();
    ObjectRef {
        cluster: placed.id.cluster.clone(),
        group: builtin::storage_group(reference.group, reference.kind).into(),
        kind: reference.kind.into(),
        namespace: reference.namespace.map(Into::into).or(own).or_else(|| Some("default".into())),
        name: reference.name.into(),
    }
}

/// Whether two objects are certainly of one cluster. A repository whose policy names no clusters may
/// hold several side by side.
fn stand_together(one: &Placed, other: &Placed) -> bool {
    let is_below = |folder: &str, of: &str| {
        of.is_empty() || folder.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (left, right) = (one.path.parent(), other.path.parent());
    one.id.cluster != ClusterName::fallback() || is_below(left, right) || is_below(right, left)
}

fn build_finding(placed: &Placed, reference: &Reference<'_>, target: &Placed) -> Finding {
    let target_title = target.id.title();
    let message = format!(
        "{} in cluster {} references {target_title}, which the change removes",
        placed.id.title(),
        placed.id.cluster
    );
    Finding::about_object(META.id, placed, Operation::Update, message)
        .severity(Severity::High)
        .at(Location::of_node(placed, reference.node, Side::New))
        .related(Location::of_object(target, Side::Old).labelled("was here"))
        .help(format!("reference an existing object, or keep {target_title} until nothing references it"))
        .fact("target", target.id.to_string())
}

/// A workload and the labels of its Pods.
type Workload<'a> = (&'a Placed, LabelPairs<'a>);

fn workloads(world: &World) -> Vec<Workload<'_>> {
    judged(world).filter_map(|placed| Some((&**placed, pod_labels(&placed.object)?))).collect()
}

/// Services whose traffic went to some Pods and goes to none now.
fn selected(context: &Context<'_>, findings: &mut Findings) {
    let services = judged(context.new).filter(|placed| service_selector(&placed.object).is_some());
    let old: BTreeMap<&ObjectRef, &Arc<Placed>> =
        judged(context.old).map(|placed| (&placed.id, placed)).collect();
    let (before, after) = (workloads(context.old), workloads(context.new));
    for service in services {
        let predecessor = find_predecessor(service, context);
        let Some(was) = predecessor.and_then(|old| selects_one(old, &before)) else { continue };
        if selects_one(service, &after).is_none() && !may_be_replaced(service, &old, context.new) {
            findings.push(unselected(service, was));
        }
    }
}

/// The same Service before: in its own file or, if it has moved, in one that does not hold it any more. A copy that is
/// new took nothing over.
fn find_predecessor<'a>(service: &Placed, context: &Context<'a>) -> Option<&'a Placed> {
    let same = || judged(context.old).filter(|old| old.id == service.id);
    let stays =
        |old: &Placed| context.new.objects.iter().any(|other| other.path == old.path && other.id == old.id);
    let at_home = same().find(|old| old.path == service.path);
    at_home.or_else(|| same().find(|old| !stays(old))).map(|old| &**old)
}

fn selects_one<'a>(service: &Placed, workloads: &[Workload<'a>]) -> Option<&'a Placed> {
    let selector = service_selector(&service.object)?;
    let found = workloads.iter().find(|(workload, labels)| {
        workload.id.cluster == service.id.cluster
            && workload.id.namespace == service.id.namespace
            && stand_together(service, workload)
            && selects(&selector, labels)
    });
    found.map(|(workload, _)| *workload)
}

/// Groups without a kind that makes Pods.
const WITHOUT_PODS: [&str; 13] = [
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "generators.external-secrets.io",
    "kyverno.io",
    "networking.istio.io",
    "notification.toolkit.fluxcd.io",
    "projectcalico.org",
    "security.istio.io",
    "source.toolkit.fluxcd.io",
    "traefik.io",
];

/// Kinds without Pods in groups that also have kinds with some.
const MONITORS: [&str; 5] = ["PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"];

fn may_make_pods(placed: &Placed) -> bool {
    let without = WITHOUT_PODS.contains(&&*placed.id.group) || MONITORS.contains(&&*placed.id.kind);
    !builtin::owns_group(&placed.id.group) && !without
}

/// Whether the push brings a custom resource whose operator may make the Pods.
fn may_be_replaced(service: &Placed, old: &BTreeMap<&ObjectRef, &Arc<Placed>>, new: &World) -> bool {
    new.objects.iter().any(|placed| {
        may_make_pods(placed)
            && placed.id.namespace.as_deref().unwrap_or("default")
                == service.id.namespace.as_deref().unwrap_or("default")
            && !old.contains_key(&placed.id)
    })
}

fn unselected(service: &Placed, was: &Placed) -> Finding {
    let title = service.id.title();
    let message =
        format!("{title} in cluster {} no longer selects the Pods of any workload", service.id.cluster);
    let node = service.object.at(&["spec", "selector"]).unwrap_or(&service.object.root);
    let entries = node.entries().iter();
    let wanted: Vec<String> =
        entries.map(|entry| format!("{}={}", entry.key, entry.value.as_str().unwrap_or_default())).collect();
    Finding::about_object(META.id, service, Operation::Update, message)
        .severity(Severity::High)
        .at(Location::of_node(service, node, Side::New))
        .related(Location::of_object(was, Side::Old).labelled("selected before"))
        .note("selected", was.id.title())
        .help(
            "give the selector and the Pod template the same labels, or remove the Service with its \
            workload",
        )
        .fact("selector", wanted.join(","))
}
