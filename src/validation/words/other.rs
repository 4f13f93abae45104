//! Words of networking, scaling, storage, permissions and admission.

use super::{Words, words};

const SCALER: &[&str] = &["HorizontalPodAutoscaler"];
const HOOKS: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];
const ADMISSION: &str = "admissionregistration.k8s.io";
const NETWORKING: &str = "networking.k8s.io";

/// A row for each field.
pub(super) const WORDS: &[Words] = &[
    words(
        NETWORKING,
        &["NetworkPolicy"],
        "spec/policyTypes/*",
        &["Ingress", "Egress"],
        "ValidateNetworkPolicySpec in pkg/apis/networking/validation",
    ),
    words(
        NETWORKING,
        &["NetworkPolicy"],
        "spec/ingress/*/ports/*/protocol",
        PROTOCOLS,
        "ValidateNetworkPolicyPort in pkg/apis/networking/validation",
    ),
    words(
        NETWORKING,
        &["NetworkPolicy"],
        "spec/egress/*/ports/*/protocol",
        PROTOCOLS,
        "ValidateNetworkPolicyPort in pkg/apis/networking/validation",
    ),
    words(
        NETWORKING,
        &["Ingress"],
        "spec/rules/*/http/paths/*/pathType",
        &["Exact", "Prefix", "ImplementationSpecific"],
        "validateHTTPIngressPath in pkg/apis/networking/validation",
    ),
    words(
        NETWORKING,
        &["IngressClass"],
        "spec/parameters/scope",
        &["Namespace", "Cluster"],
        "validateIngressClassParametersReference in pkg/apis/networking/validation",
    ),
    words(
        "autoscaling",
        SCALER,
        "spec/metrics/*/type",
        &["ContainerResource", "External", "Object", "Pods", "Resource"],
        "validateMetricSpec in pkg/apis/autoscaling/validation",
    ),
    words(
        "autoscaling",
        SCALER,
        "spec/behavior/scaleUp/selectPolicy",
        &["Max", "Min", "Disabled"],
        "validateScalingRules in pkg/apis/autoscaling/validation",
    ),
    words(
        "autoscaling",
        SCALER,
        "spec/behavior/scaleDown/selectPolicy",
        &["Max", "Min", "Disabled"],
        "validateScalingRules in pkg/apis/autoscaling/validation",
    ),
    words(
        "autoscaling",
        SCALER,
        "spec/behavior/scaleUp/policies/*/type",
        &["Pods", "Percent"],
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    words(
        "autoscaling",
        SCALER,
        "spec/behavior/scaleDown/policies/*/type",
        &["Pods", "Percent"],
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    words(
        "policy",
        &["PodDisruptionBudget"],
        "spec/unhealthyPodEvictionPolicy",
        &["IfHealthyBudget", "AlwaysAllow"],
        "ValidatePodDisruptionBudgetSpec in pkg/apis/policy/validation",
    ),
    words(
        "storage.k8s.io",
        &["StorageClass"],
        "reclaimPolicy",
        &["Delete", "Retain"],
        "validateReclaimPolicy in pkg/apis/storage/validation",
    ),
    words(
        "storage.k8s.io",
        &["StorageClass"],
        "volumeBindingMode",
        &["Immediate", "WaitForFirstConsumer"],
        "validateVolumeBindingMode in pkg/apis/storage/validation",
    ),
    words(
        "storage.k8s.io",
        &["CSIDriver"],
        "spec/fsGroupPolicy",
        &["None", "File", "ReadWriteOnceWithFSType"],
        "validateFSGroupPolicy in pkg/apis/storage/validation",
    ),
    words(
        "storage.k8s.io",
        &["CSIDriver"],
        "spec/volumeLifecycleModes/*",
        &["Persistent", "Ephemeral"],
        "validateVolumeLifecycleModes in pkg/apis/storage/validation",
    ),
    words(
        "scheduling.k8s.io",
        &["PriorityClass"],
        "preemptionPolicy",
        &["PreemptLowerPriority", "Never"],
        "ValidatePreemptionPolicy in pkg/apis/core/validation",
    ),
    words(
        "rbac.authorization.k8s.io",
        &["RoleBinding"],
        "roleRef/kind",
        &["Role", "ClusterRole"],
        "ValidateRoleBinding in pkg/apis/rbac/validation",
    ),
    words(
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding"],
        "roleRef/kind",
        &["ClusterRole"],
        "ValidateClusterRoleBinding in pkg/apis/rbac/validation",
    ),
    words(
        "rbac.authorization.k8s.io",
        &["RoleBinding", "ClusterRoleBinding"],
        "roleRef/apiGroup",
        &["rbac.authorization.k8s.io"],
        "ValidateRoleBinding in pkg/apis/rbac/validation",
    ),
    words(
        "rbac.authorization.k8s.io",
        &["RoleBinding", "ClusterRoleBinding"],
        "subjects/*/kind",
        &["ServiceAccount", "User", "Group"],
        "ValidateRoleBindingSubject in pkg/apis/rbac/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/failurePolicy",
        &["Fail", "Ignore"],
        "validateWebhook in pkg/apis/admissionregistration/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/matchPolicy",
        &["Exact", "Equivalent"],
        "validateWebhook in pkg/apis/admissionregistration/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/sideEffects",
        &["None", "NoneOnDryRun"],
        "validateWebhook in pkg/apis/admissionregistration/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/reinvocationPolicy",
        &["Never", "IfNeeded"],
        "validateMutatingWebhook in pkg/apis/admissionregistration/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/rules/*/operations/*",
        &["*", "CREATE", "UPDATE", "DELETE", "CONNECT"],
        "validateRuleWithOperations in pkg/apis/admissionregistration/validation",
    ),
    words(
        ADMISSION,
        HOOKS,
        "webhooks/*/rules/*/scope",
        &["*", "Cluster", "Namespaced"],
        "validateRule in pkg/apis/admissionregistration/validation",
    ),
    words(
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/scope",
        &["Cluster", "Namespaced"],
        "validateEnumStrings in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
];
