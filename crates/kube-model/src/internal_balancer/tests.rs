//! Annotations and the controllers that read them.

use super::*;
use kube_manifest::{Limits, parse};

fn facing_of(cloud: Cloud, annotations: &str, spec: &str) -> Facing {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{annotations}}}}}\n\
         spec: {{type: LoadBalancer, {spec}}}\n"
    );
    let manifest = parse(text.into_bytes(), &Limits::default());
    decide_facing(Service::of(&manifest.objects[0]).unwrap(), cloud)
}

fn scheme_of(cloud: Cloud, annotations: &str, spec: &str) -> Scheme {
    facing_of(cloud, annotations, spec).scheme
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
fn what_an_unseen_controller_decides_is_public() {
    let inside = format!("{AWS_SCHEME}: internal");
    let doubtful = |doubt| Facing { scheme: Scheme::Public, doubt: Some(doubt) };
    assert_eq!(facing_of(Cloud::Aws, &inside, ""), doubtful(ExposureDoubt::AwsController));
    let both = format!("{AWS_SCHEME}: internet-facing, {AWS_INTERNAL}: 'true'");
    assert_eq!(facing_of(Cloud::Aws, &both, ""), doubtful(ExposureDoubt::AwsController));
    let agreed = format!("{inside}, {AWS_INTERNAL}: 'true'");
    assert_eq!(facing_of(Cloud::Aws, &agreed, ""), Scheme::Internal.into());
    let shared = format!("{inside}, {AWS_TYPE}: nlb");
    assert_eq!(facing_of(Cloud::AwsLoadBalancerController, &shared, ""), doubtful(ExposureDoubt::AwsWebhook));
    let own = format!("{AWS_INTERNAL}: 'true'");
    assert_eq!(facing_of(Cloud::Aws, &own, "loadBalancerClass: acme.io/own"), doubtful(ExposureDoubt::Class));
    assert_eq!(
        facing_of(Cloud::Unknown, &own, "loadBalancerClass: acme.io/own"),
        doubtful(ExposureDoubt::Class)
    );
}

#[test]
fn a_class_decides_who_reads_what() {
    let both = format!("{AWS_SCHEME}: internet-facing, {AWS_INTERNAL}: 'true'");
    assert_eq!(scheme_of(Cloud::Aws, &both, "loadBalancerClass: eks.amazonaws.com/nlb"), Scheme::Public);
    let gke = "networking.gke.io/load-balancer-type: Internal";
    let external = "loadBalancerClass: networking.gke.io/l4-regional-external";
    assert_eq!(scheme_of(Cloud::Gke, gke, external), Scheme::Public);
    assert_eq!(scheme_of(Cloud::Gke, "", &external.replace("external", "internal")), Scheme::Internal);
    assert_eq!(scheme_of(Cloud::Aws, "", "loadBalancerClass: tailscale"), Scheme::Internal);
}

#[test]
fn oracle_reads_the_annotation_of_the_type() {
    let balancer = format!("{ORACLE_INTERNAL}: 'true'");
    let network = format!("{ORACLE_NETWORK_INTERNAL}: 'true'");
    let of_network = |text: &str| format!("{text}, {ORACLE_TYPE}: NLB");
    assert_eq!(scheme_of(Cloud::Oracle, &balancer, ""), Scheme::Internal);
    assert_eq!(scheme_of(Cloud::Oracle, &network, ""), Scheme::Public);
    assert_eq!(scheme_of(Cloud::Oracle, &of_network(&network), ""), Scheme::Internal);
    assert_eq!(scheme_of(Cloud::Oracle, &of_network(&balancer), ""), Scheme::Public);
    assert_eq!(scheme_of(Cloud::Unknown, &of_network(&balancer), ""), Scheme::Public);
    assert_eq!(scheme_of(Cloud::Unknown, &balancer, ""), Scheme::Internal);
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
