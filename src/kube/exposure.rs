//! How far a Service can be reached, in the words of every cloud.
//!
//! In: a core Service and the cloud of its cluster. Out: its [`Reach`], type and ports. Never:
//! compares two revisions.
//!
//! The annotations are those of the providers' own cloud controllers; each is quoted in their
//! documentation and in the Kubernetes documentation page "Service", section "Internal load
//! balancer".

use super::address::{self, Origin};
use super::cluster::Cloud;
use super::internal_balancer::{self, Scheme};
use crate::manifest::{Node, Object};

/// Who can reach a Service through a load balancer, from nobody to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It has no load balancer.
    NoLoadBalancer,
    /// Machines of the private network.
    Internal,
    /// The named address ranges of the internet.
    Ranges,
    /// The internet.
    Public,
}

/// The annotation that `spec.loadBalancerSourceRanges` replaced.
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// `spec.type` of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceType {
    /// Reachable in the cluster only; what an absent type means.
    ClusterIp,
    /// Reachable on a port of every node.
    NodePort,
    /// Reachable through a load balancer.
    LoadBalancer,
    /// A name for something elsewhere.
    ExternalName,
    /// A word that the API server refuses.
    Other(Box<str>),
}

/// A port of a Service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServicePort<'a> {
    /// `port`, where it is a number.
    pub number: Option<i64>,
    /// `protocol`, TCP where absent.
    pub protocol: &'a str,
    /// Where it stands.
    pub node: &'a Node,
}

/// A Service of the core group.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a>(&'a Object);

impl<'a> Service<'a> {
    /// The view of an object that is a Service; `None` for any other, such as Knative's.
    pub fn of(object: &'a Object) -> Option<Self> {
        (object.group().is_empty() && &*object.kind == "Service").then_some(Self(object))
    }

    /// What it is. An empty type is defaulted by the API server like an absent one.
    pub fn service_type(self) -> ServiceType {
        match self.0.root.text_at(&["spec", "type"]).unwrap_or_default() {
            "" | "ClusterIP" => ServiceType::ClusterIp,
            "NodePort" => ServiceType::NodePort,
            "LoadBalancer" => ServiceType::LoadBalancer,
            "ExternalName" => ServiceType::ExternalName,
            other => ServiceType::Other(other.into()),
        }
    }

    /// Who can reach it through a load balancer.
    pub fn reach(self, cloud: Cloud) -> Reach {
        if self.service_type() != ServiceType::LoadBalancer {
            return Reach::NoLoadBalancer;
        }
        match internal_balancer::scheme(self, cloud) {
            Scheme::Internal => Reach::Internal,
            Scheme::Public => self.reach_of_sources(),
        }
    }

    /// True where the load balancer also opens a port on every node.
    pub fn allocates_node_ports(self) -> Allocation {
        let asked = self.0.at(&["spec", "allocateLoadBalancerNodePorts"]).and_then(Node::as_bool);
        if asked == Some(false) { Allocation::Skipped } else { Allocation::Done }
    }

    /// The ports.
    pub fn ports(self) -> impl Iterator<Item = ServicePort<'a>> {
        let ports = self.0.at(&["spec", "ports"]).map(Node::items).unwrap_or_default();
        ports.iter().map(|node| ServicePort {
            number: node.get("port").and_then(Node::as_integer),
            protocol: node.text_at(&["protocol"]).unwrap_or("TCP"),
            node,
        })
    }

    /// `spec.externalIPs`.
    pub fn external_addresses(self) -> &'a [Node] {
        self.0.at(&["spec", "externalIPs"]).map(Node::items).unwrap_or_default()
    }

    /// The text of an annotation; a value that is not text is refused by the API server and says
    /// nothing here.
    pub fn annotation(self, name: &str) -> Option<&'a str> {
        self.0.root.text_at(&["metadata", "annotations", name])
    }

    /// The text of a field of `spec`.
    pub fn spec_text(self, name: &str) -> Option<&'a str> {
        self.0.root.text_at(&["spec", name])
    }

    fn reach_of_sources(self) -> Reach {
        let ranges = self.source_ranges();
        let origins = ranges.iter().map(|range| address::origin_of_range(range));
        match origins.max() {
            None | Some(Origin::Anywhere) => Reach::Public,
            Some(Origin::Internet) => Reach::Ranges,
            Some(Origin::Private) => Reach::Internal,
        }
    }

    /// Where [`Self::source_ranges`] stand.
    pub fn source_ranges_node(self) -> Option<&'a Node> {
        let field = self.0.at(&["spec", "loadBalancerSourceRanges"]);
        let annotation = self.0.root.at(&["metadata", "annotations", SOURCE_RANGES]);
        field.filter(|field| !field.items().is_empty()).or(annotation).or(field)
    }

    /// The field, or where it is empty the annotation that it replaced
    /// (`GetLoadBalancerSourceRanges` of `cloud-provider/service/helpers`). An item that is not
    /// text stands for anything.
    pub fn source_ranges(self) -> Vec<&'a str> {
        let field = self.0.at(&["spec", "loadBalancerSourceRanges"]).map(Node::items).unwrap_or_default();
        if !field.is_empty() {
            return field.iter().map(|item| item.as_str().unwrap_or_default()).collect();
        }
        let annotation = self.annotation(SOURCE_RANGES).map(str::trim).unwrap_or_default();
        if annotation.is_empty() { Vec::new() } else { annotation.split(',').collect() }
    }
}

/// Whether a load balancer opens node ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// It does.
    Done,
    /// `allocateLoadBalancerNodePorts: false`.
    Skipped,
}
