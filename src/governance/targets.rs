//! The files and clusters that a policy is about.

use crate::policy::{ClusterEntry, DEFAULT_INCLUDE, Policy};
use crate::render::{Selection, Targets};
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};

/// The files and clusters that a policy is about.
///
/// # Errors
///
/// If a pattern does not compile.
pub(super) fn targets_of(policy: &Policy) -> Result<Targets, globset::Error> {
    let manifests = policy.manifests();
    let include =
        manifests.include.unwrap_or_else(|| DEFAULT_INCLUDE.iter().map(ToString::to_string).collect());
    let mut paths = Vec::new();
    let mut clusters = Vec::new();
    for entry in policy.clusters() {
        paths.push((ClusterName::new(&entry.name), entry.paths.clone()));
        clusters.push(target_of(entry));
    }
    clusters.push(default_target());
    Ok(Targets {
        selection: Selection::new(&include, &manifests.exclude, &paths)?,
        clusters,
        image_kinds: policy.image_kinds(),
    })
}

/// A cluster of which the policy names no version is judged by the newest.
fn target_of(entry: &ClusterEntry) -> ClusterTarget {
    let versions = entry.kubernetes.as_deref().and_then(KubernetesVersion::parse_list);
    ClusterTarget {
        name: ClusterName::new(&entry.name),
        versions: versions.unwrap_or_else(|| vec![KubernetesVersion::NEWEST]),
        cloud: entry.cloud.as_deref().and_then(Cloud::parse).unwrap_or_default(),
        definitions: entry.definitions.as_deref().map(|folder| folder.trim_end_matches('/').into()),
    }
}

/// The cluster of files that no entry covers.
fn default_target() -> ClusterTarget {
    ClusterTarget {
        name: ClusterName::new("default"),
        versions: vec![KubernetesVersion::NEWEST],
        cloud: Cloud::default(),
        definitions: None,
    }
}
