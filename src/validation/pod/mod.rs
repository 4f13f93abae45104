//! Pods, and the Pod templates of every workload that Kubernetes itself has (`ValidatePodSpec`).

mod containers;
mod environment;
mod mounts;
mod network;
mod ports;
mod probes;
mod resources;
mod scheduling;
mod security;
mod volumes;
mod words;

use super::metadata;
use super::place::Place;
use super::refusals::{Refusals, Subject};

/// A Pod as a manifest describes it.
pub(super) struct Pod<'a> {
    /// Its `spec`.
    spec: Place<'a>,
    /// Whether the object is the Pod itself.
    stands: Standing,
    /// Volumes that a StatefulSet adds.
    claims: Vec<&'a str>,
}

/// What a Pod's description is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The object is a Pod.
    Alone,
    /// Another object makes Pods of it.
    Template,
}

/// A container and the list that it stands in.
struct Container<'a> {
    place: Place<'a>,
    list: List,
}

/// The lists of a Pod's containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Init,
    Regular,
    Ephemeral,
}

impl List {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Init, "initContainers"),
        (Self::Regular, "containers"),
        (Self::Ephemeral, "ephemeralContainers"),
    ];
}

impl<'a> Pod<'a> {
    fn containers(&self) -> Vec<Container<'a>> {
        let lists = List::ALL.into_iter();
        let items = lists.flat_map(|(list, key)| {
            self.spec.items(key).into_iter().map(move |place| Container { place, list })
        });
        items.collect()
    }
}

/// Where the Pods of a kind are described: the holder of `metadata` and `spec`.
fn holder<'a>(subject: &Subject<'a>) -> Option<Place<'a>> {
    let root = &subject.root;
    match (subject.group, subject.kind) {
        ("", "Pod") => Some(root.clone()),
        ("", "PodTemplate") => root.get("template"),
        ("", "ReplicationController")
        | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => root.at(&["spec", "template"]),
        ("batch", "CronJob") => root.at(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

pub(super) fn check(subject: &Subject<'_>, refusals: &mut Refusals) {
    let Some(holder) = holder(subject) else { return };
    let stands = if subject.is("", "Pod") { Standing::Alone } else { Standing::Template };
    if let Some(template) = holder.get("metadata").filter(|_| stands == Standing::Template) {
        metadata::labels(&template, refusals);
        metadata::annotations(&template, refusals);
    }
    let Some(spec) = holder.get("spec") else { return };
    let templates = subject.root.get("spec").filter(|_| subject.is("apps", "StatefulSet"));
    let templates = templates.map(|spec| spec.items("volumeClaimTemplates")).unwrap_or_default();
    let claims = templates.iter().filter_map(|claim| claim.get("metadata")?.text("name")).collect();
    let pod = Pod { spec, stands, claims };
    words::check(&pod, refusals);
    containers::check(&pod, refusals);
    environment::check(subject, &pod, refusals);
    ports::check(&pod, refusals);
    probes::check(&pod, refusals);
    resources::check(&pod, refusals);
    volumes::check(&pod, refusals);
    mounts::check(&pod, refusals);
    scheduling::check(&pod, refusals);
    security::check(&pod, refusals);
    network::check(&pod, refusals);
}
