//! Words of the core group, and of the kinds that run Pods.

use super::{Words, words};

const SERVICE: &[&str] = &["Service"];
const CLAIM: &[&str] = &["PersistentVolumeClaim"];
const VOLUME: &[&str] = &["PersistentVolume"];
const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];
const ACCESS: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// A row for each field.
pub(super) const WORDS: &[Words] = &[
    words(
        "",
        SERVICE,
        "spec/type",
        &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
        "ValidateService in pkg/apis/core/validation",
    ),
    words(
        "",
        SERVICE,
        "spec/sessionAffinity",
        &["ClientIP", "None"],
        "ValidateService in pkg/apis/core/validation",
    ),
    words(
        "",
        SERVICE,
        "spec/externalTrafficPolicy",
        &["Cluster", "Local"],
        "validateServiceExternalTrafficPolicy in pkg/apis/core/validation",
    ),
    words(
        "",
        SERVICE,
        "spec/internalTrafficPolicy",
        &["Cluster", "Local"],
        "validateServiceInternalTrafficFieldsValue in pkg/apis/core/validation",
    ),
    words(
        "",
        SERVICE,
        "spec/ipFamilyPolicy",
        &["SingleStack", "PreferDualStack", "RequireDualStack"],
        "ValidateServiceClusterIPsRelatedFields in pkg/apis/core/validation",
    ),
    words(
        "",
        SERVICE,
        "spec/ipFamilies/*",
        &["IPv4", "IPv6"],
        "ValidateServiceClusterIPsRelatedFields in pkg/apis/core/validation",
    ),
    words("", SERVICE, "spec/ports/*/protocol", PROTOCOLS, "validateServicePort in pkg/apis/core/validation"),
    words(
        "",
        CLAIM,
        "spec/accessModes/*",
        ACCESS,
        "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
    ),
    words(
        "",
        CLAIM,
        "spec/volumeMode",
        &["Block", "Filesystem"],
        "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
    ),
    words(
        "",
        VOLUME,
        "spec/accessModes/*",
        ACCESS,
        "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
    ),
    words(
        "",
        VOLUME,
        "spec/volumeMode",
        &["Block", "Filesystem"],
        "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
    ),
    words(
        "",
        VOLUME,
        "spec/persistentVolumeReclaimPolicy",
        &["Delete", "Recycle", "Retain"],
        "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
    ),
    words(
        "",
        &["ResourceQuota"],
        "spec/scopeSelector/matchExpressions/*/operator",
        &["In", "NotIn", "Exists", "DoesNotExist"],
        "validateScopedResourceSelectorRequirement in pkg/apis/core/validation",
    ),
    words(
        "",
        &["Node"],
        "spec/taints/*/effect",
        &["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "validateNodeTaints in pkg/apis/core/validation",
    ),
    words(
        "apps",
        &["Deployment"],
        "spec/strategy/type",
        &["Recreate", "RollingUpdate"],
        "ValidateDeploymentStrategy in pkg/apis/apps/validation",
    ),
    words(
        "apps",
        &["DaemonSet"],
        "spec/updateStrategy/type",
        &["RollingUpdate", "OnDelete"],
        "ValidateDaemonSetUpdateStrategy in pkg/apis/apps/validation",
    ),
    words(
        "apps",
        &["StatefulSet"],
        "spec/updateStrategy/type",
        &["RollingUpdate", "OnDelete"],
        "ValidateStatefulSetSpec in pkg/apis/apps/validation",
    ),
    words(
        "apps",
        &["StatefulSet"],
        "spec/podManagementPolicy",
        &["OrderedReady", "Parallel"],
        "ValidateStatefulSetSpec in pkg/apis/apps/validation",
    ),
    words(
        "apps",
        &["StatefulSet"],
        "spec/persistentVolumeClaimRetentionPolicy/whenDeleted",
        &["Retain", "Delete"],
        "ValidatePersistentVolumeClaimRetentionPolicy in pkg/apis/apps/validation",
    ),
    words(
        "apps",
        &["StatefulSet"],
        "spec/persistentVolumeClaimRetentionPolicy/whenScaled",
        &["Retain", "Delete"],
        "ValidatePersistentVolumeClaimRetentionPolicy in pkg/apis/apps/validation",
    ),
    words(
        "batch",
        &["CronJob"],
        "spec/concurrencyPolicy",
        &["Allow", "Forbid", "Replace"],
        "validateConcurrencyPolicy in pkg/apis/batch/validation",
    ),
];
