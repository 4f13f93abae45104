//! From those outside by a Service to what runs behind it.

use std::collections::BTreeSet;

use crate::checks::Context;
use crate::finding::{Edge, Relation, Station, StationKind};
use crate::world::{ObjectChange, Placed, World};
use kube_manifest::Node;
use kube_model::{LabelPairs, pod_labels, pod_spec, selects, service_selector};

/// The largest number of objects in which workloads of a Service are searched: each finding would look at all of them.
const SEARCHED: usize = 2_000;

/// The steps from `outside` to the workloads that are known; if no workload is, to the Pods that the Service
/// asks for.
pub(super) fn edges(outside: &str, change: &ObjectChange, context: &Context<'_>) -> Vec<Edge> {
    let placed = change.subject();
    let service = Station::new(StationKind::Service, placed.id.title());
    let from = Station::new(StationKind::Outside, outside);
    let mut edges = vec![Edge { from, relation: Relation::Reaches, to: service.clone() }];
    let Some(selector) = service_selector(&placed.object) else { return edges };
    let lead = |name| Edge {
        from: service.clone(),
        relation: Relation::LeadsTo,
        to: Station::new(StationKind::Workload, name),
    };
    let mut workloads = find_workloads(placed, &selector, context.new);
    if workloads.is_empty() {
        workloads.push(pods(&selector));
    }
    edges.extend(workloads.into_iter().map(lead));
    edges
}

/// The workloads that a Service selects, as far as they are known.
pub(super) fn find_workloads(service: &Placed, selector: &LabelPairs<'_>, world: &World) -> Vec<String> {
    let mut names: Vec<String> =
        behind(service, selector, world).into_iter().map(|placed| placed.id.title()).collect();
    names.sort();
    names.dedup();
    names
}

fn behind<'a>(service: &Placed, selector: &LabelPairs<'_>, world: &'a World) -> Vec<&'a Placed> {
    let near = |other: &&Placed| {
        (&other.id.cluster, &other.id.namespace) == (&service.id.cluster, &service.id.namespace)
    };
    let selected =
        |other: &&Placed| pod_labels(&other.object).is_some_and(|labels| selects(selector, &labels));
    let searched = Some(&world.objects).filter(|objects| objects.len() <= SEARCHED).into_iter().flatten();
    searched.map(AsRef::as_ref).filter(near).filter(selected).collect()
}

/// The numbers of the ports with a name of the Pods that a Service selects.
pub(super) fn ports_called(service: &Placed, name: &str, world: &World) -> BTreeSet<i64> {
    let Some(selector) = service_selector(&service.object) else { return BTreeSet::new() };
    let specs = behind(service, &selector, world).into_iter().filter_map(|placed| pod_spec(&placed.object));
    let containers = specs.flat_map(|spec| spec.get("containers").map(Node::items).unwrap_or_default());
    let ports = containers.flat_map(|item| item.get("ports").map(Node::items).unwrap_or_default());
    let called = ports.filter(|port| port.text_at(&["name"]) == Some(name));
    called.filter_map(|port| port.get("containerPort")?.as_integer()).collect()
}

/// The Pods that a selector asks for, in words.
pub(super) fn pods(selector: &LabelPairs<'_>) -> String {
    let pairs: Vec<String> = selector.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Pods with {}", pairs.join(", "))
}
