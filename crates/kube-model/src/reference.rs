//! The objects that an object needs.
//!
//! In: an object. Out: [`Reference`]s to other objects of the same cluster. Never: says whether they exist, and never
//! names an object that is marked as optional.

use super::builtin;
use super::workload::pod_spec;
use kube_manifest::{Node, Object};

/// An object that another one names.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// The API group of the target.
    pub group: &'a str,
    /// Its kind.
    pub kind: &'a str,
    /// Its namespace, if the reference names one. Otherwise that of the object that names it.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// The node that holds the name.
    pub node: &'a Node,
}

/// Kinds that references lead to.
const TARGETS: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Secret"),
    ("", "ServiceAccount"),
    ("", "PersistentVolumeClaim"),
    ("", "Service"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "ReplicaSet"),
];

/// Returns true if references may lead to an object of a kind.
pub fn is_target(group: &str, kind: &str) -> bool {
    TARGETS.contains(&(builtin::storage_group(group, kind), kind))
}

/// Returns everything that an object names.
pub fn references(object: &Object) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    if let Some(spec) = pod_spec(object) {
        add_pod(spec, &mut found);
    }
    match (object.group(), &*object.kind) {
        ("apps", "StatefulSet") => add(&mut found, "Service", object.at(&["spec", "serviceName"])),
        ("networking.k8s.io", "Ingress") => add_ingress(&object.root, &mut found),
        ("gateway.networking.k8s.io", _) => add_route(&object.root, &mut found),
        ("autoscaling" | "keda.sh", _) => add_scaler(object, &mut found),
        ("admissionregistration.k8s.io", _) => {
            for webhook in items_of(&object.root, "webhooks") {
                add_client(webhook.at(&["clientConfig", "service"]), &mut found);
            }
        }
        ("apiregistration.k8s.io", "APIService") => add_client(object.at(&["spec", "service"]), &mut found),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let path = &["spec", "conversion", "webhook", "clientConfig", "service"];
            add_client(object.at(path), &mut found);
        }
        _ => {}
    }
    found
}

fn items_of<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn add<'a>(found: &mut Vec<Reference<'a>>, kind: &'static str, node: Option<&'a Node>) {
    let Some((node, name)) = node.and_then(|node| Some((node, node.as_str()?))) else { return };
    if !name.is_empty() {
        found.push(Reference { group: "", kind, namespace: None, name, node });
    }
}

/// Adds the object that a source names, unless the source is optional.
fn add_needed<'a>(found: &mut Vec<Reference<'a>>, kind: &'static str, source: Option<&'a Node>, key: &str) {
    let Some(source) = source else { return };
    if source.get("optional").and_then(Node::as_bool) != Some(true) {
        add(found, kind, source.get(key));
    }
}

fn add_pod<'a>(spec: &'a Node, found: &mut Vec<Reference<'a>>) {
    add(found, "ServiceAccount", spec.get("serviceAccountName"));
    for secret in items_of(spec, "imagePullSecrets") {
        add(found, "Secret", secret.get("name"));
    }
    for volume in items_of(spec, "volumes") {
        add_needed(found, "ConfigMap", volume.get("configMap"), "name");
        add_needed(found, "Secret", volume.get("secret"), "secretName");
        add(found, "PersistentVolumeClaim", volume.at(&["persistentVolumeClaim", "claimName"]));
        for source in volume.at(&["projected", "sources"]).map(Node::items).unwrap_or_default() {
            add_needed(found, "ConfigMap", source.get("configMap"), "name");
            add_needed(found, "Secret", source.get("secret"), "name");
        }
    }
    for container in ["containers", "initContainers"].iter().flat_map(|list| items_of(spec, list)) {
        for variable in items_of(container, "env") {
            add_needed(found, "ConfigMap", variable.at(&["valueFrom", "configMapKeyRef"]), "name");
            add_needed(found, "Secret", variable.at(&["valueFrom", "secretKeyRef"]), "name");
        }
        for source in items_of(container, "envFrom") {
            add_needed(found, "ConfigMap", source.get("configMapRef"), "name");
            add_needed(found, "Secret", source.get("secretRef"), "name");
        }
    }
}

fn add_ingress<'a>(root: &'a Node, found: &mut Vec<Reference<'a>>) {
    let Some(spec) = root.get("spec") else { return };
    add(found, "Service", spec.at(&["defaultBackend", "service", "name"]));
    for rule in items_of(spec, "rules") {
        for path in rule.at(&["http", "paths"]).map(Node::items).unwrap_or_default() {
            add(found, "Service", path.at(&["backend", "service", "name"]));
        }
    }
}

fn add_route<'a>(root: &'a Node, found: &mut Vec<Reference<'a>>) {
    let rules = root.at(&["spec", "rules"]).map(Node::items).unwrap_or_default();
    for backend in rules.iter().flat_map(|rule| items_of(rule, "backendRefs")) {
        let is_service = backend.text_at(&["kind"]).is_none_or(|kind| kind == "Service");
        let Some((node, name)) = backend.get("name").and_then(|node| Some((node, node.as_str()?))) else {
            continue;
        };
        if is_service && backend.text_at(&["group"]).is_none_or(str::is_empty) {
            let namespace = backend.text_at(&["namespace"]);
            found.push(Reference { group: "", kind: "Service", namespace, name, node });
        }
    }
}

fn add_scaler<'a>(object: &'a Object, found: &mut Vec<Reference<'a>>) {
    let Some(target) = object.at(&["spec", "scaleTargetRef"]) else { return };
    let Some((node, name)) = target.get("name").and_then(|node| Some((node, node.as_str()?))) else { return };
    let kind = target.text_at(&["kind"]).unwrap_or("Deployment");
    let version = target.text_at(&["apiVersion"]).unwrap_or("apps/v1");
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    found.push(Reference { group, kind, namespace: None, name, node });
}

fn add_client<'a>(service: Option<&'a Node>, found: &mut Vec<Reference<'a>>) {
    let Some(service) = service else { return };
    let Some((node, name)) = service.get("name").and_then(|node| Some((node, node.as_str()?))) else {
        return;
    };
    let namespace = service.text_at(&["namespace"]);
    found.push(Reference { group: "", kind: "Service", namespace, name, node });
}
