//! Services.

use std::collections::HashSet;

use super::address::{self, Range};
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::{is_label, is_port_name, is_qualified_name, is_subdomain};

const PORTS: Rule = Rule {
    help: "add the ports, or make the Service headless with `clusterIP: None`",
    source: "ValidateService in pkg/apis/core/validation",
};
const PORT: Rule = Rule {
    help: "give every port a unique name and number (per protocol)",
    source: "validateServicePort in pkg/apis/core/validation",
};
const TARGET: Rule = Rule {
    help: "name a port from 1 to 65535, or the name of a port of the container (at most 15 characters)",
    source: "ValidatePortNumOrName in pkg/apis/core/validation",
};
const NODE_PORT: Rule = Rule {
    help: "remove the node port, or use the type NodePort or LoadBalancer",
    source: "ValidateService in pkg/apis/core/validation",
};
const BALANCER: Rule = Rule {
    help: "remove the field, or use the type LoadBalancer",
    source: "ValidateService in pkg/apis/core/validation",
};
const HEADLESS: Rule = Rule {
    help: "remove `clusterIP: None`, or use the type ClusterIP",
    source: "ValidateService in pkg/apis/core/validation",
};
const EXTERNAL_NAME: Rule = Rule {
    help: "name the host that the Service refers to, and leave out cluster IPs",
    source: "ValidateService in pkg/apis/core/validation",
};
const TRAFFIC: Rule = Rule {
    help: "remove the field, or use the type NodePort or LoadBalancer",
    source: "validateServiceExternalTrafficPolicy in pkg/apis/core/validation",
};
const CLUSTER_IP: Rule = Rule {
    help: "let the cluster choose the address, or write `None` or an IP address of the cluster",
    source: "ValidateServiceClusterIPsRelatedFields in pkg/apis/core/validation",
};
const ADDRESS: Rule = Rule {
    help: "write a usable IP address, such as 203.0.113.7",
    source: "ValidateNonSpecialIP in pkg/apis/core/validation",
};
const SOURCES: Rule = Rule {
    help: "write ranges such as 203.0.113.0/24",
    source: "ValidateService in pkg/apis/core/validation",
};

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is("", "Service") {
        return;
    }
    let spec = subject.root.field("spec");
    let kind = spec.text("type").unwrap_or("ClusterIP");
    let headless = is_headless(&spec);
    if !spec.holds("ports") && !headless && kind != "ExternalName" {
        refusals.lacks(&spec, "ports", PORTS);
    }
    if headless && matches!(kind, "NodePort" | "LoadBalancer") {
        refusals.whole(&spec, &format!("has no cluster IP, which the type {kind} needs"), HEADLESS);
    }
    judge_ports(&spec, kind, refusals);
    judge_names(&spec, kind, refusals);
    judge_balancer(&spec, kind, refusals);
    judge_traffic(&spec, kind, refusals);
    for address in spec.items("externalIPs") {
        judge_address(&address, refusals);
    }
    judge_cluster_addresses(&spec, kind, refusals);
}

/// Judges the addresses. The API server fills in `clusterIPs` from `clusterIP` if only that is given.
fn judge_cluster_addresses(spec: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    if kind == "ExternalName" {
        return;
    }
    let all = spec.items("clusterIPs");
    let first = spec.text("clusterIP").zip(spec.get("clusterIP"));
    for place in all.iter().chain(first.iter().map(|(_, place)| place).filter(|_| all.is_empty())) {
        let none = place.string() == Some("None");
        if place.string().is_some_and(|text| !none && address::parse(text).is_none()) {
            refusals.value(place, "which is not an IP address", CLUSTER_IP);
        } else if none && all.len() > 1 {
            refusals.together(place, "and is used beside addresses", CLUSTER_IP);
        }
    }
    let leading = all.first().and_then(Place::string);
    if let Some(place) = spec.get("clusterIPs").filter(|_| leading.is_some()) {
        let named = spec.text("clusterIP");
        if leading != named {
            refusals.whole(&place, "does not begin with the address of clusterIP", CLUSTER_IP);
        } else if all.len() > 2 {
            refusals.whole(&place, "names more than two addresses", CLUSTER_IP);
        }
    }
}

fn is_headless(spec: &Place<'_>) -> bool {
    let first = spec.items("clusterIPs").first().and_then(|address| address.node.as_str());
    spec.text("clusterIP") == Some("None") || first == Some("None")
}

fn judge_ports(spec: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    let ports = spec.items("ports");
    let (mut names, mut numbers, mut on_nodes) = (HashSet::new(), HashSet::new(), HashSet::new());
    for port in &ports {
        match port.text("name").zip(port.get("name")) {
            None if ports.len() > 1 => {
                refusals.whole(port, "lacks a `name`, which is required if there are several ports", PORT);
            }
            Some((text, place)) if !is_label(text) => {
                refusals.value(&place, "which is not a valid port name", PORT);
            }
            Some((text, place)) if !names.insert(text) => {
                refusals.together(&place, "and another port has the same name", PORT);
            }
            None | Some(_) => {}
        }
        let protocol = port.text("protocol").unwrap_or("TCP");
        if let Some(number) = port.get("port").filter(|_| !numbers.insert((protocol, port.integer("port")))) {
            refusals.together(&number, "and another port of the protocol has the same number", PORT);
        }
        if let Some(place) = port.get("nodePort").filter(|_| port.integer("nodePort") != Some(0)) {
            if kind == "ClusterIP" {
                refusals.together(&place, "but the type is ClusterIP", NODE_PORT);
            } else if !on_nodes.insert((protocol, port.integer("nodePort"))) {
                refusals.together(&place, "and another port has the same", PORT);
            }
        }
        judge_port_texts(port, refusals);
    }
}

fn judge_port_texts(port: &Place<'_>, refusals: &mut Refusals) {
    // 0 means the same as the port itself.
    let number = port.integer("targetPort").filter(|number| !(0..=65_535).contains(number));
    if let Some(target) = port.get("targetPort").filter(|_| number.is_some()) {
        let bounds = Rule { help: "choose a number within the bounds", source: TARGET.source };
        refusals.value(&target, "which is not between 1 and 65535", bounds);
    }
    if let Some(target) = port
        .get("targetPort")
        .filter(|place| place.node.as_str().is_some_and(|text| !text.is_empty() && !is_port_name(text)))
    {
        refusals.value(&target, "which is not a valid container port name", TARGET);
    }
    if let Some((text, place)) = port.text("appProtocol").zip(port.get("appProtocol"))
        && !is_qualified_name(text)
    {
        refusals.value(&place, "which is not a valid protocol name", PORT);
    }
}

fn judge_names(spec: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    if kind != "ExternalName" {
        return;
    }
    let name = spec.text("externalName").map(|name| name.strip_suffix('.').unwrap_or(name));
    match name.zip(spec.get("externalName")) {
        None => {
            refusals.whole(spec, "lacks `externalName`, which the type ExternalName needs", EXTERNAL_NAME);
        }
        Some((text, place)) if !is_subdomain(text) => {
            refusals.value(&place, "which is not a host name", EXTERNAL_NAME);
        }
        Some(_) => {}
    }
    for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let Some(place) = spec.get(key).filter(|_| spec.holds(key)) {
            refusals.whole(&place, "is not allowed with the type ExternalName", EXTERNAL_NAME);
        }
    }
}

fn judge_balancer(spec: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    if kind != "LoadBalancer" {
        for key in ["loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"] {
            if let Some(place) = spec.get(key).filter(|_| spec.holds(key)) {
                refusals.whole(&place, "is allowed only with the type LoadBalancer", BALANCER);
            }
        }
    }
    for range in spec.items("loadBalancerSourceRanges") {
        if range.node.as_str().is_some_and(|text| Range::parse(text.trim()).is_none()) {
            refusals.value(&range, "which is not a range of IP addresses", SOURCES);
        }
    }
}

/// Judges the traffic policy. From the outside a Service is reached through nodes, load balancers and external
/// addresses.
fn judge_traffic(spec: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    let outside =
        matches!(kind, "NodePort" | "LoadBalancer") || kind == "ClusterIP" && spec.holds("externalIPs");
    if let Some(policy) = spec.get("externalTrafficPolicy").filter(|_| !outside)
        && spec.holds("externalTrafficPolicy")
    {
        refusals.together(&policy, "but the Service is not reachable from outside", TRAFFIC);
    }
    let local = spec.text("externalTrafficPolicy") == Some("Local");
    let checked = kind == "LoadBalancer" && local;
    if let Some(port) = spec.get("healthCheckNodePort").filter(|place| place.node.as_integer() != Some(0))
        && !checked
    {
        let complaint = "but only a LoadBalancer with externalTrafficPolicy Local has one";
        refusals.together(&port, complaint, TRAFFIC);
    }
}

fn judge_address(place: &Place<'_>, refusals: &mut Refusals) {
    let Some(text) = place.node.as_str() else { return };
    match address::parse(text) {
        None => refusals.value(place, "which is not an IP address", ADDRESS),
        Some(parsed) => {
            if let Some(complaint) = address::describe_special(parsed) {
                refusals.value(place, complaint, ADDRESS);
            }
        }
    }
}
