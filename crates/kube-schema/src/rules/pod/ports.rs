//! Ports of containers.

use std::collections::HashSet;

use super::{List, Pod};
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::is_port_name;

const NAME: Rule = Rule {
    help: "use lower-case letters, digits and single `-`, at most 15 characters, at least one letter",
    source: "validateContainerPorts in pkg/apis/core/validation",
};
const HOST: Rule = Rule {
    help: "use each port of the node only once, per protocol and address",
    source: "AccumulateUniqueHostPorts in pkg/apis/core/validation",
};
const NETWORK: Rule = Rule {
    help: "make hostPort equal to containerPort, or remove it",
    source: "validatePodHostNetworkDeps in pkg/apis/core/validation",
};

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    let on_node = pod.spec.flag("hostNetwork") == Some(true);
    let mut taken = HashSet::new();
    for container in pod.containers() {
        let mut names = HashSet::new();
        let mut own = HashSet::new();
        for port in container.place.items("ports") {
            judge_name(&port, &mut names, refusals);
            match container.list {
                List::Regular => judge_host_port(&port, &mut taken, refusals),
                List::Init | List::Ephemeral => judge_host_port(&port, &mut own, refusals),
            }
            if on_node && container.list == List::Regular {
                judge_same_port(&port, refusals);
            }
        }
    }
}

fn judge_name<'a>(port: &Place<'a>, seen: &mut HashSet<&'a str>, refusals: &mut Refusals) {
    let Some((text, place)) = port.text("name").zip(port.get("name")) else { return };
    if !is_port_name(text) {
        refusals.value(&place, "which is not a valid port name", NAME);
    } else if !seen.insert(text) {
        refusals.together(&place, "and another port of the container has the same name", NAME);
    }
}

/// A port of the node, as the scheduler sees it.
type HostPort<'a> = (&'a str, &'a str, i64);

fn judge_host_port<'a>(port: &Place<'a>, taken: &mut HashSet<HostPort<'a>>, refusals: &mut Refusals) {
    let Some(number) = port.integer("hostPort").filter(|number| *number != 0) else { return };
    let protocol = port.text("protocol").unwrap_or("TCP");
    let address = port.text("hostIP").unwrap_or_default();
    if let Some(place) = port.get("hostPort").filter(|_| !taken.insert((protocol, address, number))) {
        refusals.together(&place, "and another port of the Pod uses it too", HOST);
    }
}

fn judge_same_port(port: &Place<'_>, refusals: &mut Refusals) {
    let Some(inside) = port.integer("containerPort") else { return };
    let outside = port.integer("hostPort").unwrap_or(0);
    // The API server fills in a port that is left out, or 0.
    if let Some(place) = port.get("hostPort").filter(|_| outside != 0 && inside != outside) {
        refusals.together(&place, "and containerPort differs, which hostNetwork does not allow", NETWORK);
    }
}
