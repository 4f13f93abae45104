//! Values that the API server fills in (`pkg/apis/*/v1/defaults.go`).

use crate::rules::place::{Place, show};
use kube_manifest::Node;

/// The end of a path, and the value as people write it.
pub(super) type FieldDefault = (&'static str, &'static str);

/// Defaults of Pods.
pub(super) const POD: &[FieldDefault] = &[
    ("/restartPolicy", "\"Always\""),
    ("/dnsPolicy", "\"ClusterFirst\""),
    ("/schedulerName", "\"default-scheduler\""),
    ("/terminationGracePeriodSeconds", "30"),
    ("/enableServiceLinks", "true"),
    ("/hostNetwork", "false"),
    ("/hostPID", "false"),
    ("/hostIPC", "false"),
    ("/preemptionPolicy", "\"PreemptLowerPriority\""),
    ("/serviceAccountName", "\"default\""),
    ("/serviceAccount", "\"default\""),
    ("/terminationMessagePath", "\"/dev/termination-log\""),
    ("/terminationMessagePolicy", "\"File\""),
    ("/stdin", "false"),
    ("/stdinOnce", "false"),
    ("/tty", "false"),
    ("/protocol", "\"TCP\""),
    ("/hostPort", "0"),
    ("/readOnly", "false"),
    ("/initialDelaySeconds", "0"),
    ("/timeoutSeconds", "1"),
    ("/periodSeconds", "10"),
    ("/successThreshold", "1"),
    ("/failureThreshold", "3"),
    ("/httpGet/scheme", "\"HTTP\""),
    ("/httpGet/path", "\"/\""),
    ("/fieldRef/apiVersion", "\"v1\""),
    ("/defaultMode", "420"),
    ("/serviceAccountToken/expirationSeconds", "3600"),
    ("/nodeAffinityPolicy", "\"Honor\""),
    ("/nodeTaintsPolicy", "\"Ignore\""),
    ("/volumeClaimTemplate/spec/volumeMode", "\"Filesystem\""),
];

/// Defaults of claims, including those of a StatefulSet.
pub(super) const CLAIM: &[FieldDefault] = &[
    ("/volumeMode", "\"Filesystem\""),
    ("/apiVersion", "\"v1\""),
    ("/kind", "\"PersistentVolumeClaim\""),
    ("/podManagementPolicy", "\"OrderedReady\""),
    ("/status/phase", "\"Pending\""),
];

/// Defaults of everything else.
pub(super) const OTHER: &[FieldDefault] = &[
    ("/reclaimPolicy", "\"Delete\""),
    ("/volumeBindingMode", "\"Immediate\""),
    ("/volumeMode", "\"Filesystem\""),
    ("/completionMode", "\"NonIndexed\""),
    ("/type", "\"Opaque\""),
    ("/attachRequired", "true"),
    ("/roleRef/apiGroup", "\"rbac.authorization.k8s.io\""),
    ("/preemptionPolicy", "\"PreemptLowerPriority\""),
    ("/value", "0"),
];

/// Returns true if a scalar is what the API server would fill in.
pub(super) fn is_default(node: &Node, path: &str, holder: &Place<'_>, kind: &[FieldDefault]) -> bool {
    let value = show(node);
    if path.ends_with("/imagePullPolicy") {
        return value == pull_policy(holder.text("image").unwrap_or_default());
    }
    kind.iter().any(|(end, default)| path.ends_with(end) && value == *default)
}

/// Returns true if a list is what the API server would fill in.
pub(super) fn is_list_default(node: &Node, path: &str, _kind: &[FieldDefault]) -> bool {
    let persistent = node.items().iter().map(Node::as_str).eq([Some("Persistent")]);
    path.ends_with("/volumeLifecycleModes") && persistent
}

/// Returns the default pull policy: `Always` for an image without a tag or with the tag `latest`.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit('/').next().unwrap_or(image);
    let latest = !name.contains('@') && (!name.contains(':') || name.ends_with(":latest"));
    if latest { "\"Always\"" } else { "\"IfNotPresent\"" }
}
