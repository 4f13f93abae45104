//! Roles and bindings.

use super::named::{self, Syntax};
use super::place::{Place, is_empty};
use super::refusals::{JudgedObject, Refusals, Rule};

const RULE: Rule = Rule {
    help: "give the rule verbs, and either apiGroups with resources (\"\" is the core group) or nonResourceURLs",
    source: "ValidatePolicyRule in pkg/apis/rbac/validation",
};
const NAMESPACED: Rule = Rule {
    help: "move rules for URLs to a ClusterRole",
    source: "ValidatePolicyRule in pkg/apis/rbac/validation",
};
const SUBJECT: Rule = Rule {
    help: "name the subject, and leave out its apiGroup or write the group of its kind",
    source: "ValidateRoleBindingSubject in pkg/apis/rbac/validation",
};
const REFERENCE: Rule =
    Rule { help: "name the role that is granted", source: "ValidateRoleBinding in pkg/apis/rbac/validation" };

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if subject.group != GROUP {
        return;
    }
    match subject.kind {
        "Role" | "ClusterRole" => {
            let is_namespaced = subject.kind == "Role";
            for rule in subject.root.items("rules") {
                judge_policy_rule(&rule, refusals);
                if let Some(urls) = rule.get("nonResourceURLs").filter(|_| is_namespaced) {
                    refusals.whole(&urls, "is not allowed in a Role, which covers one namespace", NAMESPACED);
                }
            }
        }
        "RoleBinding" | "ClusterRoleBinding" => judge_binding(subject, refusals),
        _ => {}
    }
}

fn judge_policy_rule(rule: &Place<'_>, refusals: &mut Refusals) {
    if !rule.holds("verbs") {
        refusals.lacks(rule, "verbs", RULE);
    }
    if rule.holds("nonResourceURLs") {
        if ["apiGroups", "resources", "resourceNames"].iter().any(|key| rule.holds(key)) {
            refusals.whole(rule, "covers resources and URLs at the same time", RULE);
        }
        return;
    }
    for key in ["apiGroups", "resources"] {
        if !rule.holds(key) {
            refusals.lacks(rule, key, RULE);
        }
    }
}

fn judge_binding(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let role = subject.root.field("roleRef");
    if role.text("name").is_none() {
        refusals.lacks(&role, "name", REFERENCE);
    }
    for item in subject.root.items("subjects") {
        if item.text("name").is_none() {
            refusals.lacks(&item, "name", SUBJECT);
        }
        let group = item.get("apiGroup").filter(|_| item.text("apiGroup").is_some());
        match item.text("kind") {
            Some("ServiceAccount") => {
                named::judge(&item, "name", Syntax::Subdomain, SUBJECT.source, refusals);
                group.iter().for_each(|group| {
                    refusals.together(group, "but a ServiceAccount has no apiGroup", SUBJECT);
                });
                // kustomize fills in the namespace, so a missing one proves nothing.
                let emptied = item.node.get("namespace").is_some_and(is_empty);
                if emptied && subject.kind == "ClusterRoleBinding" {
                    refusals.lacks(&item, "namespace", SUBJECT);
                }
            }
            Some("User" | "Group") => {
                if let Some(group) = group.filter(|group| group.node.as_str() != Some(GROUP)) {
                    refusals.together(&group, &format!("which is not {GROUP}"), SUBJECT);
                }
            }
            Some(_) | None => {}
        }
    }
}
