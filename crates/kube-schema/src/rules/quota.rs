//! ResourceQuotas and LimitRanges.

use std::collections::HashSet;

use super::place::{Place, show};
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_qualified_name;
use kube_model::Quantity;

const RESOURCE: Rule = Rule {
    help: "use a resource of quotas, such as requests.cpu, limits.memory, pods or count/deployments.apps",
    source: "ValidateResourceQuotaResourceName in pkg/apis/core/validation",
};
const AMOUNT: Rule = Rule {
    help: "write an amount of 0 or more, and a whole number of objects",
    source: "ValidateResourceQuantityValue in pkg/apis/core/validation",
};
const SCOPE: Rule = Rule {
    help: "use BestEffort, NotBestEffort, Terminating, NotTerminating, PriorityClass, CrossNamespacePodAffinity or VolumeAttributesClass",
    source: "validateResourceQuotaScopes in pkg/apis/core/validation",
};
const APPLIES: Rule = Rule {
    help: "limit only resources that the scope allows: pods, cpu and memory (for BestEffort, only pods)",
    source: "validateResourceQuotaScopes in pkg/apis/core/validation",
};
const SELECTOR: Rule = Rule {
    help: "give values to In and NotIn; all scopes except PriorityClass and VolumeAttributesClass take only \
        Exists",
    source: "validateScopedResourceSelectorRequirement in pkg/apis/core/validation",
};
const TYPE: Rule = Rule {
    help: "use Container, Pod or PersistentVolumeClaim, each once",
    source: "validateLimitRangeTypeName in pkg/apis/core/validation",
};
const POD: Rule = Rule {
    help: "remove the field: Pods have no defaults of their own",
    source: "ValidateLimitRange in pkg/apis/core/validation",
};
const CLAIM: Rule = Rule {
    help: "set `min.storage` or `max.storage`",
    source: "ValidateLimitRange in pkg/apis/core/validation",
};
const ORDER: Rule = Rule {
    help: "order the amounts: min, defaultRequest, default, max",
    source: "ValidateLimitRange in pkg/apis/core/validation",
};
const LIMIT_NAME: Rule = Rule {
    help: "use cpu, memory, ephemeral-storage, or the name of an extended resource with its domain",
    source: "validateLimitRangeResourceName in pkg/apis/core/validation",
};

/// The resources of which quotas add up amounts.
const ADDED_UP: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];
/// The resources that quotas count.
const COUNTED: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];
const SCOPES: &[&str] = &[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "VolumeAttributesClass",
    "CrossNamespacePodAffinity",
];
const EXCLUDE_EACH_OTHER: [(&str, &str); 2] =
    [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];
const OF_PODS: &[&str] =
    &["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    match (subject.group, subject.kind) {
        ("", "ResourceQuota") => judge_quota(&spec, refusals),
        ("", "LimitRange") => {
            let mut types = HashSet::new();
            spec.items("limits").iter().for_each(|limit| judge_limit(limit, &mut types, refusals));
        }
        _ => {}
    }
}

fn judge_quota(spec: &Place<'_>, refusals: &mut Refusals) {
    let hard = spec.entries("hard");
    for (name, place) in &hard {
        let known = is_standard(name);
        if !(if name.contains('/') { is_qualified_name(name) } else { known }) {
            refusals.unquoted(place, "is not a resource that a quota can limit", RESOURCE);
        }
        let Some(amount) = read_amount(place) else { continue };
        if amount < Quantity::ZERO || COUNTED.contains(name) && !amount.is_whole() {
            refusals.value(place, "which is not a valid amount", AMOUNT);
        }
    }
    let names: Vec<&str> = hard.iter().map(|(name, _)| *name).collect();
    let scopes = spec.items("scopes");
    scopes.iter().for_each(|scope| judge_scope(scope, &names, refusals));
    judge_conflicts(&scopes, refusals);
    let requirements = spec.find("scopeSelector/matchExpressions/*");
    requirements.iter().for_each(|requirement| judge_requirement(requirement, &names, refusals));
    let named: Vec<Place<'_>> = requirements.iter().filter_map(|item| item.get("scopeName")).collect();
    judge_conflicts(&named, refusals);
}

/// Returns true if a quota knows a resource by this name.
fn is_standard(name: &str) -> bool {
    ADDED_UP.contains(&name) || COUNTED.contains(&name) || is_huge_page(name)
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

fn judge_scope(scope: &Place<'_>, names: &[&str], refusals: &mut Refusals) {
    let Some(text) = scope.string() else { return };
    if !SCOPES.contains(&text) {
        return refusals.value(scope, "which is not a quota scope", SCOPE);
    }
    let applies = |name: &&str| match text {
        "BestEffort" => *name == "pods",
        "VolumeAttributesClass" => matches!(*name, "persistentvolumeclaims" | "requests.storage"),
        _ => OF_PODS.contains(name),
    };
    let quotas = |name: &&&str| is_standard(name);
    if let Some(name) = names.iter().filter(quotas).find(|name| !applies(name)) {
        refusals.together(scope, &format!("and the quota limits {name} as well"), APPLIES);
    }
}

fn judge_conflicts(scopes: &[Place<'_>], refusals: &mut Refusals) {
    let named = |word: &str| scopes.iter().find(|scope| scope.string() == Some(word));
    for (one, other) in EXCLUDE_EACH_OTHER {
        if let Some(place) = named(other).filter(|_| named(one).is_some()) {
            refusals.together(place, &format!("and {one} excludes it"), SCOPE);
        }
    }
}

fn judge_requirement(requirement: &Place<'_>, names: &[&str], refusals: &mut Refusals) {
    let scope = requirement.field("scopeName");
    match scope.string() {
        Some("") => refusals.missing(&scope, SELECTOR),
        Some(_) => judge_scope(&scope, names, refusals),
        None => return,
    }
    let valued = scope.string().is_some_and(|text| matches!(text, "PriorityClass" | "VolumeAttributesClass"));
    let Some(operator) = requirement.get("operator") else { return };
    let wrong = match operator.string().unwrap_or_default() {
        "In" | "NotIn" => !valued || !requirement.holds("values"),
        "Exists" => requirement.holds("values"),
        "DoesNotExist" => !valued || requirement.holds("values"),
        _ => false,
    };
    let known = scope.string().is_some_and(|text| SCOPES.contains(&text));
    if wrong && known {
        refusals.together(&operator, "which does not match the scope and the values", SELECTOR);
    }
}

/// Reads an amount. `null` is an amount of nothing to the API server.
fn read_amount(place: &Place<'_>) -> Option<Quantity> {
    if place.node.is_null() { Some(Quantity::ZERO) } else { Quantity::of(place.node) }
}

fn judge_limit<'a>(limit: &Place<'a>, types: &mut HashSet<&'a str>, refusals: &mut Refusals) {
    let place = limit.field("type");
    let Some(kind) = place.string() else { return };
    let known = matches!(kind, "Container" | "Pod" | "PersistentVolumeClaim");
    if kind.is_empty() {
        refusals.missing(&place, TYPE);
    } else if !(known || kind.contains('/') && is_qualified_name(kind)) {
        refusals.value(&place, "which is not a type of limits", TYPE);
    } else if !types.insert(kind) {
        refusals.together(&place, "and other limits have the same type", TYPE);
    }
    for key in ["default", "defaultRequest"] {
        if let Some(place) = limit.get(key).filter(|_| kind == "Pod" && limit.holds(key)) {
            refusals.whole(&place, "is not allowed for the type Pod", POD);
        }
    }
    let sized = |key: &str| limit.get(key).is_some_and(|amounts| amounts.node.get("storage").is_some());
    if kind == "PersistentVolumeClaim" && !sized("min") && !sized("max") {
        refusals.whole(limit, "limits no storage", CLAIM);
    }
    judge_names(limit, kind, refusals);
    judge_ratios(limit, refusals);
    judge_order(limit, refusals);
}

fn judge_names(limit: &Place<'_>, kind: &str, refusals: &mut Refusals) {
    for key in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        for (name, place) in limit.entries(key) {
            let own =
                matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
            let of_objects = is_standard(name) || name == "storage";
            let plain = if matches!(kind, "Container" | "Pod") { own } else { of_objects };
            if !(if name.contains('/') { is_qualified_name(name) } else { plain }) {
                refusals.unquoted(&place, "is not a resource that can be limited here", LIMIT_NAME);
            }
        }
    }
}

fn judge_ratios(limit: &Place<'_>, refusals: &mut Refusals) {
    let Some(one) = Quantity::parse("1") else { return };
    for (_, place) in limit.entries("maxLimitRequestRatio") {
        if read_amount(&place).is_some_and(|ratio| ratio < one) {
            refusals.value(&place, "which is less than 1", ORDER);
        }
    }
}

/// The fields in ascending order: none may exceed a later one.
const ORDERED: [&str; 4] = ["min", "defaultRequest", "default", "max"];

fn judge_order(limit: &Place<'_>, refusals: &mut Refusals) {
    for (index, lower) in ORDERED.iter().enumerate() {
        for (name, place) in limit.entries(lower) {
            let Some(less) = read_amount(&place) else { continue };
            for upper in ORDERED.iter().skip(index + 1) {
                let found = limit.entries(upper).into_iter().find(|(other, _)| *other == name);
                let Some(more) = found.as_ref().and_then(|(_, place)| read_amount(place)) else { continue };
                if less > more {
                    let most = found.map(|(_, place)| show(place.node)).unwrap_or_default();
                    let complaint = format!("is more than {upper}, {most}");
                    refusals.whole(&place, &complaint, ORDER);
                }
            }
        }
    }
}
