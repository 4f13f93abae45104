//! Mounts of volumes in containers.

use std::collections::HashSet;

use super::{Container, List, Pod};
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::stays_inside;

const VOLUME: Rule = Rule {
    help: "correct the name, or add the volume to `volumes`",
    source: "ValidateVolumeMounts in pkg/apis/core/validation",
};
const PATH: Rule = Rule {
    help: "give every mount of the container a unique `mountPath`",
    source: "ValidateVolumeMounts in pkg/apis/core/validation",
};
const SUB: Rule = Rule {
    help: "name a path inside the volume, without `..` and not from the root",
    source: "validateLocalDescendingPath in pkg/apis/core/validation",
};
const EITHER: Rule = Rule {
    help: "keep one of `subPath` and `subPathExpr`",
    source: "ValidateVolumeMounts in pkg/apis/core/validation",
};
const EPHEMERAL: Rule = Rule {
    help: "mount the whole volume",
    source: "validateEphemeralContainers in pkg/apis/core/validation",
};
const PROPAGATION: Rule = Rule {
    help: "make the container privileged, or do not propagate mounts to the node",
    source: "validateMountPropagation in pkg/apis/core/validation",
};
const DEVICE: Rule = Rule {
    help: "correct the name, or add the volume to `volumes`",
    source: "ValidateVolumeDevices in pkg/apis/core/validation",
};

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    let volumes = pod.spec.items("volumes");
    let mut known: HashSet<&str> = volumes.iter().filter_map(|volume| volume.text("name")).collect();
    known.extend(&pod.claims);
    let all = pod.spec.get("volumes");
    let unknown =
        all.is_some_and(|all| all.node.is_unknown() || volumes.iter().any(Place::has_unknown_field));
    let names = Names { known, unknown };
    for container in pod.containers() {
        let mut paths = HashSet::new();
        for mount in container.place.items("volumeMounts") {
            judge_volume_exists(&mount, &names, VOLUME, refusals);
            judge_mount_path(&mount, &mut paths, refusals);
            judge_sub_path(&mount, container.list, refusals);
            judge_propagation(&mount, &container, refusals);
        }
        for device in container.place.items("volumeDevices") {
            judge_volume_exists(&device, &names, DEVICE, refusals);
        }
    }
}

/// The names of a Pod's volumes. Says whether there may be others.
struct Names<'a> {
    known: HashSet<&'a str>,
    unknown: bool,
}

fn judge_volume_exists(mount: &Place<'_>, names: &Names<'_>, rule: Rule, refusals: &mut Refusals) {
    let Some((text, place)) = mount.text("name").zip(mount.get("name")) else {
        return refusals.whole(mount, "lacks the `name` of a volume", rule);
    };
    if !names.known.contains(text) && !names.unknown {
        refusals.together(&place, "and the Pod does not have this volume", rule);
    }
}

fn judge_mount_path<'a>(mount: &Place<'a>, seen: &mut HashSet<&'a str>, refusals: &mut Refusals) {
    let Some((text, place)) = mount.text("mountPath").zip(mount.get("mountPath")) else {
        return refusals.lacks(mount, "mountPath", PATH);
    };
    if !seen.insert(text) {
        refusals.together(&place, "and another volume is mounted there", PATH);
    }
}

fn judge_sub_path(mount: &Place<'_>, list: List, refusals: &mut Refusals) {
    for key in ["subPath", "subPathExpr"] {
        let Some((text, place)) = mount.text(key).zip(mount.get(key)) else { continue };
        if text.starts_with('/') || !stays_inside(text) {
            refusals.value(&place, "which is not a path inside the volume", SUB);
        }
        if list == List::Ephemeral {
            refusals.whole(&place, "is not allowed in an ephemeral container", EPHEMERAL);
        }
    }
    if mount.text("subPath").is_some() && mount.text("subPathExpr").is_some() {
        refusals.whole(mount, "has both of subPath and subPathExpr", EITHER);
    }
}

fn judge_propagation(mount: &Place<'_>, container: &Container<'_>, refusals: &mut Refusals) {
    let Some(place) = mount.get("mountPropagation") else { return };
    let privileged = container.place.get("securityContext").and_then(|context| context.flag("privileged"));
    if place.node.as_str() == Some("Bidirectional") && privileged != Some(true) {
        refusals.together(&place, "but the container is not privileged", PROPAGATION);
    }
}
