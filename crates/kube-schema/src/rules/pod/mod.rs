//! Pods, and the Pod templates of every workload that Kubernetes itself has (`ValidatePodSpec`).

mod containers;
mod described;
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
use super::refusals::{JudgedObject, Refusals, Rule};

/// A Pod as a manifest describes it.
pub(super) struct Pod<'a> {
    /// Its `spec`.
    spec: Place<'a>,
    /// Says whether the object is the Pod itself.
    stands: PodHolder,
    /// Volumes that a StatefulSet adds.
    claims: Vec<&'a str>,
}

/// The object that a Pod's description is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PodHolder {
    /// The Pod itself.
    Alone,
    /// Another object, which makes Pods of it.
    Template,
}

/// A container and the list that it is in.
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
    /// Returns the volumes that its own description adds. A StatefulSet's controller replaces volumes with the name of
    /// a claim, so their descriptions do not count.
    fn volumes(&self) -> Vec<Place<'a>> {
        let mut volumes = self.spec.items("volumes");
        volumes.retain(|volume| volume.text("name").is_none_or(|name| !self.claims.contains(&name)));
        volumes
    }

    fn containers(&self) -> Vec<Container<'a>> {
        let lists = List::ALL.into_iter();
        let items = lists.flat_map(|(list, key)| {
            self.spec.items(key).into_iter().map(move |place| Container { place, list })
        });
        items.collect()
    }
}

/// Judges the required fields of a volume, of a Pod or on its own.
pub(super) fn judge_described_volume(volume: &Place<'_>, refusals: &mut Refusals) {
    described::judge_volume(volume, refusals);
}

const SECCOMP: Rule = Rule {
    help: "set `securityContext.seccompProfile` instead of the annotation",
    source: "ValidateSeccompPodAnnotations in pkg/apis/core/validation",
};

/// Judges profiles in the annotations that preceded the field.
fn judge_seccomp(holder: &Place<'_>, refusals: &mut Refusals) {
    for (key, value) in holder.field("metadata").entries("annotations") {
        let of_pod = key == "seccomp.security.alpha.kubernetes.io/pod";
        if !of_pod && !key.starts_with("container.seccomp.security.alpha.kubernetes.io/") {
            continue;
        }
        let Some(text) = value.string() else { continue };
        let known = matches!(text, "runtime/default" | "docker/default" | "unconfined");
        if !known && !text.starts_with("localhost/") {
            refusals.value(&value, "which is not a valid profile", SECCOMP);
        }
    }
}

/// Returns the description of a kind's Pods: the holder of `metadata` and `spec`.
fn find_holder<'a>(subject: &JudgedObject<'a>) -> Option<Place<'a>> {
    let root = &subject.root;
    match (subject.group, subject.kind) {
        ("", "Pod") => Some(root.clone()),
        ("", "PodTemplate") => Some(root.field("template")),
        ("", "ReplicationController")
        | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => Some(root.reach(&["spec", "template"])),
        ("batch", "CronJob") => Some(root.reach(&["spec", "jobTemplate", "spec", "template"])),
        _ => None,
    }
}

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(holder) = find_holder(subject) else { return };
    let stands = if subject.is("", "Pod") { PodHolder::Alone } else { PodHolder::Template };
    if let Some(template) = holder.get("metadata").filter(|_| stands == PodHolder::Template) {
        metadata::judge_labels(&template, refusals);
        metadata::judge_annotations(&template, refusals);
    }
    let spec = holder.field("spec");
    let templates = subject.root.get("spec").filter(|_| subject.is("apps", "StatefulSet"));
    let templates = templates.map(|spec| spec.items("volumeClaimTemplates")).unwrap_or_default();
    let claims = templates.iter().filter_map(|claim| claim.get("metadata")?.text("name")).collect();
    let pod = Pod { spec, stands, claims };
    judge_seccomp(&holder, refusals);
    described::check(&pod, refusals);
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
