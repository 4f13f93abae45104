//! Fields of a Pod that take one of a few words, or numbers within bounds.

use super::Pod;
use crate::rules::place::Place;
use crate::rules::refusals::Refusals;
use crate::rules::words::Empty;
use crate::rules::{numbers, words};

/// A path, its words, and the function of Kubernetes that lists them.
type Words = (&'static str, &'static [&'static str], Empty, &'static str);

/// The kinds of profiles, which a Pod names for all of its containers and a container for itself.
const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];
const SECCOMP: Words = (
    "securityContext/seccompProfile/type",
    PROFILES,
    Empty::Missing,
    "validateSeccompProfileType in pkg/apis/core/validation",
);
const APP_ARMOR: Words = (
    "securityContext/appArmorProfile/type",
    PROFILES,
    Empty::Missing,
    "ValidateAppArmorProfileField in pkg/apis/core/validation",
);

/// Words of a Pod, below its `spec`.
const POD: &[Words] = &[
    (
        "restartPolicy",
        &["Always", "OnFailure", "Never"],
        Empty::LeftOut,
        "validateRestartPolicy in pkg/apis/core/validation",
    ),
    (
        "dnsPolicy",
        &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
        Empty::LeftOut,
        "validateDNSPolicy in pkg/apis/core/validation",
    ),
    (
        "preemptionPolicy",
        &["PreemptLowerPriority", "Never"],
        Empty::Refused,
        "ValidatePreemptionPolicy in pkg/apis/core/validation",
    ),
    ("os/name", &["linux", "windows"], Empty::Missing, "validateOS in pkg/apis/core/validation"),
    (
        "tolerations/*/effect",
        &["NoSchedule", "PreferNoSchedule", "NoExecute"],
        Empty::LeftOut,
        "validateTaintEffect in pkg/apis/core/validation",
    ),
    (
        "topologySpreadConstraints/*/whenUnsatisfiable",
        &["DoNotSchedule", "ScheduleAnyway"],
        Empty::Missing,
        "ValidateWhenUnsatisfiable in pkg/apis/core/validation",
    ),
    (
        "topologySpreadConstraints/*/nodeAffinityPolicy",
        &["Ignore", "Honor"],
        Empty::Refused,
        "validateNodeInclusionPolicy in pkg/apis/core/validation",
    ),
    (
        "topologySpreadConstraints/*/nodeTaintsPolicy",
        &["Ignore", "Honor"],
        Empty::Refused,
        "validateNodeInclusionPolicy in pkg/apis/core/validation",
    ),
    SECCOMP,
    APP_ARMOR,
    (
        "securityContext/fsGroupChangePolicy",
        &["OnRootMismatch", "Always"],
        Empty::Refused,
        "validateFSGroupChangePolicy in pkg/apis/core/validation",
    ),
    (
        "securityContext/supplementalGroupsPolicy",
        &["Merge", "Strict"],
        Empty::Refused,
        "validateSupplementalGroupsPolicy in pkg/apis/core/validation",
    ),
    (
        "volumes/*/hostPath/type",
        &["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"],
        Empty::LeftOut,
        "validateHostPathType in pkg/apis/core/validation",
    ),
    (
        "volumes/*/image/pullPolicy",
        &["Always", "IfNotPresent", "Never"],
        Empty::LeftOut,
        "validatePullPolicy in pkg/apis/core/validation",
    ),
];

/// Words of a container, below itself.
const CONTAINER: &[Words] = &[
    (
        "imagePullPolicy",
        &["Always", "IfNotPresent", "Never"],
        Empty::LeftOut,
        "validatePullPolicy in pkg/apis/core/validation",
    ),
    (
        "terminationMessagePolicy",
        &["File", "FallbackToLogsOnError"],
        Empty::LeftOut,
        "validateContainerCommon in pkg/apis/core/validation",
    ),
    (
        "ports/*/protocol",
        &["TCP", "UDP", "SCTP"],
        Empty::LeftOut,
        "validateContainerPorts in pkg/apis/core/validation",
    ),
    (
        "volumeMounts/*/mountPropagation",
        &["None", "HostToContainer", "Bidirectional"],
        Empty::Refused,
        "validateMountPropagation in pkg/apis/core/validation",
    ),
    (
        "volumeMounts/*/recursiveReadOnly",
        &["Disabled", "IfPossible", "Enabled"],
        Empty::Refused,
        "validateMountRecursiveReadOnly in pkg/apis/core/validation",
    ),
    (
        "resizePolicy/*/restartPolicy",
        &["NotRequired", "RestartContainer"],
        Empty::Missing,
        "validateResizePolicy in pkg/apis/core/validation",
    ),
    (
        "securityContext/procMount",
        &["Default", "Unmasked"],
        Empty::Refused,
        "ValidateProcMountType in pkg/apis/core/validation",
    ),
    SECCOMP,
    APP_ARMOR,
];

const PORT: i64 = 65_535;
const MOST: i64 = 2_147_483_647;
/// The greatest file mode, `0777`.
const MODE: i64 = 0o777;

/// Numbers of a Pod: a path below its `spec`, the bounds, and the function of Kubernetes that sets them.
const POD_NUMBERS: &[(&str, i64, i64, &str)] = &[
    ("activeDeadlineSeconds", 1, MOST, "ValidatePodSpec in pkg/apis/core/validation"),
    ("securityContext/runAsUser", 0, MOST, "IsValidUserID in apimachinery/pkg/util/validation"),
    ("securityContext/runAsGroup", 0, MOST, "IsValidGroupID in apimachinery/pkg/util/validation"),
    ("securityContext/fsGroup", 0, MOST, "IsValidGroupID in apimachinery/pkg/util/validation"),
    ("securityContext/supplementalGroups/*", 0, MOST, "IsValidGroupID in apimachinery/pkg/util/validation"),
    ("topologySpreadConstraints/*/maxSkew", 1, MOST, "ValidateMaxSkew in pkg/apis/core/validation"),
    ("topologySpreadConstraints/*/minDomains", 1, MOST, "validateMinDomains in pkg/apis/core/validation"),
    (
        "affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight",
        1,
        100,
        "ValidatePreferredSchedulingTerms in pkg/apis/core/validation",
    ),
    (
        "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight",
        1,
        100,
        "validateWeightedPodAffinityTerms in pkg/apis/core/validation",
    ),
    (
        "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/weight",
        1,
        100,
        "validateWeightedPodAffinityTerms in pkg/apis/core/validation",
    ),
    ("volumes/*/secret/defaultMode", 0, MODE, "validateSecretVolumeSource in pkg/apis/core/validation"),
    ("volumes/*/configMap/defaultMode", 0, MODE, "validateConfigMapVolumeSource in pkg/apis/core/validation"),
    ("volumes/*/projected/defaultMode", 0, MODE, "validateProjectedVolumeSource in pkg/apis/core/validation"),
    (
        "volumes/*/downwardAPI/defaultMode",
        0,
        MODE,
        "validateDownwardAPIVolumeSource in pkg/apis/core/validation",
    ),
    ("volumes/*/secret/items/*/mode", 0, MODE, "validateKeyToPath in pkg/apis/core/validation"),
    ("volumes/*/configMap/items/*/mode", 0, MODE, "validateKeyToPath in pkg/apis/core/validation"),
];

/// Numbers of a container: a path below it, the bounds, and the function of Kubernetes that sets them.
const CONTAINER_NUMBERS: &[(&str, i64, i64, &str)] = &[
    ("ports/*/containerPort", 1, PORT, "validateContainerPorts in pkg/apis/core/validation"),
    ("ports/*/hostPort", 0, PORT, "validateContainerPorts in pkg/apis/core/validation"),
    ("securityContext/runAsUser", 0, MOST, "IsValidUserID in apimachinery/pkg/util/validation"),
    ("securityContext/runAsGroup", 0, MOST, "IsValidGroupID in apimachinery/pkg/util/validation"),
];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    judge(&pod.spec, POD, POD_NUMBERS, refusals);
    for container in pod.containers() {
        judge(&container.place, CONTAINER, CONTAINER_NUMBERS, refusals);
    }
}

fn judge(
    place: &Place<'_>,
    rows: &[Words],
    bounds: &[(&str, i64, i64, &'static str)],
    refusals: &mut Refusals,
) {
    for (path, allowed, empty, source) in rows {
        words::judge(place, path, words::Allowed { words: allowed, empty: *empty, source }, refusals);
    }
    for (path, least, most, source) in bounds {
        numbers::judge(place, path, *least, *most, source, refusals);
    }
}
