//! Which load balancers are internal, as data.
//!
//! In: a Service of type LoadBalancer and the cloud. Out: its [`Scheme`]. Never: takes one cloud's
//! annotation for another's word.

use super::address::{self, Origin};
use super::cluster::Cloud;
use super::exposure::Service;

/// Which side of the network a load balancer faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// The private network.
    Internal,
    /// The internet.
    Public,
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

/// The table, values as the provider's controller compares them.
static MARKERS: &[Marker] = &[
    internal(Cloud::Aws, AWS_INTERNAL, &["true", "0.0.0.0/0"]),
    public(Cloud::AwsLoadBalancerController, AWS_SCHEME, &["internet-facing"]),
    internal(Cloud::AwsLoadBalancerController, AWS_SCHEME, &["internal"]),
    internal(Cloud::Gke, "networking.gke.io/load-balancer-type", &["Internal", "internal"]),
    internal(Cloud::Gke, "cloud.google.com/load-balancer-type", &["Internal", "internal"]),
    internal(Cloud::Azure, "service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    internal(Cloud::OpenStack, OPEN_STACK_INTERNAL, &["true"]),
    internal(Cloud::Oracle, "service.beta.kubernetes.io/oci-load-balancer-internal", &["true"]),
    internal(Cloud::Oracle, "oci-network-load-balancer.oraclecloud.com/internal", &["true"]),
    public(Cloud::Alibaba, ALIBABA_ADDRESS, &["internet"]),
    internal(Cloud::Alibaba, ALIBABA_ADDRESS, &["intranet"]),
    public(Cloud::Ibm, IBM_ADDRESS, &["public"]),
    internal(Cloud::Ibm, IBM_ADDRESS, &["private"]),
    public(Cloud::DigitalOcean, DIGITAL_OCEAN_NETWORK, &["EXTERNAL"]),
    internal(Cloud::DigitalOcean, DIGITAL_OCEAN_NETWORK, &["INTERNAL"]),
    internal(Cloud::Hetzner, "load-balancer.hetzner.cloud/disable-public-network", &["true"]),
];

/// Load balancer classes that decide the scheme, whatever the annotations say.
const INTERNAL_CLASSES: &[&str] =
    &["networking.gke.io/l4-regional-internal", "networking.gke.io/l4-regional-internal-legacy"];
const PUBLIC_CLASSES: &[&str] =
    &["networking.gke.io/l4-regional-external", "networking.gke.io/l4-regional-external-legacy"];

/// Annotations by which on-premises load balancers are told their addresses.
const ADDRESS_ANNOTATIONS: &[&str] = &[
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    "io.cilium/lb-ipam-ips",
    "lbipam.cilium.io/ips",
];

/// The scheme of a Service's load balancer.
pub(super) fn scheme(service: Service<'_>, cloud: Cloud) -> Scheme {
    match cloud {
        Cloud::Unknown => scheme_anywhere(service),
        Cloud::Aws if is_for_controller(service) => scheme_of_controller(service),
        Cloud::AwsLoadBalancerController => scheme_of_controller(service),
        Cloud::Gke => scheme_of_class(service).unwrap_or_else(|| marked(service, cloud)),
        Cloud::BareMetal => scheme_of_addresses(service),
        Cloud::Aws
        | Cloud::Azure
        | Cloud::OpenStack
        | Cloud::Oracle
        | Cloud::Alibaba
        | Cloud::Ibm
        | Cloud::DigitalOcean
        | Cloud::Hetzner => marked(service, cloud),
    }
}

/// Where the cloud is not named, any provider's word for public outweighs any word for internal,
/// and no word at all is public.
fn scheme_anywhere(service: Service<'_>) -> Scheme {
    let says =
        |wanted: Scheme| MARKERS.iter().any(|marker| marker.scheme == wanted && applies(marker, service));
    let class = scheme_of_class(service);
    if says(Scheme::Public) || class == Some(Scheme::Public) {
        Scheme::Public
    } else if says(Scheme::Internal) || class == Some(Scheme::Internal) {
        Scheme::Internal
    } else {
        Scheme::Public
    }
}

fn marked(service: Service<'_>, cloud: Cloud) -> Scheme {
    let decisive = MARKERS.iter().find(|marker| marker.cloud == cloud && applies(marker, service));
    decisive.map_or(Scheme::Public, |marker| marker.scheme)
}

fn applies(marker: &Marker, service: Service<'_>) -> bool {
    service.annotation(marker.annotation).is_some_and(|value| marker.values.contains(&value))
}

fn scheme_of_class(service: Service<'_>) -> Option<Scheme> {
    let class = service.spec_text("loadBalancerClass")?;
    if INTERNAL_CLASSES.contains(&class) {
        Some(Scheme::Internal)
    } else {
        PUBLIC_CLASSES.contains(&class).then_some(Scheme::Public)
    }
}

/// The AWS Load Balancer Controller takes over Services that name it.
fn is_for_controller(service: Service<'_>) -> bool {
    service.spec_text("loadBalancerClass") == Some("service.k8s.aws/nlb")
        || matches!(service.annotation(AWS_TYPE), Some("external" | "nlb-ip"))
}

/// Internal by default; the scheme outweighs the deprecated annotation, of which anything but
/// `true` means public.
fn scheme_of_controller(service: Service<'_>) -> Scheme {
    match (service.annotation(AWS_SCHEME), service.annotation(AWS_INTERNAL)) {
        (Some("internal"), _) | (None, None | Some("true")) => Scheme::Internal,
        (Some(_), _) | (None, Some(_)) => Scheme::Public,
    }
}

/// Private only where addresses are named and all are private: a pool is not in the manifest.
fn scheme_of_addresses(service: Service<'_>) -> Scheme {
    let annotated = ADDRESS_ANNOTATIONS.iter().filter_map(|name| service.annotation(name));
    let texts = annotated.chain(service.spec_text("loadBalancerIP"));
    let origins = texts.flat_map(|text| text.split(',')).map(address::origin_of_address);
    match origins.max() {
        Some(Origin::Private) => Scheme::Internal,
        None | Some(Origin::Internet | Origin::Anywhere) => Scheme::Public,
    }
}

/// An annotation by which a Service says internal in the words of another cloud than its own.
pub fn foreign_word(service: Service<'_>, cloud: Cloud) -> Option<&'static str> {
    let foreign = |marker: &&Marker| {
        marker.cloud != cloud && marker.scheme == Scheme::Internal && applies(marker, service)
    };
    MARKERS.iter().filter(|_| cloud != Cloud::Unknown).find(foreign).map(|marker| marker.annotation)
}

/// How an author makes a load balancer internal in a cloud, as an instruction.
pub fn way_to_internal(cloud: Cloud) -> String {
    let keep = "use type ClusterIP behind an Ingress or Gateway";
    let annotation = |name: &str, value: &str| format!("set the annotation {name}: \"{value}\", or {keep}");
    match cloud {
        Cloud::Unknown => format!(
            "{keep}, or name the cluster's cloud in the policy and set its annotation for internal load balancers"
        ),
        Cloud::BareMetal => format!("name a private address in metallb.io/loadBalancerIPs, or {keep}"),
        Cloud::AwsLoadBalancerController => annotation(AWS_SCHEME, "internal"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Limits, parse};

    fn scheme_of(cloud: Cloud, annotations: &str, spec: &str) -> Scheme {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{annotations}}}}}\n\
             spec: {{type: LoadBalancer, {spec}}}\n"
        );
        let manifest = parse(text.into_bytes(), &Limits::default());
        scheme(Service::of(&manifest.objects[0]).unwrap(), cloud)
    }

    #[test]
    fn a_cloud_hears_its_own_words_only() {
        let azure = "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'";
        assert_eq!(scheme_of(Cloud::Azure, azure, ""), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::Gke, azure, ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::Unknown, azure, ""), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::Azure, &azure.replace("'true'", "true"), ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::Azure, &azure.replace("true", "false"), ""), Scheme::Public);
    }

    #[test]
    fn aws_defaults_depend_on_the_controller() {
        let internet = format!("{AWS_SCHEME}: internet-facing");
        assert_eq!(scheme_of(Cloud::Aws, "", ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::Aws, "", "loadBalancerClass: service.k8s.aws/nlb"), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::AwsLoadBalancerController, "", ""), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::AwsLoadBalancerController, &internet, ""), Scheme::Public);
        let both = format!("{internet}, {AWS_INTERNAL}: 'true'");
        assert_eq!(scheme_of(Cloud::AwsLoadBalancerController, &both, ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::Unknown, &both, ""), Scheme::Public);
    }

    #[test]
    fn on_premises_the_address_decides() {
        let addresses = |list: &str| format!("metallb.io/loadBalancerIPs: '{list}'");
        assert_eq!(scheme_of(Cloud::BareMetal, &addresses("192.168.1.4"), ""), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::BareMetal, &addresses("192.168.1.4,203.0.113.9"), ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::BareMetal, "", "loadBalancerIP: 10.0.0.9"), Scheme::Internal);
        assert_eq!(scheme_of(Cloud::BareMetal, "", ""), Scheme::Public);
        assert_eq!(scheme_of(Cloud::Gke, "", "loadBalancerIP: 10.0.0.9"), Scheme::Public);
    }
}
