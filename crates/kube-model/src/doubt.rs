//! Facts outside the repository that decide how far a Service can be reached.

use std::fmt;

use super::cluster::Cloud;

/// A fact that no manifest shows. The worse outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExposureDoubt {
    /// The AWS Load Balancer Controller, which may be installed or not.
    AwsController,
    /// Its webhook, which may take over Services of type `nlb`.
    AwsWebhook,
    /// The load balancer that the controller of `loadBalancerClass` makes.
    Class,
    /// The traffic that security groups or prefix lists of AWS allow.
    SecurityGroups,
    /// The effect of source ranges in a cloud that applies none.
    IgnoredRanges(Cloud),
    /// The rules of the cloud's network, which the controller does not write.
    UnmanagedRules,
    /// The addresses of a service tag of Azure.
    ServiceTags,
    /// The value of a variable or of an encrypted text.
    Value,
}

impl fmt::Display for ExposureDoubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AwsController => {
                "whether the AWS Load Balancer Controller creates this load balancer: only this controller \
                 reads aws-load-balancer-scheme. If it does, set `cloud: aws-lbc` in the policy, or \
                 loadBalancerClass: service.k8s.aws/nlb in the Service"
            }
            Self::AwsWebhook => {
                "whether the webhook of the AWS Load Balancer Controller takes over Services of type nlb. Set aws-load-balancer-type: external, or loadBalancerClass: service.k8s.aws/nlb"
            }
            Self::Class => {
                "the controller that spec.loadBalancerClass names. Annotations of the cloud do not apply to \
                 this class"
            }
            Self::SecurityGroups => {
                "the security groups and prefix lists in the annotations. Source ranges do not apply with \
                 them"
            }
            Self::IgnoredRanges(Cloud::Hetzner) => {
                "no setting: load balancers of Hetzner Cloud ignore source ranges"
            }
            Self::IgnoredRanges(_) => "no setting: load balancers of this cloud ignore source ranges",
            Self::UnmanagedRules => {
                "the security lists of the network: with security-list-management-mode None, the controller \
                 creates no rules for source ranges"
            }
            Self::ServiceTags => "the addresses behind the service tags that the annotation allows",
            Self::Value => "a value that is set elsewhere",
        })
    }
}
