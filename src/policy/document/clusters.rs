//! `clusters:`, the destinations of the repository.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::{PolicyError, did_you_mean};
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{check_patterns, quoted};
use kube_model::{Cloud, KubernetesVersion};

/// A cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterEntry {
    /// Its name in messages and waivers.
    pub name: String,
    /// Globs of the files that are deployed to it.
    pub paths: Vec<String>,
    /// Its Kubernetes version, or several that objects must be valid for: `"1.36"` or `"1.35, 1.36"`.
    pub kubernetes: Option<String>,
    /// The cloud that provides its load balancers, such as `aws`, `gke`, `azure`.
    pub cloud: Option<String>,
    /// The folder of the repository with the CustomResourceDefinitions that are installed in the cluster, such as
    /// `crds/prod`. Custom resources are judged by them, whether or not their files belong to the cluster.
    pub definitions: Option<String>,
}

/// Refuses patterns, versions, clouds and folders that mean nothing.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    for (index, cluster) in file.document.clusters.iter().enumerate() {
        let place = |field: &str| format!("/clusters/{index}/{field}");
        check_patterns(file, &place("paths"), &cluster.paths)?;
        if let Some(text) = &cluster.kubernetes
            && KubernetesVersion::parse_list(text).is_none()
        {
            let (oldest, newest) = (KubernetesVersion::OLDEST, KubernetesVersion::NEWEST);
            let message = format!("`{text}` is not a Kubernetes version from {oldest} to {newest}");
            return Err(file.error(&place("kubernetes"), message, None));
        }
        if let Some(name) = &cluster.cloud
            && Cloud::parse(name).is_none()
        {
            let meant = did_you_mean(name, Cloud::NAMES.iter().map(|(known, _)| *known));
            return Err(file.error(&place("cloud"), format!("there is no cloud `{name}`"), meant));
        }
        if cluster.definitions.as_deref().is_some_and(|folder| !is_folder(folder)) {
            let message = "`definitions` must be a folder of the repository, such as `crds/prod`";
            return Err(file.error(&place("definitions"), message, None));
        }
    }
    Ok(())
}

/// Whether a path begins at the root of the repository and stays in it.
fn is_folder(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').all(|step| !matches!(step, "" | "." | "..")) && !path.contains(['*', '\\'])
}

/// Clusters that are removed, cover other files, or are judged by another version or another cloud.
pub(super) fn weakenings(old: &[ClusterEntry], new: &[ClusterEntry]) -> Vec<String> {
    let mut found = Vec::new();
    for cluster in old.iter().filter(|cluster| !new.contains(cluster)) {
        found.push(if new.iter().any(|other| other.name == cluster.name) {
            format!("the description of cluster `{}` changes", cluster.name)
        } else {
            format!("cluster `{}` is no longer described", cluster.name)
        });
    }
    for cluster in new {
        if !old.iter().any(|other| other.name == cluster.name) {
            let paths = quoted(cluster.paths.iter());
            found.push(format!("files of {paths} belong to the new cluster `{}`", cluster.name));
        }
    }
    found
}

impl Policy {
    /// The clusters: the server's if it names some, else the governing policy's. Those of a target ref's own policy
    /// never count: it could leave out what the governing one is about.
    pub fn clusters(&self) -> &[ClusterEntry] {
        let mut lists = self.authoritative().map(|document| document.clusters.as_slice());
        lists.find(|list| !list.is_empty()).unwrap_or_default()
    }
}
