//! What Kubernetes itself knows of its kinds: scope, and groups that share storage.

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `metadata.namespace` is ignored.
    Cluster,
    /// The object is in a namespace, `default` if it names none.
    Namespaced,
    /// A custom kind: its definition decides.
    Unknown,
}

/// Cluster-scoped built-in kinds, `group/Kind`, from `kubectl api-resources --namespaced=false`.
const CLUSTER_SCOPED: &[&str] = &[
    "/ComponentStatus",
    "/Namespace",
    "/Node",
    "/PersistentVolume",
    "admissionregistration.k8s.io/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/CustomResourceDefinition",
    "apiregistration.k8s.io/APIService",
    "certificates.k8s.io/CertificateSigningRequest",
    "certificates.k8s.io/ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io/FlowSchema",
    "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
    "internal.apiserver.k8s.io/StorageVersion",
    "networking.k8s.io/IPAddress",
    "networking.k8s.io/IngressClass",
    "networking.k8s.io/ServiceCIDR",
    "node.k8s.io/RuntimeClass",
    "policy/PodSecurityPolicy",
    "rbac.authorization.k8s.io/ClusterRole",
    "rbac.authorization.k8s.io/ClusterRoleBinding",
    "resource.k8s.io/DeviceClass",
    "resource.k8s.io/DeviceTaintRule",
    "resource.k8s.io/ResourceSlice",
    "scheduling.k8s.io/PriorityClass",
    "storage.k8s.io/CSIDriver",
    "storage.k8s.io/CSINode",
    "storage.k8s.io/StorageClass",
    "storage.k8s.io/VolumeAttachment",
    "storage.k8s.io/VolumeAttributesClass",
    "storagemigration.k8s.io/StorageVersionMigration",
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

/// True for API groups that Kubernetes itself owns: the core group, the unqualified ones and
/// everything under `k8s.io` that ships with the API server.
pub fn owns_group(group: &str) -> bool {
    const UNQUALIFIED: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];
    UNQUALIFIED.contains(&group)
        || SHARED_STORAGE.iter().any(|(_, _, stored)| *stored == group)
        || CLUSTER_SCOPED.iter().any(|name| name.rsplit_once('/').is_some_and(|(owned, _)| owned == group))
        || matches!(group, "authentication.k8s.io" | "authorization.k8s.io" | "coordination.k8s.io")
        || matches!(group, "discovery.k8s.io" | "events.k8s.io")
}

/// The group under which objects of a kind are stored.
pub fn storage_group<'a>(group: &'a str, kind: &str) -> &'a str {
    let shared = SHARED_STORAGE.iter().find(|(alias, of, _)| *alias == group && *of == kind);
    shared.map_or(group, |(_, _, stored)| stored)
}

/// The scope of a kind.
pub fn scope(group: &str, kind: &str) -> Scope {
    let cluster = CLUSTER_SCOPED.iter().any(|name| {
        name.rsplit_once('/').is_some_and(|(of, cluster_kind)| of == group && cluster_kind == kind)
    });
    if cluster {
        Scope::Cluster
    } else if owns_group(group) {
        Scope::Namespaced
    } else {
        Scope::Unknown
    }
}
