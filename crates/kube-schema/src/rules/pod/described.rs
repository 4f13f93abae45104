//! Required fields of a Pod's volumes, variables, ports and places.

use super::Pod;
use crate::rules::named::{self, Syntax};
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::required;

/// A path below the Pod's `spec`, a container or a volume, and the function of Kubernetes that requires it.
type Row = (&'static str, &'static str);
/// A path, the syntax of its name, and the function of Kubernetes that requires it.
type Name = (&'static str, Syntax, &'static str);

const PATH: &str = "validateKeyToPath in pkg/apis/core/validation";
const FILE: &str = "validateDownwardAPIVolumeFile in pkg/apis/core/validation";
const FIELD: &str = "validateObjectFieldSelector in pkg/apis/core/validation";
const RESOURCE: &str = "validateContainerResourceFieldSelector in pkg/apis/core/validation";
const PROJECTION: &str = "validateProjectionSources in pkg/apis/core/validation";
const ISCSI: &str = "validateISCSIVolumeSource in pkg/apis/core/validation";
const NFS: &str = "validateNFSVolumeSource in pkg/apis/core/validation";
const CEPH: &str = "validateCephFSVolumeSource in pkg/apis/core/validation";
const RBD: &str = "validateRBDVolumeSource in pkg/apis/core/validation";
const GLUSTER: &str = "validateGlusterfsVolumeSource in pkg/apis/core/validation";
const AZURE_FILE: &str = "validateAzureFile in pkg/apis/core/validation";
const AZURE_DISK: &str = "validateAzureDisk in pkg/apis/core/validation";
const FROM: &str = "ValidateEnvFrom in pkg/apis/core/validation";
const REQUIREMENT: &str = "ValidateNodeSelectorRequirement in pkg/apis/core/validation";
const WEIGHT: &str = "ValidatePreferredSchedulingTerms in pkg/apis/core/validation";
const SPREAD: &str = "validateTopologySpreadConstraints in pkg/apis/core/validation";
const CSI: &str = "validateCSIVolumeSource in pkg/apis/core/validation";

const VOLUME: &[Row] = &[
    ("hostPath/path", "validateHostPathVolumeSource in pkg/apis/core/validation"),
    ("nfs/server", NFS),
    ("nfs/path", NFS),
    ("csi/driver", "ValidateCSIDriverName in pkg/apis/core/validation"),
    ("csi/nodePublishSecretRef/name", CSI),
    ("iscsi/targetPortal", ISCSI),
    ("iscsi/iqn", ISCSI),
    ("cephfs/monitors", CEPH),
    ("rbd/monitors", RBD),
    ("rbd/image", RBD),
    ("glusterfs/endpoints", GLUSTER),
    ("glusterfs/path", GLUSTER),
    ("azureFile/secretName", AZURE_FILE),
    ("azureFile/shareName", AZURE_FILE),
    ("azureDisk/diskName", AZURE_DISK),
    ("azureDisk/diskURI", AZURE_DISK),
    ("awsElasticBlockStore/volumeID", "validateAWSElasticBlockStoreVolumeSource in pkg/apis/core/validation"),
    ("gcePersistentDisk/pdName", "validateGCEPersistentDiskVolumeSource in pkg/apis/core/validation"),
    ("cinder/volumeID", "validateCinderVolumeSource in pkg/apis/core/validation"),
    ("flexVolume/driver", "validateFlexVolumeSource in pkg/apis/core/validation"),
    ("vsphereVolume/volumePath", "validateVsphereVolumeSource in pkg/apis/core/validation"),
    ("portworxVolume/volumeID", "validatePortworxVolumeSource in pkg/apis/core/validation"),
    ("gitRepo/repository", "validateGitRepoVolumeSource in pkg/apis/core/validation"),
    ("ephemeral/volumeClaimTemplate", "validateEphemeralVolumeSource in pkg/apis/core/validation"),
    ("configMap/items/*/key", PATH),
    ("configMap/items/*/path", PATH),
    ("secret/items/*/key", PATH),
    ("secret/items/*/path", PATH),
    ("downwardAPI/items/*/path", FILE),
    ("downwardAPI/items/*/fieldRef/fieldPath", FIELD),
    ("downwardAPI/items/*/resourceFieldRef/containerName", RESOURCE),
    ("downwardAPI/items/*/resourceFieldRef/resource", RESOURCE),
    ("projected/sources/*/configMap/items/*/key", PATH),
    ("projected/sources/*/configMap/items/*/path", PATH),
    ("projected/sources/*/secret/items/*/key", PATH),
    ("projected/sources/*/secret/items/*/path", PATH),
    ("projected/sources/*/downwardAPI/items/*/path", FILE),
    ("projected/sources/*/downwardAPI/items/*/fieldRef/fieldPath", FIELD),
    ("projected/sources/*/downwardAPI/items/*/resourceFieldRef/containerName", RESOURCE),
    ("projected/sources/*/downwardAPI/items/*/resourceFieldRef/resource", RESOURCE),
    ("projected/sources/*/serviceAccountToken/path", PROJECTION),
];

const CONTAINER: &[Row] = &[
    ("ports/*/containerPort", "validateContainerPorts in pkg/apis/core/validation"),
    ("env/*/valueFrom/fieldRef/fieldPath", FIELD),
    ("env/*/valueFrom/resourceFieldRef/resource", RESOURCE),
    ("envFrom/*/configMapRef/name", FROM),
    ("envFrom/*/secretRef/name", FROM),
    ("volumeDevices/*/devicePath", "ValidateVolumeDevices in pkg/apis/core/validation"),
    ("resizePolicy/*/resourceName", "validateResizePolicy in pkg/apis/core/validation"),
    ("resources/claims/*/name", "validateResourceClaimNames in pkg/apis/core/validation"),
    ("livenessProbe/httpGet/port", PORT),
    ("livenessProbe/tcpSocket/port", PORT),
    ("livenessProbe/grpc/port", PORT),
    ("readinessProbe/httpGet/port", PORT),
    ("readinessProbe/tcpSocket/port", PORT),
    ("readinessProbe/grpc/port", PORT),
    ("startupProbe/httpGet/port", PORT),
    ("startupProbe/tcpSocket/port", PORT),
    ("startupProbe/grpc/port", PORT),
    ("lifecycle/postStart/httpGet/port", PORT),
    ("lifecycle/postStart/tcpSocket/port", PORT),
    ("lifecycle/preStop/httpGet/port", PORT),
    ("lifecycle/preStop/tcpSocket/port", PORT),
];
const PORT: &str = "ValidatePortNumOrName in pkg/apis/core/validation";

const POD: &[Row] = &[
    ("hostAliases/*/ip", "ValidateHostAliases in pkg/apis/core/validation"),
    ("readinessGates/*/conditionType", "validateReadinessGates in pkg/apis/core/validation"),
    ("schedulingGates/*/name", "validateSchedulingGates in pkg/apis/core/validation"),
    ("securityContext/sysctls/*/name", "validateSysctls in pkg/apis/core/validation"),
    ("resourceClaims/*/name", "validatePodResourceClaim in pkg/apis/core/validation"),
    ("dnsConfig/options/*/name", "validatePodDNSConfig in pkg/apis/core/validation"),
    ("topologySpreadConstraints/*/maxSkew", SPREAD),
    (
        "affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/*/matchExpressions/*/key",
        REQUIREMENT,
    ),
    (
        "affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/*/matchFields/*/key",
        REQUIREMENT,
    ),
    ("affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight", WEIGHT),
    (
        "affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/preference/matchExpressions/*/key",
        REQUIREMENT,
    ),
    ("affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight", WEIGHT),
    ("affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight", WEIGHT),
];

const VOLUME_NAMES: &[Name] = &[("csi/nodePublishSecretRef/name", Syntax::Subdomain, CSI)];

const CONTAINER_NAMES: &[Name] = &[
    ("envFrom/*/configMapRef/name", Syntax::Subdomain, FROM),
    ("envFrom/*/secretRef/name", Syntax::Subdomain, FROM),
    (
        "env/*/valueFrom/configMapKeyRef/name",
        Syntax::Subdomain,
        "validateConfigMapKeySelector in pkg/apis/core/validation",
    ),
    (
        "env/*/valueFrom/secretKeyRef/name",
        Syntax::Subdomain,
        "validateSecretKeySelector in pkg/apis/core/validation",
    ),
];

const POD_NAMES: &[Name] = &[
    (
        "readinessGates/*/conditionType",
        Syntax::Qualified,
        "validateReadinessGates in pkg/apis/core/validation",
    ),
    ("schedulingGates/*/name", Syntax::Qualified, "validateSchedulingGates in pkg/apis/core/validation"),
    ("resourceClaims/*/name", Syntax::Label, "validatePodResourceClaim in pkg/apis/core/validation"),
    (
        "resourceClaims/*/resourceClaimName",
        Syntax::Subdomain,
        "validatePodResourceClaim in pkg/apis/core/validation",
    ),
    (
        "resourceClaims/*/resourceClaimTemplateName",
        Syntax::Subdomain,
        "validatePodResourceClaim in pkg/apis/core/validation",
    ),
    ("dnsConfig/searches/*", Syntax::Search, "validatePodDNSConfig in pkg/apis/core/validation"),
    (
        "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/*/namespaces/*",
        Syntax::Label,
        "validatePodAffinityTerm in pkg/apis/core/validation",
    ),
    (
        "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/*/namespaces/*",
        Syntax::Label,
        "validatePodAffinityTerm in pkg/apis/core/validation",
    ),
    (
        "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/podAffinityTerm/namespaces/*",
        Syntax::Label,
        "validatePodAffinityTerm in pkg/apis/core/validation",
    ),
    (
        "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/podAffinityTerm/namespaces/*",
        Syntax::Label,
        "validatePodAffinityTerm in pkg/apis/core/validation",
    ),
];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    for (path, source) in POD {
        required::judge(&pod.spec, path, source, refusals);
    }
    for (path, syntax, source) in POD_NAMES {
        named::judge(&pod.spec, path, *syntax, source, refusals);
    }
    for container in pod.containers() {
        for (path, source) in CONTAINER {
            required::judge(&container.place, path, source, refusals);
        }
        for (path, syntax, source) in CONTAINER_NAMES {
            named::judge(&container.place, path, *syntax, source, refusals);
        }
    }
    for place in pod.volumes() {
        judge_volume(&place, refusals);
    }
}

/// Judges the required fields of a volume.
pub(super) fn judge_volume(place: &Place<'_>, refusals: &mut Refusals) {
    for (path, source) in VOLUME {
        required::judge(place, path, source, refusals);
    }
    for (path, syntax, source) in VOLUME_NAMES {
        named::judge(place, path, *syntax, source, refusals);
    }
    let iscsi = place.get("iscsi").filter(|iscsi| {
        ["chapAuthDiscovery", "chapAuthSession"].iter().any(|key| iscsi.flag(key) == Some(true))
    });
    if let Some(iscsi) = iscsi.filter(|iscsi| !iscsi.has("secretRef")) {
        refusals.lacks(&iscsi, "secretRef", SECRET);
    }
}

const SECRET: Rule = Rule { help: "name the Secret with the credentials", source: ISCSI };
