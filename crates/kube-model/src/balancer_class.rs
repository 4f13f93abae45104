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
pub(super) enum AnnotationReader {
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

const CLASSES: &[(&str, AnnotationReader)] = &[
    ("service.k8s.aws/nlb", AnnotationReader::AwsLoadBalancerController),
    ("eks.amazonaws.com/nlb", AnnotationReader::AwsLoadBalancerController),
    ("networking.gke.io/l4-regional-internal", AnnotationReader::Scheme(Scheme::Internal)),
    ("networking.gke.io/l4-regional-internal-legacy", AnnotationReader::Scheme(Scheme::Internal)),
    ("networking.gke.io/l4-regional-external", AnnotationReader::Scheme(Scheme::Public)),
    ("networking.gke.io/l4-regional-external-legacy", AnnotationReader::Scheme(Scheme::Public)),
    ("alibabacloud.com/nlb", AnnotationReader::Alibaba),
    ("alibabacloud.com/clb", AnnotationReader::Alibaba),
    // Only machines of the tailnet reach it.
    ("tailscale", AnnotationReader::Scheme(Scheme::Internal)),
    ("metallb.io/metallb", AnnotationReader::Addresses),
    ("metallb.universe.tf/metallb", AnnotationReader::Addresses),
    ("kube-vip.io/kube-vip-class", AnnotationReader::Addresses),
    ("io.cilium/bgp-control-plane", AnnotationReader::Addresses),
    ("io.cilium/l2-announcer", AnnotationReader::Addresses),
    ("purelb.io/purelb", AnnotationReader::Addresses),
    ("loxilb.io/loxilb", AnnotationReader::Addresses),
];

/// Returns the controller that a Service names, or `None` if it names none.
pub(super) fn find_reader(service: Service<'_>) -> Option<AnnotationReader> {
    let class = service.spec_text("loadBalancerClass").filter(|class| !class.is_empty())?;
    let known = CLASSES.iter().find(|(name, _)| *name == class);
    Some(known.map_or(AnnotationReader::Unknown, |(_, reader)| *reader))
}
