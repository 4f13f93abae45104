//! Ports on every node.

use super::{
    Service, ServicePort, ServiceType, added_ports, certain, name_of, path, port_names, redirection, sides,
    type_back, unknown_type, was,
};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::{Need, ObjectChange};
use kube_model::{Allocation, Cloud, Reach};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("node-port"),
    title: "A Service opens a port on every node",
    family: Family::Exposure,
    needs: &[Need::Referrers],
    partial: PartialDocuments::Judge,
    why: "Anyone who can reach a node of the cluster can reach the Service and bypass every load balancer \
        and its rules.",
    docs: "\
## What it does

Reports a Service that becomes type `NodePort`, a port that is added to such a Service, and a changed
`selector` or `targetPort` that sends the ports to another workload. An internal load balancer that also opens
node ports has low severity: clients that can reach a node can reach the Service too.

## What is compared

Type and ports of the new Service with those of the old one. A Service that was a load balancer
already had its node ports, unless it said `allocateLoadBalancerNodePorts: false`.

## Remediation

Use type `ClusterIP` behind an Ingress or a Gateway.

## Limits

The node ports of a public load balancer are not reported here, because `public-load-balancer` judges it. This
check does not examine `hostPort` and `hostNetwork` of Pods.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some((old, new)) = sides(change) else { return };
    let way = || path::edges("Anyone who reaches a node", change, context);
    let before = certain((old, new)).filter(|old| has_node_ports(*old));
    match new.service_type() {
        // One that may be a load balancer as well is public, which `public-load-balancer` says.
        ServiceType::NodePort | ServiceType::Unknown(_) => {}
        ServiceType::LoadBalancer => {
            let is_new = before.is_none() && has_node_ports(new);
            if is_new && reach(change, new, context) == Reach::Internal {
                findings.push(beside(change, old, new).path(way()));
            }
            return;
        }
        ServiceType::ClusterIp | ServiceType::ExternalName | ServiceType::Other(_) => return,
    }
    match before {
        None => findings.push(opened(change, old, new).path(way())),
        Some(old) => {
            for port in added_ports(old, new) {
                findings.push(added(change, port).path(way()));
            }
            for redirected in redirection::of(change, (old, new), context) {
                findings.push(elsewhere(change, &redirected).path(way()));
            }
        }
    }
}

fn reach(change: &ObjectChange, service: Service<'_>, context: &Context<'_>) -> Reach {
    let target = context.target(&change.subject().id.cluster);
    service.reach(target.map_or(Cloud::Unknown, |target| target.cloud))
}

/// The node ports of an internal load balancer.
fn beside(change: &ObjectChange, old: Option<Service<'_>>, new: Service<'_>) -> Finding {
    let id = &change.subject().id;
    let message = format!(
        "{} opens a port on every node of cluster {} beside its internal load balancer",
        id.title(),
        id.cluster
    );
    let root = &change.subject().object.root;
    Finding::about(META.id, change, message)
        .severity(Severity::Low)
        .at_node(change, root.at(&["spec", "type"]).unwrap_or(root))
        .label(was(old))
        .help("set allocateLoadBalancerNodePorts: false if the load balancer reaches Pods without node ports")
        .fact("type", "LoadBalancer")
        .fact("ports", port_names(new))
}

fn elsewhere(change: &ObjectChange, redirected: &redirection::Redirected<'_>) -> Finding {
    let id = &change.subject().id;
    let message = format!(
        "{} sends its ports on every node of cluster {} to {}",
        id.title(),
        id.cluster,
        redirected.to
    );
    build_finding(change, message)
        .at_node(change, redirected.node)
        .label(format!("was {}", redirected.was))
        .fact_formerly("target", redirected.target.clone(), redirected.to.clone())
}

fn has_node_ports(service: Service<'_>) -> bool {
    match service.service_type() {
        ServiceType::NodePort | ServiceType::Unknown(_) => true,
        ServiceType::LoadBalancer => service.allocates_node_ports() == Allocation::Done,
        ServiceType::ClusterIp | ServiceType::ExternalName | ServiceType::Other(_) => false,
    }
}

fn opened(change: &ObjectChange, old: Option<Service<'_>>, new: Service<'_>) -> Finding {
    let id = &change.subject().id;
    let message = format!("{} opens a port on every node of cluster {}", id.title(), id.cluster);
    let root = &change.subject().object.root;
    let finding = build_finding(change, message)
        .at_node(change, root.at(&["spec", "type"]).unwrap_or(root))
        .label(was(old))
        .fact("type", "NodePort")
        .fact("ports", port_names(new))
        .suggest(type_back(change, old));
    match unknown_type(new) {
        Some(unknown) => finding.note("unknown", unknown),
        None => finding,
    }
}

fn added(change: &ObjectChange, port: ServicePort<'_>) -> Finding {
    let id = &change.subject().id;
    let port_name = name_of(port);
    let message =
        format!("{} opens another port on every node of cluster {}: {port_name}", id.title(), id.cluster);
    build_finding(change, message)
        .at_node(change, port.node.get("port").unwrap_or(port.node))
        .label("new here")
        .fact("port", port_name)
}

fn build_finding(change: &ObjectChange, message: String) -> Finding {
    let help = "use type ClusterIP behind an Ingress or Gateway";
    Finding::about(META.id, change, message).severity(Severity::Medium).help(help)
}
