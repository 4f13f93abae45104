//! Environment variables.

use super::Pod;
use crate::rules::place::Place;
use crate::rules::refusals::{JudgedObject, Refusals, Rule};
use crate::rules::syntax::{is_config_key, is_environment_name, is_relaxed_environment_name};

const NAME: Rule = Rule {
    help: "use letters, digits, `_`, `-` and `.`, and no digit at the start",
    source: "ValidateEnv in pkg/apis/core/validation",
};
const SOURCE: Rule = Rule {
    help: "give the variable either a `value` or exactly one source below `valueFrom`",
    source: "validateEnvVarValueFrom in pkg/apis/core/validation",
};
const FROM: Rule = Rule {
    help: "name exactly one of `configMapRef` and `secretRef`",
    source: "ValidateEnvFrom in pkg/apis/core/validation",
};
const FIELD: Rule = Rule {
    help: "name a field such as metadata.name, metadata.labels['key'], status.podIP or spec.nodeName",
    source: "validateObjectFieldSelector in pkg/apis/core/validation",
};
const RESOURCE: Rule = Rule {
    help: "name a resource such as limits.cpu or requests.memory",
    source: "validateContainerResourceFieldSelector in pkg/apis/core/validation",
};
const KEY: Rule = Rule {
    help: "name the key of the ConfigMap or Secret",
    source: "validateConfigMapKeySelector in pkg/apis/core/validation",
};

/// The first minor version in which nearly every printable character is allowed in a name.
const RELAXED_NAMES: u8 = 32;

/// The fields of a Pod that a variable may hold.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.host",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The possible sources of a variable's value.
const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

pub(super) fn check(subject: &JudgedObject<'_>, pod: &Pod<'_>, refusals: &mut Refusals) {
    for container in pod.containers() {
        for variable in container.place.items("env") {
            judge_name(subject, &variable, refusals);
            judge_value(&variable, refusals);
        }
        for source in container.place.items("envFrom") {
            let named = ["configMapRef", "secretRef"].iter().filter(|key| source.has(key)).count();
            if named != 1 {
                refusals.whole(&source, "names both of configMapRef and secretRef, or neither", FROM);
            }
        }
    }
}

fn judge_name(subject: &JudgedObject<'_>, variable: &Place<'_>, refusals: &mut Refusals) {
    let Some((text, place)) = variable.text("name").zip(variable.get("name")) else {
        return refusals.lacks(variable, "name", NAME);
    };
    if !is_relaxed_environment_name(text) {
        refusals.value(&place, "which is not a valid name of an environment variable", NAME);
    } else if !is_environment_name(text) {
        let versions = subject.versions_in(0..=RELAXED_NAMES - 1);
        refusals.value_in(&versions, &place, "which is not a valid name of an environment variable", NAME);
    }
}

fn judge_value(variable: &Place<'_>, refusals: &mut Refusals) {
    let Some(from) = variable.get("valueFrom") else { return };
    let named = SOURCES.iter().filter(|key| from.has(key)).count();
    if named != 1 {
        refusals.whole(&from, &format!("names {named} sources where one is allowed"), SOURCE);
    } else if variable.holds("value") {
        refusals.whole(variable, "has both of `value` and `valueFrom`", SOURCE);
    }
    if let Some(path) = from.at(&["fieldRef", "fieldPath"]) {
        judge_field(&path, refusals);
    }
    if let Some(resource) = from.at(&["resourceFieldRef", "resource"]) {
        judge_resource_field(&resource, refusals);
    }
    for source in ["configMapKeyRef", "secretKeyRef"] {
        judge_key(from.get(source).as_ref(), refusals);
    }
}

fn judge_field(path: &Place<'_>, refusals: &mut Refusals) {
    let Some(text) = path.node.as_str() else { return };
    let subscripted = ["metadata.labels['", "metadata.annotations['"];
    let is_key = subscripted.iter().any(|start| text.starts_with(start) && text.ends_with("']"));
    if !is_key && !FIELDS.contains(&text) {
        refusals.value(path, "which is not a field that a variable can contain", FIELD);
    }
}

fn judge_resource_field(resource: &Place<'_>, refusals: &mut Refusals) {
    let Some(text) = resource.node.as_str() else { return };
    let name = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
    let known = name.is_some_and(|name| {
        matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
    });
    if !known {
        refusals.value(resource, "which is not a resource that a variable can contain", RESOURCE);
    }
}

fn judge_key(selector: Option<&Place<'_>>, refusals: &mut Refusals) {
    let Some(selector) = selector else { return };
    match selector.text("key").zip(selector.get("key")) {
        None => refusals.lacks(selector, "key", KEY),
        Some((text, place)) if !is_config_key(text) => {
            refusals.value(&place, "which cannot be a key", KEY);
        }
        Some(_) => {}
    }
    if selector.text("name").is_none() {
        refusals.lacks(selector, "name", KEY);
    }
}
