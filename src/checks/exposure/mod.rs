//! Checks for objects that become reachable from outside.
//!
//! In: a change of a Service and the cloud of its cluster. Out: what can be reached that could not
//! be reached before. Never: judges what stays as it was.

pub(super) mod external_ip;
pub(super) mod node_port;
mod path;
pub(super) mod public_load_balancer;
mod redirection;

use std::collections::BTreeSet;

use crate::finding::Suggestion;
use crate::world::ObjectChange;
use kube_model::{Service, ServicePort, ServiceType};

/// Fields of a Service that the API server takes for some types only.
const TIED_TO_TYPE: [&str; 8] = [
    "allocateLoadBalancerNodePorts",
    "externalIPs",
    "externalName",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
];

/// The Services of both sides of a change, the new one being there.
fn sides(change: &ObjectChange) -> Option<(Option<Service<'_>>, Service<'_>)> {
    let old = change.old_object().and_then(|old| Service::of(&old.object));
    Some((old, Service::of(&change.object()?.object)?))
}

/// The old Service as far as its type is known, or is as little known as that of the new one: a Service that a
/// variable may have made public excuses nothing.
fn certain<'a>((old, new): (Option<Service<'a>>, Service<'_>)) -> Option<Service<'a>> {
    old.filter(|old| match old.service_type() {
        ServiceType::Unknown(_) => old.service_type() == new.service_type(),
        ServiceType::ClusterIp
        | ServiceType::NodePort
        | ServiceType::LoadBalancer
        | ServiceType::ExternalName
        | ServiceType::Other(_) => true,
    })
}

/// A clause about a type that is not known.
fn unknown_type(service: Service<'_>) -> Option<String> {
    match service.service_type() {
        ServiceType::Unknown(text) => Some(format!("the type is {text}, which is set elsewhere")),
        ServiceType::ClusterIp
        | ServiceType::NodePort
        | ServiceType::LoadBalancer
        | ServiceType::ExternalName
        | ServiceType::Other(_) => None,
    }
}

/// The label beside the mark: the old type of the Service.
fn was(old: Option<Service<'_>>) -> String {
    match old.map(Service::service_type) {
        None => "new Service".to_owned(),
        Some(ServiceType::ClusterIp) => "was ClusterIP".to_owned(),
        Some(ServiceType::NodePort) => "was NodePort".to_owned(),
        Some(ServiceType::LoadBalancer) => "was LoadBalancer".to_owned(),
        Some(ServiceType::ExternalName) => "was ExternalName".to_owned(),
        Some(ServiceType::Other(word) | ServiceType::Unknown(word)) => format!("was {word}"),
    }
}

/// The type back to what it was, or to what an absent one means. Fields that only some types may have make
/// that uncertain.
fn type_back(change: &ObjectChange, old: Option<Service<'_>>) -> Option<Suggestion> {
    let word = match old.map(Service::service_type) {
        None | Some(ServiceType::ClusterIp) => "ClusterIP",
        Some(ServiceType::NodePort) => "NodePort",
        Some(
            ServiceType::LoadBalancer
            | ServiceType::ExternalName
            | ServiceType::Other(_)
            | ServiceType::Unknown(_),
        ) => return None,
    };
    let placed = change.object()?;
    let spec = placed.object.at(&["spec"])?;
    let certain = TIED_TO_TYPE.iter().all(|field| spec.get(field).is_none())
        && Service::of(&placed.object)?.ports().all(|port| port.node.get("nodePort").is_none());
    certain.then(|| Suggestion::of_scalar(placed, spec.get("type")?, word)).flatten()
}

/// The ports that the old Service did not have.
fn added_ports<'a>(old: Service<'_>, new: Service<'a>) -> Vec<ServicePort<'a>> {
    let stood = |port: &ServicePort<'_>| {
        old.ports().any(|known| known.number == port.number && known.protocol == port.protocol)
    };
    new.ports().filter(|port| !stood(port)).collect()
}

/// Every port of a Service, each once: what is opened with one of them is not what is opened with another.
fn port_names(service: Service<'_>) -> String {
    let names: BTreeSet<String> = service.ports().map(name_of).collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

/// `80/TCP`, for messages.
fn name_of(port: ServicePort<'_>) -> String {
    let number = port.number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
    format!("{number}/{}", port.protocol)
}
