//! Volumes of a Pod.

use std::collections::HashSet;

use super::Pod;
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::storage;
use crate::rules::syntax::{is_label, stays_inside};
use kube_model::Quantity;

const NAME: Rule = Rule {
    help: "give every volume of the Pod a name of its own: lower-case letters, digits and `-`, at most 63 characters",
    source: "ValidateVolumes in pkg/apis/core/validation",
};
const ONE: Rule = Rule {
    help: "keep one of them, and move the other to a second volume",
    source: "validateVolumeSource in pkg/apis/core/validation",
};
const HOST: Rule = Rule {
    help: "name an absolute path without `..`",
    source: "validateHostPathVolumeSource in pkg/apis/core/validation",
};
const ITEM: Rule = Rule {
    help: "name a path inside the volume, without `..` and not from the root",
    source: "validateKeyToPath in pkg/apis/core/validation",
};
const SOURCE: Rule = Rule {
    help: "name the object that the volume contains",
    source: "validateConfigMapVolumeSource in pkg/apis/core/validation",
};
const PROJECTION: Rule = Rule {
    help: "make one entry of `sources` for each source",
    source: "validateProjectionSources in pkg/apis/core/validation",
};
const FILE: Rule = Rule {
    help: "give each file exactly one of `fieldRef` and `resourceFieldRef`",
    source: "validateDownwardAPIVolumeFile in pkg/apis/core/validation",
};
const SIZE: Rule =
    Rule { help: "write an amount of 0 or more", source: "validateVolumeSource in pkg/apis/core/validation" };

/// Every kind of volume.
const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

const PROJECTED: &[&str] =
    &["secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    let mut seen = HashSet::new();
    for volume in pod.volumes() {
        judge_name(&volume, &mut seen, refusals);
        judge_source(&volume, refusals);
    }
}

fn judge_name<'a>(volume: &Place<'a>, seen: &mut HashSet<&'a str>, refusals: &mut Refusals) {
    let Some((text, place)) = volume.text("name").zip(volume.get("name")) else {
        return refusals.lacks(volume, "name", NAME);
    };
    if !is_label(text) {
        refusals.value(&place, "which is not a valid volume name", NAME);
    } else if !seen.insert(text) {
        refusals.together(&place, "and another volume of the Pod has the same name", NAME);
    }
}

fn judge_source(volume: &Place<'_>, refusals: &mut Refusals) {
    let named: Vec<&str> = SOURCES.iter().copied().filter(|key| volume.has(key)).collect();
    if named.len() > 1 {
        refusals.whole(volume, &format!("defines several volumes at once: {}", named.join(", ")), ONE);
    }
    if let Some(path) = volume.at(&["hostPath", "path"])
        && path.node.as_str().is_some_and(|text| !stays_inside(text))
    {
        refusals.value(&path, "which contains a path to a parent folder", HOST);
    }
    if let Some(size) = volume.at(&["emptyDir", "sizeLimit"])
        && Quantity::of(size.node).is_some_and(|size| size < Quantity::ZERO)
    {
        refusals.value(&size, "which is negative", SIZE);
    }
    if let Some(template) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
        storage::judge_claim(&template.field("spec"), refusals);
    }
    judge_object(volume, "configMap", "name", refusals);
    judge_object(volume, "secret", "secretName", refusals);
    judge_object(volume, "persistentVolumeClaim", "claimName", refusals);
    volume.find("downwardAPI/items/*").iter().for_each(|file| judge_downward(file, refusals));
    volume.find("projected/sources/*").iter().for_each(|projection| judge_projected(projection, refusals));
}

fn judge_object<'a>(volume: &Place<'a>, kind: &str, key: &'a str, refusals: &mut Refusals) {
    let Some(source) = volume.get(kind) else { return };
    if source.text(key).is_none() {
        refusals.lacks(&source, key, SOURCE);
    }
    judge_items(&source, refusals);
}

fn judge_projected(projection: &Place<'_>, refusals: &mut Refusals) {
    if PROJECTED.iter().filter(|key| projection.has(key)).count() > 1 {
        refusals.whole(projection, "names several sources at once", PROJECTION);
    }
    for key in ["configMap", "secret"] {
        projection.get(key).iter().for_each(|source| {
            if source.text("name").is_none() {
                refusals.lacks(source, "name", SOURCE);
            }
            judge_items(source, refusals);
        });
    }
    projection.find("downwardAPI/items/*").iter().for_each(|file| judge_downward(file, refusals));
}

fn judge_items(source: &Place<'_>, refusals: &mut Refusals) {
    for item in source.items("items") {
        judge_path(&item, refusals);
    }
}

fn judge_downward(file: &Place<'_>, refusals: &mut Refusals) {
    judge_path(file, refusals);
    if file.has("fieldRef") == file.has("resourceFieldRef") {
        refusals.whole(file, "has both of fieldRef and resourceFieldRef, or neither", FILE);
    }
}

fn judge_path(item: &Place<'_>, refusals: &mut Refusals) {
    let Some(place) = item.get("path") else { return };
    let Some(text) = place.node.as_str() else { return };
    if text.starts_with('/') || text.starts_with("..") || !stays_inside(text) {
        refusals.value(&place, "which is not a path inside the volume", ITEM);
    }
}
