//! Pods inside workloads.
//!
//! In: an object. Out: the containers of every Pod template it holds. Never: guesses that a custom
//! kind holds Pods; the kinds are listed here.

use super::builtin;
use crate::manifest::{Node, Object};

/// Which list of a Pod an image is named in.
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
    /// The field of the Pod.
    pub fn field(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::InitContainers => "initContainers",
            Self::EphemeralContainers => "ephemeralContainers",
            Self::Volumes => "volumes",
        }
    }

    /// What people call an item of it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Containers => "container",
            Self::InitContainers => "init container",
            Self::EphemeralContainers => "ephemeral container",
            Self::Volumes => "volume",
        }
    }

    fn all() -> [Self; 4] {
        [Self::Containers, Self::InitContainers, Self::EphemeralContainers, Self::Volumes]
    }
}

/// Something of a Pod that runs or mounts an image.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// Its name, empty where absent.
    pub name: &'a str,
    /// The list that it stands in.
    pub list: ContainerList,
    /// The whole item.
    pub node: &'a Node,
    /// The image, where one is named.
    pub image: Option<&'a Node>,
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

/// The `spec` of the Pods that an object makes; `None` for kinds that make none.
pub fn pod_spec(object: &Object) -> Option<&Node> {
    let group = builtin::storage_group(object.group(), &object.kind);
    let found = POD_SPECS.iter().find(|(of, kinds, _)| *of == group && kinds.contains(&&*object.kind));
    found.and_then(|(_, _, path)| object.at(path))
}

/// Everything of a workload that runs or mounts an image; none for other kinds.
pub fn containers(object: &Object) -> Vec<Container<'_>> {
    let Some(spec) = pod_spec(object) else { return Vec::new() };
    ContainerList::all().into_iter().flat_map(|list| items(spec, list)).collect()
}

fn items(spec: &Node, list: ContainerList) -> impl Iterator<Item = Container<'_>> {
    let nodes = spec.get(list.field()).map(Node::items).unwrap_or_default();
    nodes.iter().filter_map(move |node| {
        let image = match list {
            ContainerList::Volumes => Some(node.at(&["image", "reference"])?),
            ContainerList::Containers
            | ContainerList::InitContainers
            | ContainerList::EphemeralContainers => node.get("image"),
        };
        Some(Container { name: node.text_at(&["name"]).unwrap_or_default(), list, node, image })
    })
}
