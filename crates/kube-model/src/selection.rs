//! The Pods that a Service sends traffic to.
//!
//! In: objects. Out: labels and selectors as pairs. Never: looks at namespaces.

use super::builtin;
use kube_manifest::{Node, Object};

/// LabelPairs, or a selector that asks for all of them.
pub type LabelPairs<'a> = Vec<(&'a str, &'a str)>;

/// Returns the labels of the Pods that a workload makes, or `None` for kinds that make none.
pub fn pod_labels(object: &Object) -> Option<LabelPairs<'_>> {
    let path: &[&str] = match (builtin::storage_group(object.group(), &object.kind), &*object.kind) {
        ("", "Pod") => &["metadata", "labels"],
        ("", "ReplicationController")
        | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout") => &["spec", "template", "metadata", "labels"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template", "metadata", "labels"],
        _ => return None,
    };
    Some(object.at(path).map(pairs).unwrap_or_default())
}

/// Returns the selector of a Service, or `None` for one without a selector and for other objects.
pub fn service_selector(object: &Object) -> Option<LabelPairs<'_>> {
    let is_service = object.group().is_empty() && &*object.kind == "Service";
    let selector = object.at(&["spec", "selector"]).filter(|_| is_service).map(pairs)?;
    (!selector.is_empty()).then_some(selector)
}

/// Returns true if labels have everything that a selector asks for.
pub fn selects(selector: &LabelPairs<'_>, labels: &LabelPairs<'_>) -> bool {
    selector.iter().all(|pair| labels.contains(pair))
}

fn pairs(node: &Node) -> LabelPairs<'_> {
    let pair = |entry: &'_ kube_manifest::Entry| entry.value.as_str().is_some();
    let entries = node.entries().iter().filter(|entry| pair(entry));
    entries.filter_map(|entry| Some((&*entry.key, entry.value.as_str()?))).collect()
}
