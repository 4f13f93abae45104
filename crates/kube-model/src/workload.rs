//! Pods inside workloads.
//!
//! In: an object. Out: the specification of the Pods that it makes, and the lists in that. Never: guesses
//! that a custom kind makes Pods; the kinds are listed here.

use super::builtin;
use kube_manifest::{Node, Object};

/// The list of a Pod in which an image is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerList {
    /// `containers`.
    Containers,
    /// `initContainers`, which run before the others and may do as much harm.
    InitContainers,
    /// `ephemeralContainers`.
    EphemeralContainers,
    /// `volumes` with an `image` source.
    Volumes,
}

impl ContainerList {
    /// Returns the field of the Pod.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::InitContainers => "initContainers",
            Self::EphemeralContainers => "ephemeralContainers",
            Self::Volumes => "volumes",
        }
    }

    /// Returns the word for an item of the list.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Containers => "container",
            Self::InitContainers => "init container",
            Self::EphemeralContainers => "ephemeral container",
            Self::Volumes => "volume",
        }
    }

    /// Returns every list.
    pub(super) fn all() -> [Self; 4] {
        [Self::Containers, Self::InitContainers, Self::EphemeralContainers, Self::Volumes]
    }
}

/// The path of the Pod's `spec` in a kind, by storage group.
const POD_SPECS: &[(&str, &[&str], &[&str])] = &[
    ("", &["Pod"], &["spec"]),
    ("", &["PodTemplate"], &["template", "spec"]),
    ("", &["ReplicationController"], TEMPLATE),
    ("apps", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], TEMPLATE),
    ("batch", &["Job"], TEMPLATE),
    ("batch", &["CronJob"], &["spec", "jobTemplate", "spec", "template", "spec"]),
    ("argoproj.io", &["Rollout"], TEMPLATE),
    ("serving.knative.dev", &["Configuration", "Service"], TEMPLATE),
    ("serving.knative.dev", &["Revision"], &["spec"]),
];

const TEMPLATE: &[&str] = &["spec", "template", "spec"];

/// Returns the `spec` of the Pods that an object makes, or `None` for kinds that make none.
pub fn pod_spec(object: &Object) -> Option<&Node> {
    let group = builtin::storage_group(object.group(), &object.kind);
    let found = POD_SPECS.iter().find(|(of, kinds, _)| *of == group && kinds.contains(&&*object.kind));
    found.and_then(|(_, _, path)| object.at(path))
}
