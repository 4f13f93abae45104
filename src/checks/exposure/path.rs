//! From those outside by a Service to what runs behind it.

use crate::checks::Context;
use crate::finding::{Edge, Relation, Station, StationKind};
use crate::kube::{Labels, pod_labels, selects, service_selector};
use crate::world::{ObjectChange, Placed};

/// In more objects than this nobody looks for what a Service selects: each finding would look at all of them.
const SEARCHED: usize = 2_000;

/// The steps from `outside` to the workloads that are known; where none is, to the Pods that the Service
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
    let mut workloads = workloads(placed, &selector, context);
    if workloads.is_empty() {
        workloads.push(pods(&selector));
    }
    edges.extend(workloads.into_iter().map(lead));
    edges
}

fn workloads(service: &Placed, selector: &Labels<'_>, context: &Context<'_>) -> Vec<String> {
    let near = |other: &&Placed| {
        (&other.id.cluster, &other.id.namespace) == (&service.id.cluster, &service.id.namespace)
    };
    let behind = |other: &&Placed| pod_labels(&other.object).is_some_and(|labels| selects(selector, &labels));
    let searched =
        Some(&context.new.objects).filter(|objects| objects.len() <= SEARCHED).into_iter().flatten();
    let placed = searched.map(AsRef::as_ref).filter(near).filter(behind);
    let mut names: Vec<String> = placed.map(|other| other.id.title()).collect();
    names.sort();
    names.dedup();
    names
}

fn pods(selector: &Labels<'_>) -> String {
    let pairs: Vec<String> = selector.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Pods with {}", pairs.join(", "))
}
