//! The annotations that make load balancers internal, as data.
//!
//! In: a Service of type LoadBalancer and the cloud. Out: its [`Facing`]. Never: reads one cloud's annotation as
//! another's. If a controller that cannot be seen decides, the worse outcome counts.

#[cfg(test)]
mod tests;

use super::address::{self, TrafficOrigin};
use super::balancer_class::{self, AnnotationReader};
use super::cluster::Cloud;
use super::doubt::ExposureDoubt;
use super::exposure::Service;

/// The side of the network that a load balancer faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// The private network.
    Internal,
    /// The internet.
    Public,
}

/// A scheme, and the fact outside the repository that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facing {
    pub(super) scheme: Scheme,
    pub(super) doubt: Option<ExposureDoubt>,
}

impl From<Scheme> for Facing {
    fn from(scheme: Scheme) -> Self {
        Self { scheme, doubt: None }
    }
}

/// An annotation that decides the scheme.
struct Marker {
    cloud: Cloud,
    annotation: &'static str,
    values: &'static [&'static str],
    scheme: Scheme,
}

const fn internal(cloud: Cloud, annotation: &'static str, values: &'static [&'static str]) -> Marker {
    Marker { cloud, annotation, values, scheme: Scheme::Internal }
}

const fn public(cloud: Cloud, annotation: &'static str, values: &'static [&'static str]) -> Marker {
    Marker { cloud, annotation, values, scheme: Scheme::Public }
}

const AWS_SCHEME: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const AWS_INTERNAL: &str = "service.beta.kubernetes.io/aws-load-balancer-internal";
const AWS_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";
const ALIBABA_ADDRESS: &str = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type";
const IBM_ADDRESS: &str = "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type";
const DIGITAL_OCEAN_NETWORK: &str = "service.beta.kubernetes.io/do-loadbalancer-network";
const OPEN_STACK_INTERNAL: &str = "service.beta.kubernetes.io/openstack-internal-load-balancer";
const ORACLE_TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
const ORACLE_INTERNAL: &str = "service.beta.kubernetes.io/oci-load-balancer-internal";
const ORACLE_NETWORK_INTERNAL: &str = "oci-network-load-balancer.oraclecloud.com/internal";
/// The words that Go's `strconv.ParseBool` reads as true.
const TRUE: &[&str] = &["1", "t", "T", "TRUE", "true", "True"];

/// The markers, with values as the provider's controller compares them.
static MARKERS: &[Marker] = &[
    internal(Cloud::Aws, AWS_INTERNAL, &["true", "0.0.0.0/0"]),
    public(Cloud::AwsLoadBalancerController, AWS_SCHEME, &["internet-facing"]),
    internal(Cloud::AwsLoadBalancerController, AWS_SCHEME, &["internal"]),
    internal(Cloud::Gke, "networking.gke.io/load-balancer-type", &["Internal", "internal"]),
    internal(Cloud::Gke, "cloud.google.com/load-balancer-type", &["Internal", "internal"]),
    internal(Cloud::Azure, "service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    internal(Cloud::OpenStack, OPEN_STACK_INTERNAL, &["true"]),
    internal(Cloud::Oracle, ORACLE_INTERNAL, TRUE),
    internal(Cloud::Oracle, ORACLE_NETWORK_INTERNAL, TRUE),
    public(Cloud::Alibaba, ALIBABA_ADDRESS, &["internet"]),
    internal(Cloud::Alibaba, ALIBABA_ADDRESS, &["intranet"]),
    public(Cloud::Ibm, IBM_ADDRESS, &["public"]),
    internal(Cloud::Ibm, IBM_ADDRESS, &["private"]),
    public(Cloud::DigitalOcean, DIGITAL_OCEAN_NETWORK, &["EXTERNAL"]),
    internal(Cloud::DigitalOcean, DIGITAL_OCEAN_NETWORK, &["INTERNAL"]),
    internal(Cloud::Hetzner, "load-balancer.hetzner.cloud/disable-public-network", &["true"]),
];

/// Annotations by which on-premises load balancers get their addresses.
const ADDRESS_ANNOTATIONS: &[&str] = &[
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    "io.cilium/lb-ipam-ips",
    "lbipam.cilium.io/ips",
];

/// Returns the side of the network that a Service's load balancer faces. A class decides which controller makes it.
pub(super) fn decide_facing(service: Service<'_>, cloud: Cloud) -> Facing {
    match balancer_class::find_reader(service) {
        None => facing_by_default(service, cloud),
        Some(AnnotationReader::Scheme(scheme)) => scheme.into(),
        Some(AnnotationReader::AwsLoadBalancerController) => scheme_of_controller(service).into(),
        Some(AnnotationReader::Alibaba) => marked(service, Cloud::Alibaba).into(),
        Some(AnnotationReader::Addresses) => scheme_of_addresses(service).into(),
        Some(AnnotationReader::Unknown) if cloud == Cloud::BareMetal => scheme_of_addresses(service).into(),
        Some(AnnotationReader::Unknown) => {
            Facing { scheme: Scheme::Public, doubt: Some(ExposureDoubt::Class) }
        }
    }
}

fn facing_by_default(service: Service<'_>, cloud: Cloud) -> Facing {
    match cloud {
        Cloud::Unknown => scheme_anywhere(service).into(),
        Cloud::Aws if is_for_controller(service) => scheme_of_controller(service).into(),
        Cloud::Aws => facing_on_aws(service),
        Cloud::AwsLoadBalancerController => facing_with_controller(service),
        Cloud::BareMetal => scheme_of_addresses(service).into(),
        Cloud::Oracle => scheme_on_oracle(service).into(),
        Cloud::Gke
        | Cloud::Azure
        | Cloud::OpenStack
        | Cloud::Alibaba
        | Cloud::Ibm
        | Cloud::DigitalOcean
        | Cloud::Hetzner => marked(service, cloud).into(),
    }
}

/// Decides for AWS. The cloud's own controller reads one annotation. The AWS Load Balancer Controller, which from 2.5
/// on takes over new Services if it is installed, prefers the scheme.
fn facing_on_aws(service: Service<'_>) -> Facing {
    let doubt = Some(ExposureDoubt::AwsController);
    match (marked(service, Cloud::Aws), service.annotation(AWS_SCHEME)) {
        (Scheme::Internal, None | Some("internal")) => Scheme::Internal.into(),
        (Scheme::Internal, Some(_)) | (Scheme::Public, Some("internal")) => {
            Facing { scheme: Scheme::Public, doubt }
        }
        (Scheme::Public, _) => Scheme::Public.into(),
    }
}

/// Decides with the AWS Load Balancer Controller installed. A Service of type `nlb` belongs to the cloud's controller
/// unless the other one's webhook has taken it over.
fn facing_with_controller(service: Service<'_>) -> Facing {
    let scheme = scheme_of_controller(service);
    let is_shared = service.annotation(AWS_TYPE) == Some("nlb");
    match (scheme, marked(service, Cloud::Aws)) {
        (Scheme::Internal, Scheme::Public) if is_shared => {
            Facing { scheme: Scheme::Public, doubt: Some(ExposureDoubt::AwsWebhook) }
        }
        (scheme, _) => scheme.into(),
    }
}

/// Decides for Oracle, whose controller (`isInternalLB`) reads the annotation of the balancer's own type only.
fn scheme_on_oracle(service: Service<'_>) -> Scheme {
    let own = if is_network_balancer(service) { ORACLE_NETWORK_INTERNAL } else { ORACLE_INTERNAL };
    let is_internal = service.annotation(own).is_some_and(|value| TRUE.contains(&value));
    if is_internal { Scheme::Internal } else { Scheme::Public }
}

fn is_network_balancer(service: Service<'_>) -> bool {
    service.annotation(ORACLE_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("nlb"))
}

/// Decides for an unknown cloud. Any provider's word for public outweighs any word for internal, and without any word
/// it is public. Of Oracle's two words only that of the balancer's type counts.
fn scheme_anywhere(service: Service<'_>) -> Scheme {
    let says = |wanted: Scheme| {
        MARKERS.iter().any(|marker| {
            let counts = marker.cloud != Cloud::Oracle || scheme_on_oracle(service) == marker.scheme;
            marker.scheme == wanted && counts && applies(marker, service)
        })
    };
    if !says(Scheme::Public) && says(Scheme::Internal) { Scheme::Internal } else { Scheme::Public }
}

fn marked(service: Service<'_>, cloud: Cloud) -> Scheme {
    let decisive = MARKERS.iter().find(|marker| marker.cloud == cloud && applies(marker, service));
    decisive.map_or(Scheme::Public, |marker| marker.scheme)
}

fn applies(marker: &Marker, service: Service<'_>) -> bool {
    service.annotation(marker.annotation).is_some_and(|value| marker.values.contains(&value))
}

/// Returns true for Services that name the AWS Load Balancer Controller, which takes them over.
fn is_for_controller(service: Service<'_>) -> bool {
    matches!(service.annotation(AWS_TYPE), Some("external" | "nlb-ip"))
}

/// Decides for the AWS Load Balancer Controller, internal by default. The scheme outweighs the deprecated annotation,
/// in which anything but `true` means public.
fn scheme_of_controller(service: Service<'_>) -> Scheme {
    match (service.annotation(AWS_SCHEME), service.annotation(AWS_INTERNAL)) {
        (Some("internal"), _) | (None, None | Some("true")) => Scheme::Internal,
        (Some(_), _) | (None, Some(_)) => Scheme::Public,
    }
}

/// Decides by addresses: private only if addresses are named and all are private. A pool is not in the manifest.
fn scheme_of_addresses(service: Service<'_>) -> Scheme {
    let annotated = ADDRESS_ANNOTATIONS.iter().filter_map(|name| service.annotation(name));
    let texts = annotated.chain(service.spec_text("loadBalancerIP"));
    let origins = texts.flat_map(|text| text.split(',')).map(address::origin_of_address);
    match origins.max() {
        Some(TrafficOrigin::Private) => Scheme::Internal,
        None | Some(TrafficOrigin::Internet | TrafficOrigin::Anywhere) => Scheme::Public,
    }
}

/// Describes an annotation that says internal to another controller than the one that reads this Service.
pub fn find_unread_annotation(service: Service<'_>, cloud: Cloud) -> Option<String> {
    let says = |marker: &&Marker| marker.scheme == Scheme::Internal && applies(marker, service);
    let marker = match cloud {
        Cloud::Unknown => return None,
        // The doubt covers these already.
        Cloud::Aws | Cloud::AwsLoadBalancerController => MARKERS.iter().find(|marker| {
            !matches!(marker.cloud, Cloud::Aws | Cloud::AwsLoadBalancerController) && says(marker)
        })?,
        Cloud::Oracle => MARKERS.iter().find(says)?,
        Cloud::Gke
        | Cloud::Azure
        | Cloud::OpenStack
        | Cloud::Alibaba
        | Cloud::Ibm
        | Cloud::DigitalOcean
        | Cloud::Hetzner
        | Cloud::BareMetal => MARKERS.iter().find(|marker| marker.cloud != cloud && says(marker))?,
    };
    Some(if marker.cloud == cloud {
        format!("{} applies to the other type of load balancer and is ignored here", marker.annotation)
    } else {
        format!("{} applies to another cloud's load balancers and is ignored here", marker.annotation)
    })
}

/// Tells an author how to make a load balancer internal in a cloud.
pub fn way_to_internal(service: Service<'_>, cloud: Cloud) -> String {
    let keep = "use type ClusterIP behind an Ingress or Gateway";
    let annotation = |name: &str, value: &str| format!("set the annotation {name}: \"{value}\", or {keep}");
    match cloud {
        Cloud::Unknown => format!(
            "{keep}, or set the cluster's cloud in the policy and use its annotation for internal load \
             balancers"
        ),
        Cloud::BareMetal => format!("set a private address in metallb.io/loadBalancerIPs, or {keep}"),
        Cloud::AwsLoadBalancerController => annotation(AWS_SCHEME, "internal"),
        Cloud::Oracle if is_network_balancer(service) => annotation(ORACLE_NETWORK_INTERNAL, "true"),
        Cloud::Aws
        | Cloud::Gke
        | Cloud::Azure
        | Cloud::OpenStack
        | Cloud::Oracle
        | Cloud::Alibaba
        | Cloud::Ibm
        | Cloud::DigitalOcean
        | Cloud::Hetzner => {
            let own = |marker: &&Marker| marker.cloud == cloud && marker.scheme == Scheme::Internal;
            let marker = MARKERS.iter().find(own);
            marker.map_or_else(
                || keep.to_owned(),
                |marker| annotation(marker.annotation, marker.values.first().copied().unwrap_or_default()),
            )
        }
    }
}
