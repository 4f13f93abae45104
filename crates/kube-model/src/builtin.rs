//! Facts about the kinds of Kubernetes itself: their scope, and groups that share storage.

/// The scope of a kind's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindScope {
    /// `metadata.namespace` is ignored.
    Cluster,
    /// The object is in a namespace, `default` if it names none.
    Namespaced,
    /// A custom kind: its definition decides.
    Unknown,
}

/// Cluster-scoped built-in kinds by their group, from `kubectl api-resources --namespaced=false`.
const CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("", &["ComponentStatus", "Namespace", "Node", "PersistentVolume"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
];

/// Kinds that the API server stores once but serves under several groups.
const SHARED_STORAGE: &[(&str, &str, &str)] = &[
    ("extensions", "DaemonSet", "apps"),
    ("extensions", "Deployment", "apps"),
    ("extensions", "Ingress", "networking.k8s.io"),
    ("extensions", "NetworkPolicy", "networking.k8s.io"),
    ("extensions", "PodSecurityPolicy", "policy"),
    ("extensions", "ReplicaSet", "apps"),
    ("events.k8s.io", "Event", ""),
    ("authorization.openshift.io", "ClusterRole", "rbac.authorization.k8s.io"),
    ("authorization.openshift.io", "ClusterRoleBinding", "rbac.authorization.k8s.io"),
    ("authorization.openshift.io", "Role", "rbac.authorization.k8s.io"),
    ("authorization.openshift.io", "RoleBinding", "rbac.authorization.k8s.io"),
];

/// Returns true for API groups that Kubernetes itself owns: the core group, the unqualified ones and everything under
/// `k8s.io` that ships with the API server.
pub fn owns_group(group: &str) -> bool {
    const UNQUALIFIED: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];
    UNQUALIFIED.contains(&group)
        || SHARED_STORAGE.iter().any(|(_, _, stored)| *stored == group)
        || CLUSTER_SCOPED.iter().any(|(owned, _)| *owned == group)
        || matches!(group, "authentication.k8s.io" | "authorization.k8s.io" | "coordination.k8s.io")
        || matches!(group, "discovery.k8s.io" | "events.k8s.io")
}

/// The kinds of the core group (`kubectl api-resources --api-group=`), and the list that kubectl opens.
const CORE_KINDS: &[&str] = &[
    "Binding",
    "ComponentStatus",
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "List",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "ResourceQuota",
    "Secret",
    "Service",
    "ServiceAccount",
];

/// Returns true if the core group has a kind.
pub fn is_core_kind(kind: &str) -> bool {
    CORE_KINDS.contains(&kind)
}

/// Kinds of Kubernetes outside the core group that are common targets of patches, with the version that serves them.
const USUAL_VERSIONS: &[(&str, &[&str])] = &[
    ("apps/v1", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling/v2", &["HorizontalPodAutoscaler"]),
    ("batch/v1", &["CronJob", "Job"]),
    ("networking.k8s.io/v1", &["Ingress", "NetworkPolicy"]),
    ("rbac.authorization.k8s.io/v1", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
];

/// Returns the `apiVersion` of a kind that is named without one, as in the target of a patch. `v1` for any other kind.
pub fn usual_version(kind: &str) -> &'static str {
    let usual = USUAL_VERSIONS.iter().find(|(_, kinds)| kinds.contains(&kind));
    usual.map_or("v1", |(version, _)| version)
}

/// Returns the group under which objects of a kind are stored.
pub fn storage_group<'a>(group: &'a str, kind: &str) -> &'a str {
    let shared = SHARED_STORAGE.iter().find(|(alias, of, _)| *alias == group && *of == kind);
    shared.map_or(group, |(_, _, stored)| stored)
}

/// Returns the scope of a kind.
pub fn scope(group: &str, kind: &str) -> KindScope {
    if CLUSTER_SCOPED.iter().any(|(of, kinds)| *of == group && kinds.contains(&kind)) {
        KindScope::Cluster
    } else if owns_group(group) {
        KindScope::Namespaced
    } else {
        KindScope::Unknown
    }
}
