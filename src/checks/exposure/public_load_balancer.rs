//! Load balancers that face the internet.

use std::collections::BTreeSet;

use super::{Service, ServicePort, added_ports, name_of, path, port_names, sides, type_back, was};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Severity};
use crate::kube::{
    Cloud, Origin, Reach, ServiceType, foreign_word, lies_in, origin_of_range, way_to_internal,
};
use crate::manifest::Node;
use crate::world::ObjectChange;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "public-load-balancer",
    title: "A Service becomes reachable from the internet",
    family: Family::Exposure,
    why: "A load balancer gets a public address unless it is told otherwise, and everybody on the internet can then talk to the workload.",
    docs: "\
## What it does

Reports a Service of type `LoadBalancer` that becomes reachable from the internet: a new one, one that
was of another type, one whose internal annotation or class is removed or changed, one whose
`loadBalancerSourceRanges` are removed, widened or replaced by others of the internet, and a port that is
added to a public one. Which annotation makes it internal depends on the cloud that the policy names for the
cluster; another cloud's annotation counts for nothing.

## What is compared

The reach of the new Service with that of the old one: none, internal, some ranges of the internet,
the internet; and where both are ranges, whether each new one lies in an old one. Only a step upwards, a
further range or a new port is reported.

## Remediation

Use type `ClusterIP` behind an Ingress or a Gateway, or set the annotation for internal load balancers
of your cloud. Where it has to be public, restrict `loadBalancerSourceRanges`.

## Limits

Without a named cloud a load balancer counts as public unless it says internal in any provider's
words. Address pools and settings of the cloud account are not visible in manifests. Ranges as wide as
a /8 (IPv6: /16) are no restriction. A changed `selector` of a public Service is not judged.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some((old, new)) = sides(change) else { return };
    let cloud = context.target(&change.subject().id.cluster).map_or(Cloud::Unknown, |target| target.cloud);
    let reach = new.reach(cloud);
    let before = old.map_or(Reach::NoLoadBalancer, |old| old.reach(cloud));
    if reach < Reach::Ranges {
        return;
    }
    let way = || path::edges(outside(reach), change, context);
    if reach > before {
        let finding = opened(change, (old, new), (before, reach)).help(way_to_internal(cloud)).path(way());
        findings.push(match foreign_word(new, cloud) {
            Some(annotation) => finding.note(
                "note",
                format!("{annotation} speaks to another cloud's load balancers and counts for nothing here"),
            ),
            None => finding,
        });
    } else if let Some(old) = old {
        let further = further_ranges((old, new), reach);
        if !further.is_empty() {
            findings.push(widened(change, &further).help(way_to_internal(cloud)).path(way()));
        }
        for port in added_ports(old, new) {
            findings.push(added(change, port, reach).help(way_to_internal(cloud)).path(way()));
        }
    }
}

fn opened(
    change: &ObjectChange,
    (old, new): (Option<Service<'_>>, Service<'_>),
    (before, reach): (Reach, Reach),
) -> Finding {
    let id = &change.subject().id;
    let message = format!("{} becomes reachable from {} in cluster {}", id.title(), from(reach), id.cluster);
    finding(change, message, reach)
        .at_node(change, place(change, before))
        .label(label(old, before))
        .offending(format!("{} {}", before_name(before), from(reach)))
        .offending(port_names(new))
        .offending(ranges(new, reach))
        .suggest(type_back(change, old))
}

/// The ranges of the internet that are in none of those of before.
fn further_ranges<'a>((old, new): (Service<'_>, Service<'a>), reach: Reach) -> BTreeSet<&'a str> {
    match reach {
        Reach::Ranges => {
            let stood = old.source_ranges();
            let is_new = |range: &&str| {
                origin_of_range(range) > Origin::Private && !stood.iter().any(|outer| lies_in(range, outer))
            };
            new.source_ranges().into_iter().filter(is_new).map(str::trim).collect()
        }
        Reach::Public | Reach::Internal | Reach::NoLoadBalancer => BTreeSet::new(),
    }
}

fn widened(change: &ObjectChange, further: &BTreeSet<&str>) -> Finding {
    let id = &change.subject().id;
    let ranges = further.iter().copied().collect::<Vec<_>>().join(", ");
    let message = format!("{} becomes reachable from {ranges} in cluster {}", id.title(), id.cluster);
    finding(change, message, Reach::Ranges)
        .at_node(change, place(change, Reach::Ranges))
        .label("lets in more than before")
        .offending(ranges)
}

fn added(change: &ObjectChange, port: ServicePort<'_>, reach: Reach) -> Finding {
    let id = &change.subject().id;
    let port_name = name_of(port);
    let message =
        format!("{} opens port {port_name} to {} in cluster {}", id.title(), from(reach), id.cluster);
    finding(change, message, reach)
        .at_node(change, port.node.get("port").unwrap_or(port.node))
        .label("new here")
        .offending(port_name)
}

fn finding(change: &ObjectChange, message: String, reach: Reach) -> Finding {
    let severity = if reach == Reach::Public { Severity::High } else { Severity::Medium };
    Finding::about(META.id, change, message).severity(severity)
}

fn from(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "the internet",
        Reach::Ranges => "ranges of the internet",
        Reach::Internal => "the private network",
        Reach::NoLoadBalancer => "the cluster",
    }
}

/// The ranges, where they are what is opened to.
fn ranges(new: Service<'_>, reach: Reach) -> String {
    match reach {
        Reach::Ranges => {
            new.source_ranges().into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
        }
        Reach::Public | Reach::Internal | Reach::NoLoadBalancer => String::new(),
    }
}

/// Who is at the other end.
fn outside(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "The internet",
        Reach::Ranges => "Ranges of the internet",
        Reach::Internal => "The private network",
        Reach::NoLoadBalancer => "The cluster",
    }
}

/// The node that opens it: the source ranges where they were what held it back, else the type.
fn place(change: &ObjectChange, before: Reach) -> &Node {
    let root = &change.subject().object.root;
    let ranges = Service::of(&change.subject().object).and_then(Service::source_ranges_node);
    let ranges = ranges.filter(|_| before == Reach::Ranges);
    ranges.or_else(|| root.at(&["spec", "type"])).unwrap_or(root)
}

fn label(old: Option<Service<'_>>, before: Reach) -> String {
    let is_load_balancer = old.is_some_and(|old| old.service_type() == ServiceType::LoadBalancer);
    if is_load_balancer { format!("was {}", before_name(before)) } else { was(old) }
}

fn before_name(before: Reach) -> &'static str {
    match before {
        Reach::NoLoadBalancer => "no load balancer",
        Reach::Internal => "internal",
        Reach::Ranges => "restricted to source ranges",
        Reach::Public => "public",
    }
}
