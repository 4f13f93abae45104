//! Kinds about the cluster itself: priorities, runtimes, API services, definitions.

use super::place::quote;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::{is_label, is_qualified_name, is_subdomain};

const PRIORITY: Rule = Rule {
    help: "choose a value of at most 1000000000",
    source: "ValidatePriorityClass in pkg/apis/scheduling/validation",
};
const RESERVED: Rule = Rule {
    help: "choose a name that does not begin with `system-`",
    source: "ValidatePriorityClass in pkg/apis/scheduling/validation",
};
const HANDLER: Rule = Rule {
    help: "use lower-case letters, digits and `-`, at most 63 characters",
    source: "ValidateRuntimeClass in pkg/apis/node/validation",
};
const DEFINITION: Rule = Rule {
    help: "name the definition as `spec.names.plural`, a dot, and `spec.group`",
    source: "ValidateCustomResourceDefinition in apiextensions-apiserver/pkg/apis/apiextensions/validation",
};
const SERVICE: Rule = Rule {
    help: "name it as `spec.version`, a dot, and `spec.group`",
    source: "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
};

const LOCAL: Rule = Rule {
    help: "remove `insecureSkipTLSVerify`, or name the service",
    source: "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
};
const CONTROLLER: Rule = Rule {
    help: "write a domain and a path, such as example.com/ingress-controller",
    source: "validateIngressClassSpec in pkg/apis/networking/validation",
};
const PARAMETERS: Rule = Rule {
    help: "set a namespace with the scope Namespace, and no namespace with the scope Cluster",
    source: "validateIngressClassParametersReference in pkg/apis/networking/validation",
};
const FINALIZER: Rule = Rule {
    help: "write `kubernetes`, or a name with its domain",
    source: "validateFinalizerName in pkg/apis/core/validation",
};

/// The greatest priority of a class that is not Kubernetes' own.
const HIGHEST: i64 = 1_000_000_000;

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    match (subject.group, subject.kind) {
        ("scheduling.k8s.io", "PriorityClass") => judge_priority(subject, refusals),
        ("node.k8s.io", "RuntimeClass") => {
            let handler = subject.root.get("handler");
            if let Some(place) =
                handler.filter(|place| place.node.as_str().is_some_and(|text| !is_label(text)))
            {
                refusals.value(&place, "which is not a valid handler name", HANDLER);
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            judge_composed_name(subject, &["spec", "names", "plural"], DEFINITION, refusals);
        }
        ("apiregistration.k8s.io", "APIService") => {
            judge_composed_name(subject, &["spec", "version"], SERVICE, refusals);
            judge_local_service(subject, refusals);
        }
        ("networking.k8s.io", "IngressClass") => judge_class(subject, refusals),
        ("", "Namespace") => {
            for finalizer in subject.root.find("spec/finalizers/*") {
                let text = finalizer.string();
                if text.is_some_and(|text| {
                    text != "kubernetes" && !(text.contains('/') && is_qualified_name(text))
                }) {
                    refusals.value(&finalizer, "which is not a valid finalizer name", FINALIZER);
                }
            }
        }
        _ => {}
    }
}

fn judge_priority(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let name = subject.root.at(&["metadata", "name"]);
    let text = name.as_ref().and_then(|name| name.node.as_str()).unwrap_or_default();
    let own = matches!(text, "system-node-critical" | "system-cluster-critical");
    if let Some(name) = name.as_ref().filter(|_| text.starts_with("system-") && !own) {
        refusals.value(name, "which begins with the prefix of Kubernetes' own classes", RESERVED);
    }
    let value = subject.root.get("value").filter(|_| !text.starts_with("system-"));
    if let Some(value) = value.filter(|value| value.node.as_integer().is_some_and(|number| number > HIGHEST))
    {
        refusals.value(&value, "which is more than 1000000000", PRIORITY);
    }
}

/// Judges an API service without a server of its own, which has no connection to secure.
fn judge_local_service(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    let insecure = spec.get("insecureSkipTLSVerify").filter(|place| place.node.as_bool() == Some(true));
    let Some(insecure) = insecure else { return };
    if !spec.has("service") {
        refusals.together(&insecure, "but there is no service", LOCAL);
    } else if spec.holds("caBundle") {
        refusals.together(&insecure, "but there is a caBundle", LOCAL);
    }
}

fn judge_class(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    if let Some((text, place)) = spec.text("controller").zip(spec.get("controller")) {
        let prefix = text.split_once('/');
        let fits = prefix.is_some_and(|(prefix, rest)| is_subdomain(prefix) && is_controller_path(rest));
        if text.len() > 250 || !fits {
            refusals.value(&place, "which is not a domain and a path", CONTROLLER);
        }
    }
    let Some(parameters) = spec.get("parameters") else { return };
    let namespace = parameters.get("namespace");
    match (parameters.text("scope").unwrap_or("Cluster"), namespace) {
        ("Namespace", None) => refusals.lacks(&parameters, "namespace", PARAMETERS),
        ("Namespace", Some(place)) if place.string().is_some_and(|text| !is_label(text)) => {
            refusals.value(&place, "which is not a valid namespace name", PARAMETERS);
        }
        ("Cluster", Some(place)) => {
            refusals.together(&place, "but the scope is the whole cluster", PARAMETERS);
        }
        _ => {}
    }
    if let Some(place) = parameters.get("apiGroup").filter(|place| place.string() == Some("")) {
        refusals.value(&place, "which is not a valid group", PARAMETERS);
    }
}

fn is_controller_path(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    !text.is_empty() && text.bytes().all(inner)
}

/// Judges a name that must repeat two other fields.
fn judge_composed_name(subject: &JudgedObject<'_>, first: &[&str], rule: Rule, refusals: &mut Refusals) {
    let root = &subject.root;
    let group = root.at(&["spec", "group"]).and_then(|place| place.node.as_str()).unwrap_or_default();
    let Some(start) = root.at(first).and_then(|place| place.node.as_str()) else { return };
    let Some(name) = root.at(&["metadata", "name"]) else { return };
    if name.node.as_str().is_some_and(|text| text != format!("{start}.{group}")) {
        let wanted = quote(&format!("{start}.{group}"));
        refusals.together(&name, &format!("which is not {wanted}"), rule);
    }
}
