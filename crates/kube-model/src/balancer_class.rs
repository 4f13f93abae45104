//! The controller of a load balancer, by `loadBalancerClass`.
//!
//! In: a Service. Out: the controller that its class names. Never: a guess about a class that is not listed.
//!
//! "If a Service specifies a loadBalancerClass, any default load balancer implementation ignores it" (Kubernetes
//! documentation, "Service").

use super::exposure::Service;
use super::internal_balancer::Scheme;

/// The controller of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A controller whose class fixes the scheme.
    Scheme(Scheme),
    /// The AWS Load Balancer Controller, or that of EKS Auto Mode, which reads the same annotations.
    AwsLoadBalancerController,
    /// Alibaba's controller.
    Alibaba,
    /// A controller that lets the address decide.
    Addresses,
    /// An unknown controller.
    Unknown,
}

const CLASSES: &[(&str, Reader)] = &[
    ("service.k8s.aws/nlb", Reader::AwsLoadBalancerController),
    ("eks.amazonaws.com/nlb", Reader::AwsLoadBalancerController),
    ("networking.gke.io/l4-regional-internal", Reader::Scheme(Scheme::Internal)),
    ("networking.gke.io/l4-regional-internal-legacy", Reader::Scheme(Scheme::Internal)),
    ("networking.gke.io/l4-regional-external", Reader::Scheme(Scheme::Public)),
    ("networking.gke.io/l4-regional-external-legacy", Reader::Scheme(Scheme::Public)),
    ("alibabacloud.com/nlb", Reader::Alibaba),
    ("alibabacloud.com/clb", Reader::Alibaba),
    // Only machines of the tailnet reach it.
    ("tailscale", Reader::Scheme(Scheme::Internal)),
    ("metallb.io/metallb", Reader::Addresses),
    ("metallb.universe.tf/metallb", Reader::Addresses),
    ("kube-vip.io/kube-vip-class", Reader::Addresses),
    ("io.cilium/bgp-control-plane", Reader::Addresses),
    ("io.cilium/l2-announcer", Reader::Addresses),
    ("purelb.io/purelb", Reader::Addresses),
    ("loxilb.io/loxilb", Reader::Addresses),
];

/// Returns the controller that a Service names, or `None` if it names none.
pub(super) fn reader(service: Service<'_>) -> Option<Reader> {
    let class = service.spec_text("loadBalancerClass").filter(|class| !class.is_empty())?;
    let known = CLASSES.iter().find(|(name, _)| *name == class);
    Some(known.map_or(Reader::Unknown, |(_, reader)| *reader))
}
