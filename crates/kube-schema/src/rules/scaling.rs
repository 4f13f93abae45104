//! HorizontalPodAutoscalers and PodDisruptionBudgets.

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::words::{self, Allowed, Empty};
use super::workload::{find_amount_error, read_percent};
use kube_model::Quantity;

const REFERENCE: Rule = Rule {
    help: "write the apiVersion of the target, such as apps/v1",
    source: "ValidateAPIVersion in pkg/apis/autoscaling/validation",
};
const BOUNDS: Rule = Rule {
    help: "raise `maxReplicas`, or lower `minReplicas` (1 by default)",
    source: "validateHorizontalPodAutoscalerSpec in pkg/apis/autoscaling/validation",
};
const ZERO: Rule = Rule {
    help: "set `minReplicas` to 1 or more",
    source: "validateHorizontalPodAutoscalerSpec in pkg/apis/autoscaling/validation",
};
const METRIC: Rule = Rule {
    help: "describe the metric under the one field that its type names",
    source: "validateMetricSpec in pkg/apis/autoscaling/validation",
};
const TARGET: Rule = Rule {
    help: "set either `averageUtilization` (1 or more) or `averageValue`",
    source: "validateResourceSource in pkg/apis/autoscaling/validation",
};
const BUDGET: Rule = Rule {
    help: "keep one of `minAvailable` and `maxUnavailable`",
    source: "ValidatePodDisruptionBudgetSpec in pkg/apis/policy/validation",
};
const AMOUNT: Rule = Rule {
    help: "write a number such as 1, or a percentage from \"0%\" to \"100%\"",
    source: "ValidatePodDisruptionBudgetSpec in pkg/apis/policy/validation",
};

const TYPES: Allowed<'_> = Allowed {
    words: &["Utilization", "Value", "AverageValue"],
    empty: Empty::Missing,
    source: "validateMetricTarget in pkg/apis/autoscaling/validation",
};

/// The types of metrics, each with the field that describes it.
const METRICS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    match (subject.group, subject.kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            judge_reference(subject, &spec, refusals);
            judge_replicas(&spec, subject.version, refusals);
            if subject.version == "v2" {
                spec.items("metrics").iter().for_each(|metric| judge_metric(metric, refusals));
            }
        }
        ("policy", "PodDisruptionBudget") => judge_budget(&spec, refusals),
        _ => {}
    }
}

/// The first minor version in which the target of a new autoscaler names its group and version.
const GROUPED_TARGETS: u8 = 34;

fn judge_reference(subject: &JudgedObject<'_>, spec: &Place<'_>, refusals: &mut Refusals) {
    let place = spec.reach(&["scaleTargetRef", "apiVersion"]);
    let Some(text) = place.string() else { return };
    let versions = subject.versions_in(GROUPED_TARGETS..=u8::MAX);
    let parts = text.split('/').filter(|part| !part.is_empty()).count();
    if (parts != 2 || text.matches('/').count() != 1) && !versions.is_empty() {
        if place.exists() {
            refusals.value_in(&versions, &place, "which is not a valid group and version", REFERENCE);
        } else {
            refusals.missing(&place, REFERENCE);
        }
    }
}

fn judge_replicas(spec: &Place<'_>, version: &str, refusals: &mut Refusals) {
    let least = spec.integer("minReplicas").unwrap_or(1);
    let most = spec.integer("maxReplicas");
    if let Some(place) =
        spec.get("maxReplicas").filter(|_| most.is_some_and(|most| (1..least).contains(&most)))
    {
        refusals.together(&place, &format!("which is less than minReplicas, {least}"), BOUNDS);
    }
    // With such metrics, and if the cluster allows it, a workload may be scaled to nothing.
    let outside =
        spec.items("metrics").iter().any(|metric| matches!(metric.text("type"), Some("External" | "Object")));
    if let Some(place) = spec.get("minReplicas").filter(|_| least == 0 && !outside && version == "v2") {
        refusals.together(&place, "but no metric would start the Pods again", ZERO);
    }
}

fn judge_metric(metric: &Place<'_>, refusals: &mut Refusals) {
    let Some(own) = METRICS.iter().find(|(kind, _)| metric.text("type") == Some(kind)) else { return };
    for (_, field) in METRICS {
        match (metric.get(field), field == own.1) {
            (None, true) => refusals.whole(metric, &format!("lacks `{field}`, which its type needs"), METRIC),
            (Some(place), false) => {
                refusals.whole(&place, &format!("does not belong to a metric of type {}", own.0), METRIC);
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    let Some(source) = metric.get(own.1) else { return };
    let target = source.field("target");
    words::judge(&source, "target>type", TYPES, refusals);
    for key in ["value", "averageValue"] {
        if let Some(place) = target
            .get(key)
            .filter(|place| Quantity::of(place.node).is_some_and(|amount| amount <= Quantity::ZERO))
        {
            refusals.value(&place, "which is not more than 0", TARGET);
        }
    }
    match own.0 {
        "Pods" if !target.has("averageValue") => refusals.lacks(&target, "averageValue", TARGET),
        "Object" | "External" if !target.has("averageValue") && !target.has("value") => {
            refusals.lacks(&target, "averageValue", TARGET);
        }
        "External" if target.has("averageValue") && target.has("value") => {
            refusals.whole(&target, "has both of value and averageValue", TARGET);
        }
        _ => {}
    }
    if !matches!(own.0, "Resource" | "ContainerResource") || !target.exists() {
        return;
    }
    let share = target.get("averageUtilization");
    if share.is_some() == target.has("averageValue") {
        refusals.whole(&target, "has both of averageUtilization and averageValue, or neither", TARGET);
    }
    if let Some(share) = share.filter(|share| share.node.as_integer().is_some_and(|number| number < 1)) {
        refusals.value(&share, "which is less than 1", TARGET);
    }
}

fn judge_budget(spec: &Place<'_>, refusals: &mut Refusals) {
    if spec.has("minAvailable") && spec.has("maxUnavailable") {
        refusals.whole(spec, "has both of minAvailable and maxUnavailable", BUDGET);
    }
    for place in ["minAvailable", "maxUnavailable"].iter().filter_map(|key| spec.get(key)) {
        if let Some(complaint) = find_amount_error(place.node) {
            refusals.value(&place, complaint, AMOUNT);
        } else if read_percent(place.node).is_some_and(|percent| percent > 100) {
            refusals.value(&place, "which is more than 100%", AMOUNT);
        }
    }
}
