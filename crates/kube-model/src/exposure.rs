//! The reach of Services, in the words of every cloud.
//!
//! In: a core Service and the cloud of its cluster. Out: its [`Reach`], type and ports. Never:
//! compares two revisions.
//!
//! The annotations are those of the providers' own cloud controllers; each is quoted in their
//! documentation and in the Kubernetes documentation page "Service", section "Internal load
//! balancer".

use super::cluster::Cloud;
use super::doubt::ExposureDoubt;
use super::internal_balancer::{self, Scheme};
use super::source_ranges;
use kube_manifest::{Node, Object};

/// The clients that can reach a Service through a load balancer, from none to all.
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

/// The type of a Service (`spec.type`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceType {
    /// Reachable in the cluster only. The default.
    ClusterIp,
    /// Reachable on a port of every node.
    NodePort,
    /// Reachable through a load balancer.
    LoadBalancer,
    /// A name for a service outside the cluster.
    ExternalName,
    /// A word that the API server refuses.
    Other(Box<str>),
    /// A type that is not known, as written. It may be a load balancer or a port of nodes.
    Unknown(Box<str>),
}

/// A port of a Service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServicePort<'a> {
    /// `port`, if it is a number.
    pub number: Option<i64>,
    /// `protocol`, TCP if absent.
    pub protocol: &'a str,
    /// `targetPort`, or `port` if that is absent, zero or empty.
    pub target: Option<&'a Node>,
    /// The node of the port.
    pub node: &'a Node,
}

/// A Service of the core group.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a>(&'a Object);

impl<'a> Service<'a> {
    /// Returns the view of an object that is a Service. `None` for any other, such as Knative's.
    pub fn of(object: &'a Object) -> Option<Self> {
        (object.group().is_empty() && &*object.kind == "Service").then_some(Self(object))
    }

    /// Returns its type. The API server replaces an empty type with the default, like an absent one.
    pub fn service_type(self) -> ServiceType {
        let node = [&["spec", "type"][..], &["spec"][..]].into_iter().find_map(|keys| self.0.root.at(keys));
        if let Some(text) = node.filter(|node| node.is_unknown()).and_then(Node::spelling) {
            return ServiceType::Unknown(text.into());
        }
        match self.0.root.text_at(&["spec", "type"]).unwrap_or_default() {
            "" | "ClusterIP" => ServiceType::ClusterIp,
            "NodePort" => ServiceType::NodePort,
            "LoadBalancer" => ServiceType::LoadBalancer,
            "ExternalName" => ServiceType::ExternalName,
            other => ServiceType::Other(other.into()),
        }
    }

    /// Returns the clients that can reach it through a load balancer.
    pub fn reach(self, cloud: Cloud) -> Reach {
        self.reach_and_doubt(cloud).0
    }

    /// Returns the fact outside the repository that the reach depends on.
    pub fn doubt(self, cloud: Cloud) -> Option<ExposureDoubt> {
        self.reach_and_doubt(cloud).1
    }

    fn reach_and_doubt(self, cloud: Cloud) -> (Reach, Option<ExposureDoubt>) {
        match self.service_type() {
            ServiceType::LoadBalancer | ServiceType::Unknown(_) => {}
            ServiceType::ClusterIp
            | ServiceType::NodePort
            | ServiceType::ExternalName
            | ServiceType::Other(_) => return (Reach::NoLoadBalancer, None),
        }
        let facing = internal_balancer::decide_facing(self, cloud);
        match facing.scheme {
            Scheme::Internal => (Reach::Internal, facing.doubt),
            Scheme::Public => {
                let (reach, doubt) = source_ranges::judge_reach(self, cloud);
                (reach, facing.doubt.or(doubt))
            }
        }
    }

    /// Says whether the load balancer also opens a port on every node.
    pub fn allocates_node_ports(self) -> Allocation {
        let asked = self.0.at(&["spec", "allocateLoadBalancerNodePorts"]).and_then(Node::as_bool);
        if asked == Some(false) { Allocation::Skipped } else { Allocation::Done }
    }

    /// Returns the ports.
    pub fn ports(self) -> impl Iterator<Item = ServicePort<'a>> {
        let ports = self.0.at(&["spec", "ports"]).map(Node::items).unwrap_or_default();
        ports.iter().map(|node| ServicePort {
            number: node.get("port").and_then(Node::as_integer),
            protocol: node.text_at(&["protocol"]).unwrap_or("TCP"),
            target: target(node),
            node,
        })
    }

    /// Returns `spec.externalIPs`.
    pub fn external_addresses(self) -> &'a [Node] {
        let Some(addresses) = self.0.at(&["spec", "externalIPs"]) else { return &[] };
        if addresses.is_unknown() { std::slice::from_ref(addresses) } else { addresses.items() }
    }

    /// Returns the text of an annotation. A value that is not text is refused by the API server and does not count. An
    /// unknown value is returned as written, which matches no word.
    pub fn annotation(self, name: &str) -> Option<&'a str> {
        self.0.root.at(&["metadata", "annotations", name]).and_then(Node::spelling)
    }

    /// Returns true if the value of an annotation is unknown.
    pub(super) fn annotation_is_unknown(self, name: &str) -> bool {
        self.0.root.at(&["metadata", "annotations", name]).is_some_and(Node::is_unknown)
    }

    /// Returns the text of a field of `spec`, as written.
    pub fn spec_text(self, name: &str) -> Option<&'a str> {
        self.0.root.at(&["spec", name]).and_then(Node::spelling)
    }

    /// Returns the node of [`Self::source_ranges`].
    pub fn source_ranges_node(self) -> Option<&'a Node> {
        source_ranges::find_node(self)
    }

    /// Returns the ranges from which the load balancer accepts traffic, if they are written.
    pub fn source_ranges(self, cloud: Cloud) -> Vec<&'a str> {
        source_ranges::list_ranges(self, cloud)
    }

    /// Returns the object.
    pub(super) fn object(self) -> &'a Object {
        self.0
    }
}

/// Says whether a load balancer opens node ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// It opens them.
    Done,
    /// `allocateLoadBalancerNodePorts: false`.
    Skipped,
}

/// Returns the target port. `targetPort: 0` and `""` mean the port itself, as an absent one does.
fn target(port: &Node) -> Option<&Node> {
    let means_port = |node: &&Node| {
        node.is_null() || node.as_integer() == Some(0) || node.as_str().is_some_and(str::is_empty)
    };
    port.get("targetPort").filter(|node| !means_port(node)).or_else(|| port.get("port"))
}
