//! Places where a Pod may run: node selectors, affinity, tolerations, spreading.

use std::collections::HashSet;

use super::Pod;
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::selectors;
use crate::rules::syntax::{is_label_value, is_qualified_name, is_subdomain};

const TOLERATION: Rule = Rule {
    help: "name `key` and `operator`: Equal with a value, or Exists without one",
    source: "ValidateTolerations in pkg/apis/core/validation",
};
const TERMS: Rule = Rule {
    help: "add at least one term to `nodeSelectorTerms`",
    source: "ValidateNodeSelector in pkg/apis/core/validation",
};
const REQUIREMENT: Rule = Rule {
    help: "give values to In and NotIn, exactly one value to Gt and Lt, and no values to Exists and \
        DoesNotExist",
    source: "ValidateNodeSelectorRequirement in pkg/apis/core/validation",
};
const FIELDS: Rule = Rule {
    help: "select by metadata.name, with In or NotIn and one value",
    source: "ValidateNodeFieldSelectorRequirement in pkg/apis/core/validation",
};
const TOPOLOGY: Rule = Rule {
    help: "name the label of nodes to spread over, such as topology.kubernetes.io/zone",
    source: "validatePodAffinityTerm in pkg/apis/core/validation",
};
const SPREAD: Rule = Rule {
    help: "keep one constraint for each topologyKey and whenUnsatisfiable",
    source: "ValidateSpreadConstraintNotRepeat in pkg/apis/core/validation",
};
const DOMAINS: Rule = Rule {
    help: "set `whenUnsatisfiable` to DoNotSchedule, or remove `minDomains`",
    source: "validateMinDomains in pkg/apis/core/validation",
};
const NAME: Rule = Rule {
    help: "write the name of an object: lower-case letters, digits, `-` and `.`",
    source: "ValidatePodSpec in pkg/apis/core/validation",
};

/// The operators of tolerations. Gt and Lt are behind a feature gate, so it is not known whether a cluster accepts
/// them.
const OPERATORS: &[&str] = &["Equal", "Exists", "Gt", "Lt"];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    pod.spec.get("nodeSelector").iter().for_each(|labels| selectors::judge_plain_labels(labels, refusals));
    pod.spec.items("tolerations").iter().for_each(|item| judge_toleration(item, refusals));
    // The old name of the field counts if the new one is absent.
    let account = if pod.spec.has("serviceAccountName") { "serviceAccountName" } else { "serviceAccount" };
    for key in [account, "nodeName", "priorityClassName", "runtimeClassName"] {
        let Some((text, place)) = pod.spec.text(key).zip(pod.spec.get(key)) else { continue };
        if !is_subdomain(text) {
            refusals.value(&place, "which is not a valid object name", NAME);
        }
    }
    judge_spreading(pod, refusals);
    let Some(affinity) = pod.spec.get("affinity") else { return };
    judge_node_affinity(&affinity, refusals);
    for kind in ["podAffinity", "podAntiAffinity"] {
        let required = format!("{kind}/requiredDuringSchedulingIgnoredDuringExecution/*");
        let preferred = format!("{kind}/preferredDuringSchedulingIgnoredDuringExecution/*");
        let weighted = affinity.find(&preferred);
        let preferred = weighted.iter().map(|weighted| weighted.field("podAffinityTerm"));
        let terms = affinity.find(&required).into_iter().chain(preferred);
        terms.for_each(|term| judge_pod_term(&term, refusals));
    }
}

fn judge_toleration(toleration: &Place<'_>, refusals: &mut Refusals) {
    let operator = toleration.text("operator").unwrap_or("Equal");
    if let Some(place) = toleration.get("operator").filter(|_| !OPERATORS.contains(&operator)) {
        refusals.value(&place, "which is not one of the allowed values: Equal, Exists", TOLERATION);
    }
    match toleration.text("key") {
        None if operator != "Exists" => {
            refusals.whole(toleration, "lacks a `key`, which only the operator Exists allows", TOLERATION);
        }
        Some(key) if !is_qualified_name(key) => {
            toleration.get("key").iter().for_each(|key| {
                refusals.value(key, "which is not a valid taint key", TOLERATION);
            });
        }
        None | Some(_) => {}
    }
    if let Some((text, value)) = toleration.text("value").zip(toleration.get("value")) {
        if operator == "Exists" {
            refusals.together(&value, "but the operator Exists takes no value", TOLERATION);
        } else if operator == "Equal" && !is_label_value(text) {
            refusals.value(&value, "which is not a valid taint value", TOLERATION);
        }
    }
    if let Some(seconds) = toleration.get("tolerationSeconds")
        && toleration.text("effect") != Some("NoExecute")
    {
        refusals.together(&seconds, "but only the effect NoExecute takes a time", TOLERATION);
    }
}

fn judge_node_affinity(affinity: &Place<'_>, refusals: &mut Refusals) {
    judge_fields(affinity, refusals);
    let required = "nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    for selector in affinity.find(required) {
        if !selector.holds("nodeSelectorTerms") {
            refusals.lacks(&selector, "nodeSelectorTerms", TERMS);
        }
    }
    let hard = format!("{required}/nodeSelectorTerms/*/matchExpressions/*");
    let soft = "nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/preference/matchExpressions/*";
    let requirements = affinity.find(&hard).into_iter().chain(affinity.find(soft));
    requirements.for_each(|item| judge_node_requirement(&item, refusals));
}

/// The only field of nodes that a selector may ask for.
const NODE_FIELD: &str = "metadata.name";

fn judge_fields(affinity: &Place<'_>, refusals: &mut Refusals) {
    for path in [
        "nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/*/matchFields/*",
        "nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/preference/matchFields/*",
    ] {
        for requirement in affinity.find(path) {
            let key = requirement.field("key");
            if key.string().is_some_and(|text| !text.is_empty() && text != NODE_FIELD) {
                refusals.value(&key, "which is not metadata.name", FIELDS);
            }
            let operator = requirement.field("operator");
            if operator.string().is_some_and(|text| !text.is_empty() && !matches!(text, "In" | "NotIn")) {
                refusals.value(&operator, "which is neither In nor NotIn", FIELDS);
            } else if requirement.items("values").len() != 1 {
                refusals.whole(&requirement, "does not give exactly one value", FIELDS);
            }
        }
    }
}

fn judge_node_requirement(requirement: &Place<'_>, refusals: &mut Refusals) {
    if let Some(key) = requirement.get("key") {
        crate::rules::metadata::judge_label_key(key.node.as_str().unwrap_or_default(), &key, refusals);
    }
    let Some(operator) = requirement.get("operator") else { return };
    let values = requirement.items("values").len();
    match (operator.node.as_str().unwrap_or_default(), values) {
        ("In" | "NotIn", 1..) | ("Exists" | "DoesNotExist", 0) | ("Gt" | "Lt", 1) => {}
        ("In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt", _) => {
            refusals.together(&operator, &format!("and there are {values} `values`"), REQUIREMENT);
        }
        _ => {
            let complaint = "which is not one of the allowed values: In, NotIn, Exists, DoesNotExist, Gt, Lt";
            refusals.value(&operator, complaint, REQUIREMENT);
        }
    }
}

fn judge_pod_term(term: &Place<'_>, refusals: &mut Refusals) {
    for key in ["labelSelector", "namespaceSelector"] {
        term.get(key).iter().for_each(|selector| selectors::judge_label_selector(selector, refusals));
    }
    judge_topology_key(term, refusals);
}

fn judge_topology_key(holder: &Place<'_>, refusals: &mut Refusals) {
    match holder.text("topologyKey").zip(holder.get("topologyKey")) {
        None => refusals.lacks(holder, "topologyKey", TOPOLOGY),
        Some((text, place)) if !is_qualified_name(text) => {
            refusals.value(&place, "which is not a valid label key", TOPOLOGY);
        }
        Some(_) => {}
    }
}

fn judge_spreading(pod: &Pod<'_>, refusals: &mut Refusals) {
    let mut seen = HashSet::new();
    for constraint in pod.spec.items("topologySpreadConstraints") {
        judge_topology_key(&constraint, refusals);
        constraint.get("labelSelector").iter().for_each(|selector| {
            selectors::judge_label_selector(selector, refusals);
        });
        let action = constraint.text("whenUnsatisfiable");
        if !seen.insert((constraint.text("topologyKey"), action)) {
            refusals.whole(&constraint, "repeats topologyKey and whenUnsatisfiable of another", SPREAD);
        }
        if let Some(domains) = constraint.get("minDomains").filter(|_| action != Some("DoNotSchedule")) {
            refusals.together(&domains, "but whenUnsatisfiable is not DoNotSchedule", DOMAINS);
        }
    }
}
