//! Label selectors, and whether a workload selects the Pods that it makes.

use super::metadata::judge_label_key;
use super::place::{Place, quote};
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_label_value;

const SELECTOR: Rule = Rule {
    help: "give In and NotIn at least one value, and no values to Exists and DoesNotExist",
    source: "ValidateLabelSelectorRequirement in apimachinery/pkg/apis/meta/v1/validation",
};
const VALUE: Rule = Rule {
    help: "write the value as labels are written: letters, digits, `-`, `_` and `.`, at most 63 characters",
    source: "ValidateLabels in apimachinery/pkg/apis/meta/v1/validation",
};
const MISMATCH: Rule = Rule {
    help: "give the Pod template every label that the selector requires",
    source: "ValidateDeploymentSpec in pkg/apis/apps/validation",
};
const EMPTY: Rule = Rule {
    help: "select its Pods under `selector.matchLabels`",
    source: "ValidateDeploymentSpec in pkg/apis/apps/validation",
};

const CONTROLLER: Rule = Rule {
    help: "give the Pod template every label that the selector requires",
    source: "ValidatePodTemplateSpecForRC in pkg/apis/core/validation",
};

/// The fields with selectors of `matchLabels` and `matchExpressions`.
const SELECTORS: &[(&str, &[&str], &str)] = &[
    ("apps", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], "spec/selector"),
    ("batch", &["Job"], "spec/selector"),
    ("policy", &["PodDisruptionBudget"], "spec/selector"),
    ("networking.k8s.io", &["NetworkPolicy"], "spec/podSelector"),
    ("networking.k8s.io", &["NetworkPolicy"], "spec/ingress/*/from/*/podSelector"),
    ("networking.k8s.io", &["NetworkPolicy"], "spec/ingress/*/from/*/namespaceSelector"),
    ("networking.k8s.io", &["NetworkPolicy"], "spec/egress/*/to/*/podSelector"),
    ("networking.k8s.io", &["NetworkPolicy"], "spec/egress/*/to/*/namespaceSelector"),
    ("rbac.authorization.k8s.io", &["ClusterRole"], "aggregationRule/clusterRoleSelectors/*"),
];

/// Selectors that are plain labels.
const PLAIN: &[(&str, &[&str], &str)] = &[("", &["Service", "ReplicationController"], "spec/selector")];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let named = |rows: &[(&str, &[&str], &'static str)]| -> Vec<Place<'_>> {
        let own = rows.iter().filter(|row| row.0 == subject.group && row.1.contains(&subject.kind));
        own.flat_map(|row| subject.root.find(row.2)).collect()
    };
    named(SELECTORS).iter().for_each(|selector| judge_label_selector(selector, refusals));
    for selector in named(PLAIN) {
        judge_plain_labels(&selector, refusals);
    }
    if subject.group == "apps" && subject.version == "v1" {
        judge_template(subject, refusals);
    } else if subject.is("", "ReplicationController") {
        judge_controller(subject, refusals);
    }
}

/// Judges the selector of a ReplicationController, which is plain labels. If it is left out, the labels of the Pod
/// template are used.
fn judge_controller(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let spec = subject.root.field("spec");
    let labels = spec.reach(&["template", "metadata", "labels"]);
    if !spec.holds("selector") {
        if labels.node.entries().is_empty() {
            refusals.lacks(&spec, "selector", CONTROLLER);
        }
        return;
    }
    if labels.has_unknown_field() {
        return;
    }
    for (key, wanted) in spec.entries("selector") {
        let found = labels.node.get(key).map_or(Some(""), |_| labels.field(key).string());
        let has = labels.node.get(key).is_some();
        if wanted.string().is_some_and(|text| !has || found != Some(text)) {
            refusals.whole(&wanted, "does not match the labels of the Pod template", CONTROLLER);
        }
    }
}

/// Judges a selector with `matchLabels` and `matchExpressions`.
pub(super) fn judge_label_selector(selector: &Place<'_>, refusals: &mut Refusals) {
    if let Some(labels) = selector.get("matchLabels") {
        judge_plain_labels(&labels, refusals);
    }
    selector.items("matchExpressions").iter().for_each(|requirement| judge_expression(requirement, refusals));
}

/// Judges plain labels, of a Service or of `nodeSelector`.
pub(super) fn judge_plain_labels(labels: &Place<'_>, refusals: &mut Refusals) {
    for entry in labels.node.entries() {
        let place = labels.field(&entry.key);
        judge_label_key(&entry.key, &place, refusals);
        if place.node.as_str().is_some_and(|text| !is_label_value(text)) {
            refusals.value(&place, "which is not a valid value of a label", VALUE);
        }
    }
}

fn judge_expression(requirement: &Place<'_>, refusals: &mut Refusals) {
    match requirement.get("key") {
        Some(key) => judge_label_key(key.node.as_str().unwrap_or_default(), &key, refusals),
        None if requirement.node.is_null() => return refusals.lacks(requirement, "key", SELECTOR),
        None => {}
    }
    for value in requirement.items("values") {
        if value.string().is_some_and(|text| !is_label_value(text)) {
            refusals.value(&value, "which is not a valid value of a label", VALUE);
        }
    }
    let Some(operator) = requirement.get("operator") else { return };
    match (operator.node.as_str().unwrap_or_default(), requirement.holds("values")) {
        ("In" | "NotIn", true) | ("Exists" | "DoesNotExist", false) => {}
        ("In" | "NotIn", false) => refusals.together(&operator, "and there are no `values`", SELECTOR),
        ("Exists" | "DoesNotExist", true) => {
            refusals.together(&operator, "and there are `values`", SELECTOR);
        }
        _ => refusals.value(
            &operator,
            "which is not one of the allowed values: In, NotIn, Exists, DoesNotExist",
            SELECTOR,
        ),
    }
}

/// Refuses a workload whose selector does not match its own Pods. It would make Pods for ever.
fn judge_template(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !matches!(subject.kind, "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet") {
        return;
    }
    let selector = subject.root.reach(&["spec", "selector"]);
    if !selector.exists() {
        return refusals.missing(&selector, EMPTY);
    }
    if !selector.holds("matchLabels") && !selector.holds("matchExpressions") {
        return refusals.whole(&selector, "is empty and so selects nothing", EMPTY);
    }
    let labels = subject.root.at(&["spec", "template", "metadata", "labels"]);
    if let Some((place, complaint)) = find_mismatch(&selector, labels.as_ref()) {
        refusals.whole(&place, &complaint, MISMATCH);
    }
}

/// Returns the first requirement of a selector that labels do not meet.
pub(super) fn find_mismatch<'a>(
    selector: &Place<'a>,
    labels: Option<&Place<'a>>,
) -> Option<(Place<'a>, String)> {
    let has = |key: &str| {
        let node = labels.and_then(|labels| labels.node.get(key))?;
        if node.is_null() { Some("") } else { node.as_str() }
    };
    for (key, wanted) in selector.entries("matchLabels") {
        let Some(text) = wanted.string() else { continue };
        if labels.is_some_and(Place::has_unknown_field) {
            continue;
        }
        if has(key) != Some(text) {
            let found =
                has(key).map_or_else(|| "lacks it".to_owned(), |found| format!("has {}", quote(found)));
            let complaint = format!("is {}, and the Pod template {found}", quote(text));
            return Some((wanted, complaint));
        }
    }
    if labels.is_some_and(Place::has_unknown_field) {
        return None;
    }
    let unmet = |requirement: &Place<'a>| {
        let found = has(requirement.text("key")?);
        let among =
            |text: &str| requirement.items("values").iter().any(|value| value.node.as_str() == Some(text));
        Some(!match requirement.text("operator")? {
            "In" => found.is_some_and(among),
            "NotIn" => !found.is_some_and(among),
            "Exists" => found.is_some(),
            "DoesNotExist" => found.is_none(),
            _ => true,
        })
    };
    let requirement =
        selector.items("matchExpressions").into_iter().find(|item| unmet(item) == Some(true))?;
    Some((requirement, "does not match the labels of the Pod template".to_owned()))
}
