//! Volumes, claims and storage classes.

use std::collections::{BTreeSet, HashSet};

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::{is_qualified_name, is_subdomain, stays_inside};
use super::{pod, selectors};
use kube_model::Quantity;

const MODES: Rule = Rule {
    help: "name an access mode, such as ReadWriteOnce",
    source: "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
};
const ALONE: Rule = Rule {
    help: "keep ReadWriteOncePod, or the others",
    source: "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
};
const SIZE: Rule = Rule {
    help: "request storage of more than 0, such as 10Gi",
    source: "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
};
const CLASS: Rule = Rule {
    help: "write the name of a StorageClass",
    source: "ValidateClassName in pkg/apis/core/validation",
};
const SOURCE: Rule = Rule {
    help: "describe the volume under exactly one source, such as csi or nfs",
    source: "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
};
const LOCAL: Rule = Rule {
    help: "add a `nodeAffinity` that names the node",
    source: "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
};
const PROVISIONER: Rule = Rule {
    help: "write the name of the provisioner, such as ebs.csi.aws.com",
    source: "validateProvisioner in pkg/apis/storage/validation",
};

const TOPOLOGY: Rule = Rule {
    help: "use different values in every term, and each key once",
    source: "validateAllowedTopologies in pkg/apis/storage/validation",
};
/// The first minor version in which a StatefulSet's claims are validated with it.
const VALID_CLAIMS: u8 = 34;

const ACCESS: [&str; 4] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// Every source of a PersistentVolume.
pub(super) const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    match (subject.group, subject.kind) {
        ("", "PersistentVolumeClaim") => judge_claim(&subject.root.field("spec"), refusals),
        ("", "PersistentVolume") => judge_volume(&subject.root.field("spec"), refusals),
        ("storage.k8s.io", "StorageClass") => {
            judge_class(subject, refusals);
            judge_topologies(subject, refusals);
        }
        ("apps", "StatefulSet") if !subject.versions_in(VALID_CLAIMS..=u8::MAX).is_empty() => {
            subject.root.find("spec/volumeClaimTemplates/*").iter().for_each(|template| {
                judge_claim(&template.field("spec"), refusals);
            });
        }
        _ => {}
    }
}

/// Judges the specification of a claim, wherever it is.
pub(super) fn judge_claim(spec: &Place<'_>, refusals: &mut Refusals) {
    judge_access_modes(spec, refusals);
    judge_amount(spec, &["resources", "requests", "storage"], refusals);
    judge_class_name(spec, refusals);
    spec.get("selector").iter().for_each(|selector| selectors::judge_label_selector(selector, refusals));
}

/// Refuses terms about the same zones, and two requirements for one key.
fn judge_topologies(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let terms = subject.root.items("allowedTopologies");
    let mut seen: Vec<Vec<(&str, BTreeSet<&str>)>> = Vec::new();
    for term in &terms {
        let mut keys = HashSet::new();
        let mut described = Vec::new();
        for requirement in term.items("matchLabelExpressions") {
            let key = requirement.text("key").unwrap_or_default();
            let values: Vec<&str> = requirement.items("values").iter().filter_map(Place::string).collect();
            let distinct: BTreeSet<&str> = values.iter().copied().collect();
            if distinct.len() < values.len() || !keys.insert(key) {
                refusals.whole(&requirement, "repeats a key or a value", TOPOLOGY);
            }
            described.push((key, distinct));
        }
        described.sort_unstable();
        if seen.contains(&described) || described.is_empty() {
            refusals.whole(term, "adds nothing to another term", TOPOLOGY);
        }
        seen.push(described);
    }
}

fn judge_volume(spec: &Place<'_>, refusals: &mut Refusals) {
    pod::judge_described_volume(spec, refusals);
    judge_access_modes(spec, refusals);
    judge_amount(spec, &["capacity", "storage"], refusals);
    judge_class_name(spec, refusals);
    let named: Vec<&str> = SOURCES.iter().copied().filter(|key| spec.has(key)).collect();
    if named.len() != 1 {
        let complaint = format!("names {} sources where one is allowed", named.len());
        refusals.whole(spec, &complaint, SOURCE);
    }
    if let Some(local) = spec.get("local").filter(|_| spec.at(&["nodeAffinity", "required"]).is_none()) {
        refusals.whole(&local, "needs a nodeAffinity, which is missing", LOCAL);
    }
    if let Some(path) = spec.at(&["hostPath", "path"])
        && path.node.as_str().is_some_and(|text| !stays_inside(text))
    {
        refusals.value(&path, "which contains a path to a parent folder", SOURCE);
    }
}

fn judge_access_modes(spec: &Place<'_>, refusals: &mut Refusals) {
    let modes = spec.items("accessModes");
    if modes.is_empty() {
        return refusals.lacks(spec, "accessModes", MODES);
    }
    for mode in modes.iter().filter(|mode| mode.string().is_some_and(|text| !ACCESS.contains(&text))) {
        refusals.value(
            mode,
            "which is not one of the allowed values: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod",
            MODES,
        );
    }
    let single = modes.iter().find(|mode| mode.node.as_str() == Some("ReadWriteOncePod"));
    let other = modes.iter().any(|mode| mode.node.as_str() != Some("ReadWriteOncePod"));
    if let Some(single) = single.filter(|_| other) {
        refusals.together(single, "which must be used alone", ALONE);
    }
}

fn judge_amount<'a>(spec: &Place<'a>, path: &[&'a str], refusals: &mut Refusals) {
    match spec.at(path) {
        None if spec.exists() => {
            refusals.whole(spec, &format!("lacks `{}`", path.join(".")), SIZE);
        }
        None => refusals.missing(&spec.reach(path), SIZE),
        Some(size) if Quantity::of(size.node).is_some_and(|amount| amount <= Quantity::ZERO) => {
            refusals.value(&size, "which is not more than 0", SIZE);
        }
        Some(_) => {}
    }
}

fn judge_class_name(spec: &Place<'_>, refusals: &mut Refusals) {
    let named = spec.text("storageClassName").zip(spec.get("storageClassName"));
    if let Some((_, place)) = named.filter(|(text, _)| !is_subdomain(text)) {
        refusals.value(&place, "which is not a valid StorageClass name", CLASS);
    }
}

fn judge_class(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some((text, place)) = subject.root.text("provisioner").zip(subject.root.get("provisioner")) else {
        return;
    };
    if !is_qualified_name(&text.to_lowercase()) {
        refusals.value(&place, "which is not a valid provisioner name", PROVISIONER);
    }
}
