//! Settings of a cluster in the policy.

use std::fmt;

use super::object_ref::ClusterName;

/// A minor version of Kubernetes, such as 1.36.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KubernetesVersion {
    minor: u8,
}

impl KubernetesVersion {
    /// The oldest version whose schemas are embedded.
    pub const OLDEST: Self = Self { minor: 25 };
    /// The newest version whose schemas are embedded.
    pub const NEWEST: Self = Self { minor: 37 };

    /// Parses `1.36`. Returns `None` for anything else and for versions that are not embedded.
    pub fn parse(text: &str) -> Option<Self> {
        let version = Self { minor: text.strip_prefix("1.")?.parse().ok()? };
        (Self::OLDEST..=Self::NEWEST).contains(&version).then_some(version)
    }

    /// Parses `1.35, 1.36`. Returns `None` if any part is not a version.
    pub fn parse_list(text: &str) -> Option<Vec<Self>> {
        text.split(',').map(|part| Self::parse(part.trim())).collect()
    }

    /// Returns every version that is embedded, oldest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Self { minor })
    }

    /// Returns the number after `1.`.
    pub fn minor(self) -> u8 {
        self.minor
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)
    }
}

/// The provider of a cluster's load balancers. It determines which annotation keeps one internal, and the meaning of a
/// Service of type LoadBalancer without any annotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cloud {
    /// Not stated. Load balancers are public unless an annotation of any provider says internal.
    #[default]
    Unknown,
    /// AWS with the cloud provider's own controller: public by default.
    Aws,
    /// AWS with the AWS Load Balancer Controller: internal by default.
    AwsLoadBalancerController,
    /// Google Kubernetes Engine.
    Gke,
    /// Azure.
    Azure,
    /// `OpenStack`.
    OpenStack,
    /// Oracle Cloud.
    Oracle,
    /// Alibaba Cloud.
    Alibaba,
    /// IBM Cloud.
    Ibm,
    /// DigitalOcean.
    DigitalOcean,
    /// Hetzner Cloud.
    Hetzner,
    /// On premises, with MetalLB or the like. The address decides.
    BareMetal,
}

impl Cloud {
    /// The words of the policy file, with their clouds.
    pub const NAMES: [(&str, Self); 11] = [
        ("aws", Self::Aws),
        ("aws-lbc", Self::AwsLoadBalancerController),
        ("gke", Self::Gke),
        ("azure", Self::Azure),
        ("openstack", Self::OpenStack),
        ("oracle", Self::Oracle),
        ("alibaba", Self::Alibaba),
        ("ibm", Self::Ibm),
        ("digitalocean", Self::DigitalOcean),
        ("hetzner", Self::Hetzner),
        ("bare-metal", Self::BareMetal),
    ];

    /// Parses a word of the policy file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, cloud)| *cloud)
    }
}

/// A cluster that manifests are deployed to.
#[derive(Clone, Debug)]
pub struct ClusterTarget {
    /// Its name.
    pub name: ClusterName,
    /// The Kubernetes versions it runs or is about to run.
    pub versions: Vec<KubernetesVersion>,
    /// Its load balancers.
    pub cloud: Cloud,
    /// The folder of the repository with the definitions that are installed in it, without a `/` at the end.
    pub definitions: Option<Box<str>>,
}
