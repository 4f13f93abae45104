//! The clients that a load balancer accepts traffic from.
//!
//! In: a Service with a load balancer that faces the internet, and the cloud. Out: how far it can be reached. Never:
//! the content of a security group or a service tag; there the worse outcome counts.

use super::address::{self, TrafficOrigin};
use super::cluster::Cloud;
use super::doubt::ExposureDoubt;
use super::exposure::{Reach, Service};
use kube_manifest::Node;

/// The annotation that `spec.loadBalancerSourceRanges` replaced.
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
/// The annotation by which Azure adds ranges (`accesscontrol` of cloud-provider-azure).
const AZURE_RANGES: &str = "service.beta.kubernetes.io/azure-allowed-ip-ranges";
const AZURE_TAGS: &str = "service.beta.kubernetes.io/azure-allowed-service-tags";
/// Annotations with which AWS's controllers do not create the security group that would hold the ranges, or allow
/// more.
const AWS_GROUPS: [&str; 3] = [
    "service.beta.kubernetes.io/aws-load-balancer-security-groups",
    "service.beta.kubernetes.io/aws-load-balancer-extra-security-groups",
    "service.beta.kubernetes.io/aws-load-balancer-security-group-prefix-lists",
];
/// Annotations of Oracle's controller. With `None`, it writes no security rules.
const ORACLE_RULES: [&str; 2] = [
    "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode",
    "oci-network-load-balancer.oraclecloud.com/security-list-management-mode",
];

/// Returns how far it can be reached, and the fact that this depends on.
pub(super) fn judge_reach(service: Service<'_>, cloud: Cloud) -> (Reach, Option<ExposureDoubt>) {
    let ranges = list_ranges(service, cloud);
    let by_ranges = reach_of(ranges.iter().map(|range| address::origin_of_range(range)).max());
    let restricted = by_ranges < Reach::Public;
    match cloud {
        // hetznercloud/hcloud-cloud-controller-manager, issues 218 and 286.
        Cloud::Hetzner if restricted => (Reach::Public, Some(ExposureDoubt::IgnoredRanges(cloud))),
        Cloud::Oracle if restricted && leaves_rules(service) => {
            (Reach::Public, Some(ExposureDoubt::UnmanagedRules))
        }
        Cloud::Aws | Cloud::AwsLoadBalancerController | Cloud::Unknown if names_groups(service) => {
            (Reach::Public, Some(ExposureDoubt::SecurityGroups))
        }
        Cloud::Azure | Cloud::Unknown => add_tags(service, &ranges, by_ranges),
        Cloud::Aws
        | Cloud::AwsLoadBalancerController
        | Cloud::Gke
        | Cloud::OpenStack
        | Cloud::Oracle
        | Cloud::Alibaba
        | Cloud::Ibm
        | Cloud::DigitalOcean
        | Cloud::Hetzner
        | Cloud::BareMetal => (by_ranges, None),
    }
}

fn reach_of(widest: Option<TrafficOrigin>) -> Reach {
    match widest {
        None | Some(TrafficOrigin::Anywhere) => Reach::Public,
        Some(TrafficOrigin::Internet) => Reach::Ranges,
        Some(TrafficOrigin::Private) => Reach::Internal,
    }
}

fn names_groups(service: Service<'_>) -> bool {
    AWS_GROUPS.iter().any(|name| service.annotation(name).is_some_and(|groups| !groups.trim().is_empty()))
}

fn leaves_rules(service: Service<'_>) -> bool {
    let is_none =
        |name: &&str| service.annotation(name).is_some_and(|mode| mode.eq_ignore_ascii_case("none"));
    ORACLE_RULES.iter().any(|name| is_none(name) || service.annotation_is_unknown(name))
}

/// Adds service tags. They are allowed beside the ranges, and `Internet` means everyone.
fn add_tags(service: Service<'_>, ranges: &[&str], by_ranges: Reach) -> (Reach, Option<ExposureDoubt>) {
    let tags: Vec<&str> =
        service.annotation(AZURE_TAGS).unwrap_or_default().split(',').map(str::trim).collect();
    let tags: Vec<&str> = tags.into_iter().filter(|tag| !tag.is_empty()).collect();
    if service.annotation_is_unknown(AZURE_TAGS) {
        return (Reach::Public, Some(ExposureDoubt::Value));
    }
    if tags.iter().any(|tag| tag.eq_ignore_ascii_case("internet")) {
        return (Reach::Public, None);
    }
    match (tags.is_empty(), ranges.is_empty()) {
        (true, _) => (by_ranges, None),
        (false, true) => (Reach::Ranges, Some(ExposureDoubt::ServiceTags)),
        (false, false) => (by_ranges.max(Reach::Ranges), Some(ExposureDoubt::ServiceTags)),
    }
}

/// Returns the node of the ranges.
pub(super) fn find_node(service: Service<'_>) -> Option<&Node> {
    let field = service.object().at(&["spec", "loadBalancerSourceRanges"]);
    let annotations = [SOURCE_RANGES, AZURE_TAGS, AZURE_RANGES].into_iter().chain(AWS_GROUPS);
    let annotation = annotations
        .filter_map(|name| service.object().root.at(&["metadata", "annotations", name]))
        .find(|node| node.as_str().is_some_and(|text| !text.is_empty()));
    field.filter(|field| !field.items().is_empty()).or(annotation).or(field)
}

/// Returns the ranges of the field or, if it is empty, of the annotation that it replaced
/// (`GetLoadBalancerSourceRanges` of `cloud-provider/service/helpers`), and those that Azure adds. An item that is not
/// text represents any range.
pub(super) fn list_ranges(service: Service<'_>, cloud: Cloud) -> Vec<&str> {
    let field = service.object().at(&["spec", "loadBalancerSourceRanges"]);
    let items = field.map(Node::items).unwrap_or_default();
    let mut ranges: Vec<&str> = items.iter().map(|item| item.as_str().unwrap_or_default()).collect();
    ranges.extend(field.filter(|field| field.is_unknown()).and_then(Node::spelling));
    if ranges.is_empty() {
        ranges.extend(split_ranges(service, SOURCE_RANGES));
    }
    if matches!(cloud, Cloud::Azure | Cloud::Unknown) {
        ranges.extend(split_ranges(service, AZURE_RANGES));
    }
    ranges
}

fn split_ranges<'a>(service: Service<'a>, annotation: &str) -> Vec<&'a str> {
    let text = service.annotation(annotation).map(str::trim).unwrap_or_default();
    if text.is_empty() { Vec::new() } else { text.split(',').map(str::trim).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_manifest::{Limits, parse};

    fn reach_of(cloud: Cloud, annotations: &str, ranges: &str) -> (Reach, Option<ExposureDoubt>) {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{annotations}}}}}\n\
             spec: {{type: LoadBalancer, loadBalancerSourceRanges: [{ranges}]}}\n"
        );
        let manifest = parse(text.into_bytes(), &Limits::default());
        judge_reach(Service::of(&manifest.objects[0]).unwrap(), cloud)
    }

    #[test]
    fn ranges_restrict_where_the_cloud_applies_them() {
        let range = "203.0.113.0/24";
        assert_eq!(reach_of(Cloud::Aws, "", range), (Reach::Ranges, None));
        assert_eq!(
            reach_of(Cloud::Hetzner, "", range),
            (Reach::Public, Some(ExposureDoubt::IgnoredRanges(Cloud::Hetzner)))
        );
        let unmanaged = format!("{}: None", ORACLE_RULES[0]);
        assert_eq!(
            reach_of(Cloud::Oracle, &unmanaged, range),
            (Reach::Public, Some(ExposureDoubt::UnmanagedRules))
        );
        assert_eq!(reach_of(Cloud::Oracle, "", range), (Reach::Ranges, None));
    }

    #[test]
    fn annotations_undo_ranges() {
        let range = "10.0.0.0/8";
        for name in AWS_GROUPS {
            let groups = format!("{name}: sg-1");
            assert_eq!(
                reach_of(Cloud::Aws, &groups, range),
                (Reach::Public, Some(ExposureDoubt::SecurityGroups)),
                "{name}"
            );
            assert_eq!(reach_of(Cloud::Gke, &groups, range), (Reach::Internal, None), "{name}");
        }
        let internet = format!("{AZURE_TAGS}: 'AzureCloud,Internet'");
        assert_eq!(reach_of(Cloud::Azure, &internet, range), (Reach::Public, None));
        let tag = format!("{AZURE_TAGS}: AzureCloud");
        assert_eq!(reach_of(Cloud::Azure, &tag, range), (Reach::Ranges, Some(ExposureDoubt::ServiceTags)));
        let everywhere = format!("{AZURE_RANGES}: '0.0.0.0/0'");
        assert_eq!(reach_of(Cloud::Azure, &everywhere, range), (Reach::Public, None));
        assert_eq!(reach_of(Cloud::Aws, &everywhere, range), (Reach::Internal, None));
    }
}
