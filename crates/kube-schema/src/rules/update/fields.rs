//! Fields that keep their first value.

use super::defaults::{CLAIM, FieldDefault, OTHER};
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};

/// Advice, with its cost.
type Help = &'static str;

pub(super) const WORKLOAD: Help = "restore the old value, or give the workload a new name and remove the old \
    one when the new one runs; Argo CD's Replace=true with Force=true and Flux's force: true delete it and \
    its Pods first";
const SET: Help = "restore the old value, or delete the StatefulSet with --cascade=orphan just before the \
    new one is applied: its Pods and their data stay; Argo CD's Force=true and Flux's force: true delete the \
    Pods as well";
const BINDING: Help = "restore the old role and add a second binding with the new role, then remove this \
    one; Argo CD's Force=true and Flux's force: true delete and recreate it, and meanwhile its subjects have \
    no permissions";
const CLASS: Help = "restore the old value and add a class with a new name; deleting and recreating it (Argo \
    CD's Force=true, Flux's force: true) leaves existing volumes as they are";
const NEW_NAME: Help =
    "restore the old value and add an object with a new name, then change everything that uses the old one";
const VOLUME: Help =
    "restore the old value, or create a new PersistentVolume with the new source and move the data";
const DEFINITION: Help = "restore the old value, or define a new kind and migrate: deleting the definition \
    deletes every object of its kind";

/// A group, its kinds, the field's holder, the field, the advice, and the function of Kubernetes that refuses a
/// change.
type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static str, Help, &'static str);

const APPS: &[&str] = &["DaemonSet", "Deployment", "ReplicaSet"];
const BINDINGS: &[&str] = &["ClusterRoleBinding", "RoleBinding"];
const STORAGE: &str = "storage.k8s.io";
const SET_SOURCE: &str = "ValidateStatefulSetUpdate in pkg/apis/apps/validation";
const CLASS_SOURCE: &str = "ValidateStorageClassUpdate in pkg/apis/storage/validation";
const CRD: &str = "apiextensions.k8s.io";
const CRD_SOURCE: &str =
    "validateCustomResourceDefinitionSpecUpdate in apiextensions-apiserver/pkg/apis/apiextensions/validation";
const CRDS: &[&str] = &["CustomResourceDefinition"];

const ROWS: &[Row] = &[
    (
        "apps",
        APPS,
        &["spec"],
        "selector",
        WORKLOAD,
        "ValidateUpdate of deploymentStrategy in pkg/registry/apps",
    ),
    ("apps", &["StatefulSet"], &["spec"], "selector", SET, SET_SOURCE),
    ("apps", &["StatefulSet"], &["spec"], "serviceName", SET, SET_SOURCE),
    ("apps", &["StatefulSet"], &["spec"], "podManagementPolicy", SET, SET_SOURCE),
    ("apps", &["StatefulSet"], &["spec"], "volumeClaimTemplates", SET, SET_SOURCE),
    (
        "apps",
        &["ControllerRevision"],
        &[],
        "data",
        NEW_NAME,
        "ValidateControllerRevisionUpdate in pkg/apis/apps/validation",
    ),
    (
        "rbac.authorization.k8s.io",
        BINDINGS,
        &[],
        "roleRef",
        BINDING,
        "ValidateRoleBindingUpdate in pkg/apis/rbac/validation",
    ),
    (
        "networking.k8s.io",
        &["IngressClass"],
        &["spec"],
        "controller",
        NEW_NAME,
        "validateIngressClassSpecUpdate in pkg/apis/networking/validation",
    ),
    (STORAGE, &["StorageClass"], &[], "provisioner", CLASS, CLASS_SOURCE),
    (STORAGE, &["StorageClass"], &[], "parameters", CLASS, CLASS_SOURCE),
    (STORAGE, &["StorageClass"], &[], "reclaimPolicy", CLASS, CLASS_SOURCE),
    (STORAGE, &["StorageClass"], &[], "volumeBindingMode", CLASS, CLASS_SOURCE),
    (
        STORAGE,
        &["VolumeAttributesClass"],
        &[],
        "driverName",
        CLASS,
        "ValidateVolumeAttributesClassUpdate in pkg/apis/storage/validation",
    ),
    (
        STORAGE,
        &["VolumeAttributesClass"],
        &[],
        "parameters",
        CLASS,
        "ValidateVolumeAttributesClassUpdate in pkg/apis/storage/validation",
    ),
    (
        STORAGE,
        &["CSIDriver"],
        &["spec"],
        "attachRequired",
        NEW_NAME,
        "ValidateCSIDriverUpdate in pkg/apis/storage/validation",
    ),
    (
        STORAGE,
        &["CSIDriver"],
        &["spec"],
        "volumeLifecycleModes",
        NEW_NAME,
        "ValidateCSIDriverUpdate in pkg/apis/storage/validation",
    ),
    (
        "scheduling.k8s.io",
        &["PriorityClass"],
        &[],
        "value",
        NEW_NAME,
        "ValidatePriorityClassUpdate in pkg/apis/scheduling/validation",
    ),
    (
        "scheduling.k8s.io",
        &["PriorityClass"],
        &[],
        "preemptionPolicy",
        NEW_NAME,
        "ValidatePriorityClassUpdate in pkg/apis/scheduling/validation",
    ),
    (
        "node.k8s.io",
        &["RuntimeClass"],
        &[],
        "handler",
        NEW_NAME,
        "ValidateRuntimeClassUpdate in pkg/apis/node/validation",
    ),
    (
        "discovery.k8s.io",
        &["EndpointSlice"],
        &[],
        "addressType",
        NEW_NAME,
        "ValidateEndpointSliceUpdate in pkg/apis/discovery/validation",
    ),
    (CRD, CRDS, &["spec"], "scope", DEFINITION, CRD_SOURCE),
    (CRD, CRDS, &["spec"], "group", DEFINITION, CRD_SOURCE),
    (CRD, CRDS, &["spec", "names"], "kind", DEFINITION, CRD_SOURCE),
    (CRD, CRDS, &["spec", "names"], "plural", DEFINITION, CRD_SOURCE),
    (
        "",
        &["PersistentVolume"],
        &["spec"],
        "volumeMode",
        VOLUME,
        "ValidatePersistentVolumeUpdate in pkg/apis/core/validation",
    ),
];

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    for (_, _, holder, field, help, source) in rows(pair) {
        let (Some(old), Some(new)) = (pair.old.at(holder), pair.new.at(holder)) else { continue };
        let differences = of_field(&old, &new, field, defaults(field));
        found.extend(Difference::forbidden(&differences, help, source));
    }
    if pair.is("", "PersistentVolume") {
        judge_source(pair, found);
    }
    if pair.is("", "ResourceQuota") {
        judge_scopes(pair, found);
    }
}

fn rows(pair: &Pair<'_>) -> impl Iterator<Item = &'static Row> {
    let (group, kind) = (pair.group.to_owned(), pair.kind.to_owned());
    ROWS.iter().filter(move |row| row.0 == group && row.1.contains(&kind.as_str()))
}

fn defaults(field: &str) -> &'static [FieldDefault] {
    if matches!(field, "volumeClaimTemplates" | "podManagementPolicy") { CLAIM } else { OTHER }
}

/// Judges the source of a volume. A secret for expanding it may be added once.
fn judge_source(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let (Some(old), Some(new)) = (pair.old.get("spec"), pair.new.get("spec")) else { return };
    let mut differences: Vec<Difference<'_>> =
        crate::rules::storage::SOURCES.iter().flat_map(|key| of_field(&old, &new, key, OTHER)).collect();
    let is_addition = |difference: &Difference<'_>| {
        difference.old.is_none() && difference.path.contains("controllerExpandSecretRef")
    };
    differences.retain(|difference| !is_addition(difference));
    let refused_by = "ValidatePersistentVolumeUpdate in pkg/apis/core/validation";
    found.extend(Difference::forbidden(&differences, VOLUME, refused_by));
}

/// Judges scopes, whose order does not matter.
fn judge_scopes(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let (Some(old), Some(new)) = (pair.old.get("spec"), pair.new.get("spec")) else { return };
    let named = |spec: &crate::rules::place::Place<'_>| {
        let items = spec.items("scopes");
        let mut names: Vec<String> =
            items.iter().filter_map(|item| item.node.as_str().map(str::to_owned)).collect();
        names.sort_unstable();
        names
    };
    if named(&old) != named(&new) {
        let differences = of_field(&old, &new, "scopes", OTHER);
        let refused_by = "ValidateResourceQuotaUpdate in pkg/apis/core/validation";
        found.extend(Difference::forbidden(&differences, NEW_NAME, refused_by));
    }
}
