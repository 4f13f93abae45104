//! Admission policies, their bindings, and webhooks.

use super::named::{self, Syntax};
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::selectors;
use super::syntax::{is_label, is_qualified_name, is_subdomain};
use super::words::{self, Allowed, Empty};

const GROUP: &str = "admissionregistration.k8s.io";
const RULES: Rule = Rule {
    help: "name at least one of each: apiGroups, apiVersions, resources, operations; use \"*\" alone",
    source: "validateRuleWithOperations in pkg/apis/admissionregistration/validation",
};
const RESOURCES: Rule = Rule {
    help: "leave out what the wildcard covers",
    source: "validateResources in pkg/apis/admissionregistration/validation",
};
const SAYS: Rule = Rule {
    help: "add `validations` or `auditAnnotations`",
    source: "validateValidatingAdmissionPolicySpec in pkg/apis/admissionregistration/validation",
};
const PARAMETER: Rule = Rule {
    help: "name the parameter by either `name` or `selector`",
    source: "validateParamRef in pkg/apis/admissionregistration/validation",
};
const ACTIONS: Rule = Rule {
    help: "keep one of Deny and Warn",
    source: "validateValidationActions in pkg/apis/admissionregistration/validation",
};
const MUTATION: Rule = Rule {
    help: "describe the change under the one field that its patchType names",
    source: "validateMutation in pkg/apis/admissionregistration/validation",
};
const HOOK: Rule = Rule {
    help: "choose a name of at least three parts, such as check.apps.example.com",
    source: "IsFullyQualifiedName in apimachinery/pkg/util/validation",
};
const CLIENT: Rule = Rule {
    help: "name either `url` or `service`",
    source: "validateValidatingWebhook in pkg/apis/admissionregistration/validation",
};
const KIND: Rule = Rule {
    help: "write the kind and the apiVersion of the parameters, such as rules.example.com/v1",
    source: "validateParamKind in pkg/apis/admissionregistration/validation",
};
const ANNOTATION: Rule = Rule {
    help: "choose a key that is a name: letters, digits, `-`, `_` and `.`",
    source: "validateAuditAnnotation in pkg/apis/admissionregistration/validation",
};
const CONDITION: Rule = Rule {
    help: "give every condition a unique name",
    source: "validateMatchConditions in pkg/apis/admissionregistration/validation",
};

const OPERATIONS: Allowed<'_> = Allowed {
    words: &["*", "CREATE", "UPDATE", "DELETE", "CONNECT"],
    empty: Empty::Missing,
    source: "validateRuleWithOperations in pkg/apis/admissionregistration/validation",
};
const SCOPE: Allowed<'_> = Allowed {
    words: &["*", "Cluster", "Namespaced"],
    empty: Empty::Refused,
    source: "validateRule in pkg/apis/admissionregistration/validation",
};
const MATCH_POLICY: Allowed<'_> = Allowed {
    words: &["Exact", "Equivalent"],
    empty: Empty::Refused,
    source: "validateMatchResources in pkg/apis/admissionregistration/validation",
};
const NOT_FOUND: Allowed<'_> = Allowed {
    words: &["Allow", "Deny"],
    empty: Empty::Missing,
    source: "validateParamRef in pkg/apis/admissionregistration/validation",
};

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if subject.group != GROUP {
        return;
    }
    match subject.kind {
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => judge_policy(subject, refusals),
        "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding" => {
            judge_binding(subject, refusals);
        }
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            subject.root.items("webhooks").iter().for_each(|webhook| judge_lifecycle_hook(webhook, refusals));
        }
        _ => {}
    }
}

fn judge_policy(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let spec = subject.root.field("spec");
    spec.get("matchConstraints").iter().for_each(|place| judge_matching(place, refusals));
    judge_conditions(&spec, refusals);
    judge_parameters(&spec, refusals);
    if subject.kind == "ValidatingAdmissionPolicy" {
        if !spec.holds("validations") && !spec.holds("auditAnnotations") {
            let place = if spec.exists() { spec.clone() } else { subject.root.clone() };
            refusals.whole(&place, "has neither validations nor auditAnnotations", SAYS);
        }
        judge_audit(subject, &spec, refusals);
    } else {
        spec.items("mutations").iter().for_each(|place| judge_mutation(place, refusals));
    }
}

/// Judges the key, which becomes a part of an annotation's key, after the name of the policy.
fn judge_audit(subject: &JudgedObject<'_>, spec: &Place<'_>, refusals: &mut Refusals) {
    let name = subject.root.at(&["metadata", "name"]).and_then(|name| name.string()).unwrap_or_default();
    for annotation in spec.items("auditAnnotations") {
        let key = annotation.field("key");
        let Some(text) = key.string() else { continue };
        if text.is_empty() {
            refusals.missing(&key, ANNOTATION);
        } else if !name.is_empty() && !is_qualified_name(&format!("{name}/{text}")) {
            refusals.value(&key, "which cannot be part of a key", ANNOTATION);
        }
    }
}

fn judge_parameters(spec: &Place<'_>, refusals: &mut Refusals) {
    let Some(kind) = spec.get("paramKind") else { return };
    if let Some((text, place)) = kind.text("apiVersion").zip(kind.get("apiVersion")) {
        let (group, version) =
            text.rsplit_once('/').map_or((None, text), |(group, rest)| (Some(group), rest));
        let group_fits = group.is_none_or(is_subdomain);
        if !group_fits || !is_label(version) || version.starts_with(|first: char| first.is_ascii_digit()) {
            refusals.value(&place, "which is not an apiVersion", KIND);
        }
    }
    if let Some((text, place)) = kind.text("kind").zip(kind.get("kind")) {
        let lower = text.to_lowercase();
        if !is_label(&lower) || lower.starts_with(|first: char| first.is_ascii_digit()) {
            refusals.value(&place, "which is not a valid kind", KIND);
        }
    }
}

fn judge_mutation(place: &Place<'_>, refusals: &mut Refusals) {
    let (own, other) = match place.text("patchType") {
        Some("JSONPatch") => ("jsonPatch", "applyConfiguration"),
        Some("ApplyConfiguration") => ("applyConfiguration", "jsonPatch"),
        Some(_) | None => return,
    };
    if !place.has(own) {
        refusals.lacks(place, own, MUTATION);
    } else if place.at(&[own]).is_some_and(|change| change.text("expression").is_none()) {
        refusals.lacks(&place.field(own), "expression", MUTATION);
    }
    if let Some(wrong) = place.get(other) {
        refusals.whole(&wrong, "does not belong to a change of this patchType", MUTATION);
    }
}

fn judge_binding(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    spec.get("matchResources").iter().for_each(|place| judge_matching(place, refusals));
    let actions = spec.items("validationActions");
    let named = |word: &str| actions.iter().find(|action| action.string() == Some(word));
    if let Some(warn) = named("Warn").filter(|_| named("Deny").is_some()) {
        refusals.together(warn, "and Deny already covers this", ACTIONS);
    }
    let Some(reference) = spec.get("paramRef") else { return };
    words::judge(&reference, "parameterNotFoundAction", NOT_FOUND, refusals);
    if reference.text("name").is_some() == reference.has("selector") {
        refusals.whole(&reference, "has both of name and selector, or neither", PARAMETER);
    }
    reference.get("selector").iter().for_each(|place| selectors::judge_label_selector(place, refusals));
}

fn judge_matching(place: &Place<'_>, refusals: &mut Refusals) {
    for key in ["namespaceSelector", "objectSelector"] {
        place.get(key).iter().for_each(|selector| selectors::judge_label_selector(selector, refusals));
    }
    words::judge(place, "matchPolicy", MATCH_POLICY, refusals);
    for key in ["resourceRules", "excludeResourceRules"] {
        for rule in place.items(key) {
            judge_rule(&rule, refusals);
            named::judge(&rule, "resourceNames/*", Syntax::Segment, RULES.source, refusals);
        }
    }
}

fn judge_lifecycle_hook(hook: &Place<'_>, refusals: &mut Refusals) {
    let name = hook.field("name");
    if let Some(text) = name.string() {
        if text.is_empty() {
            refusals.missing(&name, HOOK);
        } else if !is_fully_qualified(text) {
            refusals.value(&name, "which is not a name of at least three parts", HOOK);
        }
    }
    for key in ["namespaceSelector", "objectSelector"] {
        hook.get(key).iter().for_each(|selector| selectors::judge_label_selector(selector, refusals));
    }
    hook.items("rules").iter().for_each(|rule| judge_rule(rule, refusals));
    judge_conditions(hook, refusals);
    let client = hook.field("clientConfig");
    if client.has("url") == client.has("service") {
        refusals.whole(hook, "has both of clientConfig.url and clientConfig.service, or neither", CLIENT);
    }
    let Some(service) = client.get("service") else { return };
    for key in ["name", "namespace"] {
        if service.text(key).is_none() {
            refusals.lacks(&service, key, CLIENT);
        }
    }
}

/// Recognises at least three labels with dots between them (`IsFullyQualifiedName`).
fn is_fully_qualified(text: &str) -> bool {
    is_subdomain(text) && text.split('.').count() >= 3
}

fn judge_conditions(holder: &Place<'_>, refusals: &mut Refusals) {
    let mut seen = std::collections::HashSet::new();
    for condition in holder.items("matchConditions") {
        let named = condition.text("name").zip(condition.get("name"));
        if let Some((_, place)) = named.filter(|(text, _)| !seen.insert(*text)) {
            refusals.together(&place, "and another condition has the same name", CONDITION);
        }
    }
}

fn judge_rule(rule: &Place<'_>, refusals: &mut Refusals) {
    for key in ["operations", "apiGroups", "apiVersions", "resources"] {
        if !rule.holds(key) {
            refusals.lacks(rule, key, RULES);
        }
    }
    for key in ["operations", "apiGroups", "apiVersions"] {
        let items = rule.items(key);
        let everything = items.iter().find(|item| item.string() == Some("*"));
        if let Some(everything) = everything.filter(|_| items.len() > 1) {
            refusals.together(everything, "and is used beside others", RULES);
        }
    }
    words::judge(rule, "operations/*", OPERATIONS, refusals);
    words::judge(rule, "scope", SCOPE, refusals);
    for key in ["apiVersions", "resources"] {
        for item in rule.items(key).iter().filter(|item| item.string() == Some("")) {
            refusals.value(item, "which matches nothing", RULES);
        }
    }
    judge_resources(rule, refusals);
}

/// Refuses resources that a wildcard beside them covers.
fn judge_resources(rule: &Place<'_>, refusals: &mut Refusals) {
    let items = rule.items("resources");
    let texts: Vec<&str> = items.iter().filter_map(Place::string).collect();
    let plain = texts.iter().any(|text| !text.contains('/') && *text != "*");
    if texts.len() > 1 && texts.contains(&"*/*") || texts.contains(&"*") && plain {
        let place = rule.field("resources");
        return refusals.whole(&place, "names resources that its own wildcard covers", RESOURCES);
    }
    for (index, item) in items.iter().enumerate() {
        let Some((kind, part)) = item.string().and_then(|text| text.split_once('/')) else { continue };
        let earlier = texts.iter().take(index).filter_map(|text| text.split_once('/'));
        let covers = |(of, all): (&str, &str)| of == kind && all == "*" || of == "*" && all == part;
        if earlier.into_iter().any(covers) {
            refusals.together(item, "which an earlier wildcard covers", RESOURCES);
        }
    }
}
