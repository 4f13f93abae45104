//! External addresses of Services.

use std::net::IpAddr;

use super::{path, sides};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::{Need, ObjectChange};
use kube_manifest::Node;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("external-ip"),
    title: "A Service takes over an address",
    family: Family::Exposure,
    needs: &[Need::Referrers],
    partial: PartialDocuments::Judge,
    why: "A Service that lists an address in externalIPs receives the cluster's traffic to this address, no \
        matter who owns it (CVE-2020-8554).",
    docs: "\
## What it does

Reports every address that is new in `spec.externalIPs` of a Service, whatever its type. Traffic from inside
the cluster to such an address goes to this Service, even if the address belongs to a third party, so it can
be used to intercept connections.

## What is compared

The addresses of the new Service with those of the old one. An existing address is not reported; order and
spelling do not matter.

## Remediation

Use a load balancer or a gateway whose address the cloud assigns, or have the owner of the network
approve the address.

## Limits

Manifests do not write `status.loadBalancer`, so it is not judged. `externalName` is not an address.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some((old, new)) = sides(change) else { return };
    let stood = old.map(super::Service::external_addresses).unwrap_or_default();
    for address in new.external_addresses() {
        if !stood.iter().any(|known| same(known, address)) {
            findings.push(build_finding(change, address, context));
        }
    }
}

/// Two spellings of one address are the same; a text that is not an address equals only itself.
fn same(left: &Node, right: &Node) -> bool {
    let parse = |node: &Node| node.as_str().and_then(|text| text.parse::<IpAddr>().ok());
    match (parse(left), parse(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left == right,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn build_finding(change: &ObjectChange, address: &Node, context: &Context<'_>) -> Finding {
    let id = &change.subject().id;
    let text = address.spelling().unwrap_or("a value that is no address");
    let message = format!("{} takes over the address {text} in cluster {}", id.title(), id.cluster);
    let outside = format!("Traffic to {text}");
    Finding::about(META.id, change, message)
        .severity(Severity::High)
        .at_node(change, address)
        .label("new here")
        .help("remove the address, and use a load balancer or a gateway whose address the cloud assigns")
        .fact("address", text)
        .path(path::edges(&outside, change, context))
}
