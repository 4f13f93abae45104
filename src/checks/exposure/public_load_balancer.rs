//! Load balancers that face the internet.

use std::collections::BTreeSet;

use super::{
    Service, ServicePort, added_ports, certain, name_of, path, port_names, redirection, sides, type_back,
    unknown_type, was,
};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::{Need, ObjectChange};
use kube_manifest::Node;
use kube_model::{
    Cloud, Reach, ServiceType, TrafficOrigin, find_unread_annotation, lies_in, origin_of_range,
    way_to_internal,
};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("public-load-balancer"),
    title: "A Service becomes reachable from the internet",
    family: Family::Exposure,
    needs: &[Need::Referrers],
    partial: PartialDocuments::Judge,
    why: "A load balancer gets a public address by default. Anyone on the internet can then send requests to \
        the workload.",
    docs: "\
## What it does

Reports a Service of type `LoadBalancer` that becomes reachable from the internet: a new one, one that was of
another type, one whose internal annotation or class is removed or changed, one whose
`loadBalancerSourceRanges` are removed, widened, replaced by other ranges of the internet or overridden by an
annotation, and a port that is added to a public Service. A public Service whose `selector` or `targetPort`
changes exposes another workload, which is reported too. Which annotation makes a load balancer internal
depends on the cloud that the policy names for the cluster, and on `loadBalancerClass`, which selects another
controller than the cloud's. Annotations of other clouds are ignored.

If the result depends on something outside the repository, such as an installed controller or a security
group, the worse outcome counts, and the finding names this condition.

## What is compared

The reach of the new Service with that of the old one: none, internal, some ranges of the internet, the
internet. If both are ranges, each new range must lie within an old one. Only a wider reach, an additional
range or a new port is reported.

## Remediation

Use type `ClusterIP` behind an Ingress or a Gateway, or set the annotation for internal load balancers of your
cloud. If it must be public, restrict `loadBalancerSourceRanges`.

## Limits

If the policy names no cloud, a load balancer counts as public unless an annotation of any provider makes it
internal. Address pools and settings of the cloud account are not visible in manifests. Ranges as wide as a /8
(IPv6: /16) do not count as a restriction. A `selector` that only excludes workloads is not reported if these
workloads are in the repository.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let Some((old, new)) = sides(change) else { return };
    let cloud = context.target(&change.subject().id.cluster).map_or(Cloud::Unknown, |target| target.cloud);
    let reach = new.reach(cloud);
    let before = certain((old, new)).map_or(Reach::NoLoadBalancer, |old| old.reach(cloud));
    if reach < Reach::Ranges {
        return;
    }
    let site = Site { change, context, cloud, reach };
    if reach > before {
        let finding = opened(&site, (old, new), before);
        findings.push(match find_unread_annotation(new, cloud) {
            Some(word) => site.explained(finding, new).note("note", word),
            None => site.explained(finding, new),
        });
    } else if let Some(old) = old {
        let further = further_ranges((old, new), &site);
        if !further.is_empty() {
            findings.push(site.explained(widened(change, &further), new));
        }
        for port in added_ports(old, new) {
            findings.push(site.explained(added(change, port, reach), new));
        }
        for redirected in redirection::of(change, (old, new), context) {
            findings.push(site.explained(elsewhere(change, &redirected, reach), new));
        }
    }
}

/// A change of a Service that a load balancer exposes.
struct Site<'a> {
    change: &'a ObjectChange,
    context: &'a Context<'a>,
    cloud: Cloud,
    reach: Reach,
}

impl Site<'_> {
    /// Adds what to do, the way in, and what it depends on.
    fn explained(&self, finding: Finding, new: Service<'_>) -> Finding {
        let way = path::edges(outside(self.reach), self.change, self.context);
        let finding = finding.help(way_to_internal(new, self.cloud)).path(way);
        let finding = match unknown_type(new) {
            Some(unknown) => finding.note("unknown", unknown),
            None => finding,
        };
        match new.doubt(self.cloud) {
            Some(doubt) => finding.note("depends", format!("on {doubt}")),
            None => finding,
        }
    }
}

fn elsewhere(change: &ObjectChange, redirected: &redirection::Redirected<'_>, reach: Reach) -> Finding {
    let id = &change.subject().id;
    let message =
        format!("{} sends {} to {} in cluster {}", id.title(), from(reach), redirected.to, id.cluster);
    build_finding(change, message, reach)
        .at_node(change, redirected.node)
        .label(format!("was {}", redirected.was))
        .fact_formerly("target", redirected.target.clone(), redirected.to.clone())
}

fn opened(site: &Site<'_>, (old, new): (Option<Service<'_>>, Service<'_>), before: Reach) -> Finding {
    let Site { change, cloud, reach, .. } = *site;
    let id = &change.subject().id;
    let message = format!("{} becomes reachable from {} in cluster {}", id.title(), from(reach), id.cluster);
    build_finding(change, message, reach)
        .at_node(change, place(change, before))
        .label(label(old, before))
        .fact_formerly("reach", reach_name(reach), format!("{} {}", before_name(before), from(reach)))
        .added_fact("before", reach_name(before))
        .fact("ports", port_names(new))
        .fact("ranges", ranges(new, cloud, reach))
        .suggest(type_back(change, old))
}

/// The ranges of the internet that are in none of those of before.
fn further_ranges<'a>((old, new): (Service<'_>, Service<'a>), site: &Site<'_>) -> BTreeSet<&'a str> {
    match site.reach {
        Reach::Ranges => {
            let stood = old.source_ranges(site.cloud);
            let is_new = |range: &&str| {
                origin_of_range(range) > TrafficOrigin::Private
                    && !stood.iter().any(|outer| lies_in(range, outer))
            };
            new.source_ranges(site.cloud).into_iter().filter(is_new).map(str::trim).collect()
        }
        Reach::Public | Reach::Internal | Reach::NoLoadBalancer => BTreeSet::new(),
    }
}

fn widened(change: &ObjectChange, further: &BTreeSet<&str>) -> Finding {
    let id = &change.subject().id;
    let ranges = further.iter().copied().collect::<Vec<_>>().join(", ");
    let message = format!("{} becomes reachable from {ranges} in cluster {}", id.title(), id.cluster);
    build_finding(change, message, Reach::Ranges)
        .at_node(change, place(change, Reach::Ranges))
        .label("allows more than before")
        .fact("ranges", ranges)
}

fn added(change: &ObjectChange, port: ServicePort<'_>, reach: Reach) -> Finding {
    let id = &change.subject().id;
    let port_name = name_of(port);
    let message =
        format!("{} opens port {port_name} to {} in cluster {}", id.title(), from(reach), id.cluster);
    build_finding(change, message, reach)
        .at_node(change, port.node.get("port").unwrap_or(port.node))
        .label("new here")
        .fact("port", port_name)
}

fn build_finding(change: &ObjectChange, message: String, reach: Reach) -> Finding {
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

/// The word that fingerprints use; it never changes.
fn reach_name(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "public",
        Reach::Ranges => "ranges",
        Reach::Internal => "internal",
        Reach::NoLoadBalancer => "none",
    }
}

/// The ranges, if the Service is opened to them.
fn ranges(new: Service<'_>, cloud: Cloud, reach: Reach) -> String {
    match reach {
        Reach::Ranges => {
            let distinct: BTreeSet<&str> = new.source_ranges(cloud).into_iter().collect();
            distinct.into_iter().collect::<Vec<_>>().join(" ")
        }
        Reach::Public | Reach::Internal | Reach::NoLoadBalancer => String::new(),
    }
}

/// The network at the other end.
fn outside(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "The internet",
        Reach::Ranges => "Ranges of the internet",
        Reach::Internal => "The private network",
        Reach::NoLoadBalancer => "The cluster",
    }
}

/// The node that opens it: the source ranges if only they held it back, else the type.
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
