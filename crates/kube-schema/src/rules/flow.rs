//! Priority and fairness: FlowSchemas and PriorityLevelConfigurations.

use super::named::{self, Syntax};
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::required;

const GROUP: &str = "flowcontrol.apiserver.k8s.io";
const RULE: Rule = Rule {
    help: "add `resourceRules` or `nonResourceRules`",
    source: "ValidateFlowSchemaPolicyRulesWithSubjects in pkg/apis/flowcontrol/validation",
};
const SUBJECT: Rule = Rule {
    help: "describe the subject under the one field that its kind names",
    source: "ValidateFlowSchemaSubject in pkg/apis/flowcontrol/validation",
};
const NAMESPACES: Rule = Rule {
    help: "name `namespaces`, or set `clusterScope: true`",
    source: "ValidateFlowSchemaResourcePolicyRule in pkg/apis/flowcontrol/validation",
};
const ALONE: Rule = Rule {
    help: "use \"*\" alone, or leave it out",
    source: "ValidateFlowSchemaResourcePolicyRule in pkg/apis/flowcontrol/validation",
};
const VERB: Rule = Rule {
    help: "use verbs of requests: get, list, watch, create, update, patch, delete, deletecollection, proxy",
    source: "ValidateFlowSchemaResourcePolicyRule in pkg/apis/flowcontrol/validation",
};
const URL: Rule = Rule {
    help: "begin the path with a single `/`; use `*` only alone after the last `/`",
    source: "ValidateNonResourceURLPath in pkg/apis/flowcontrol/validation",
};
const PRECEDENCE: Rule = Rule {
    help: "choose a number from 2 to 10000; 1 belongs to the schema `exempt`",
    source: "ValidateFlowSchemaSpec in pkg/apis/flowcontrol/validation",
};

const VERBS: [&str; 10] =
    ["get", "list", "create", "update", "delete", "deletecollection", "patch", "watch", "proxy", "*"];

/// The kinds of subjects, each with the field that describes it.
const KINDS: [(&str, &str); 3] = [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is(GROUP, "FlowSchema") {
        return;
    }
    judge_precedence(subject, refusals);
    for rule in subject.root.find("spec/rules/*") {
        if !rule.holds("resourceRules") && !rule.holds("nonResourceRules") {
            refusals.whole(&rule, "has neither resourceRules nor nonResourceRules", RULE);
        }
        rule.items("subjects").iter().for_each(|item| judge_described(item, refusals));
        for resources in rule.items("resourceRules") {
            judge_verbs(&resources, refusals);
            judge_scoped(&resources, refusals);
        }
        for urls in rule.items("nonResourceRules") {
            judge_verbs(&urls, refusals);
            judge_exclusive(&urls, "nonResourceURLs", refusals);
            urls.items("nonResourceURLs").iter().for_each(|url| judge_path(url, refusals));
        }
    }
}

/// Judges precedence: only the schema that exempts from all limits comes first.
fn judge_precedence(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let exempt = subject.root.at(&["metadata", "name"]).is_some_and(|name| name.string() == Some("exempt"));
    let place = subject.root.at(&["spec", "matchingPrecedence"]);
    if let Some(place) = place.filter(|place| place.node.as_integer() == Some(1) && !exempt) {
        refusals.together(&place, "and only the schema exempt may use it", PRECEDENCE);
    }
}

fn judge_described(item: &Place<'_>, refusals: &mut Refusals) {
    let Some(own) = KINDS.iter().find(|(kind, _)| item.text("kind") == Some(kind)) else { return };
    for (_, field) in KINDS {
        match item.get(field) {
            Some(place) if field != own.1 => {
                refusals.whole(&place, &format!("does not belong to a subject of kind {}", own.0), SUBJECT);
            }
            None if field == own.1 => refusals.lacks(item, field, SUBJECT),
            Some(_) | None => {}
        }
    }
    let Some(place) = item.get(own.1) else { return };
    required::judge(&place, "name", SUBJECT.source, refusals);
    if own.0 == "ServiceAccount" {
        required::judge(&place, "namespace", SUBJECT.source, refusals);
        named::judge(&place, "namespace", Syntax::Label, SUBJECT.source, refusals);
        if place.text("name") != Some("*") {
            named::judge(&place, "name", Syntax::Subdomain, SUBJECT.source, refusals);
        }
    }
}

fn judge_verbs(rule: &Place<'_>, refusals: &mut Refusals) {
    judge_exclusive(rule, "verbs", refusals);
    for verb in rule.items("verbs") {
        if verb.string().is_some_and(|text| !VERBS.contains(&text)) {
            refusals.value(&verb, "which is not a verb of requests", VERB);
        }
    }
}

fn judge_scoped(rule: &Place<'_>, refusals: &mut Refusals) {
    for key in ["apiGroups", "resources", "namespaces"] {
        judge_exclusive(rule, key, refusals);
    }
    if !rule.holds("namespaces") && rule.flag("clusterScope") != Some(true) {
        refusals.whole(rule, "names no namespaces and does not cover the whole cluster", NAMESPACES);
    }
    for namespace in rule.items("namespaces") {
        if namespace.string() == Some("") {
            refusals.value(&namespace, "which is not allowed as a name here", NAMESPACES);
        }
    }
    if rule.items("namespaces").iter().all(|namespace| namespace.string() != Some("*")) {
        named::judge(rule, "namespaces/*", Syntax::Label, NAMESPACES.source, refusals);
    }
}

/// Refuses other items beside a wildcard.
fn judge_exclusive(rule: &Place<'_>, key: &'static str, refusals: &mut Refusals) {
    let items = rule.items(key);
    let everything = items.iter().find(|item| item.string() == Some("*"));
    if let Some(everything) = everything.filter(|_| items.len() > 1) {
        refusals.together(everything, "and is used beside others", ALONE);
    }
}

fn judge_path(url: &Place<'_>, refusals: &mut Refusals) {
    let Some(text) = url.string().filter(|text| *text != "*") else { return };
    let stars = text.strip_suffix("/*").unwrap_or(text).contains('*');
    if !text.starts_with('/') || text.contains(' ') || text.contains("//") || stars {
        refusals.value(url, "which is not a path of the API server", URL);
    }
}
