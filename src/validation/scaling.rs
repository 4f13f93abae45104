//! HorizontalPodAutoscalers and PodDisruptionBudgets.

use super::place::Place;
use super::refusals::{Refusals, Rule, Subject};
use super::workload::{amount_complaint, percent};

const BOUNDS: Rule = Rule {
    help: "raise `maxReplicas`, or lower `minReplicas` (1 where it is left out)",
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
    help: "give `averageUtilization` (1 or more) or `averageValue`, one of them",
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

/// The types of metrics, and the field that describes each.
const METRICS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

pub(super) fn check(subject: &Subject<'_>, refusals: &mut Refusals) {
    let Some(spec) = subject.root.get("spec") else { return };
    match (subject.group, subject.kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            replicas(&spec, subject.version, refusals);
            if subject.version == "v2" {
                spec.items("metrics").iter().for_each(|metric| judge_metric(metric, refusals));
            }
        }
        ("policy", "PodDisruptionBudget") => budget(&spec, refusals),
        _ => {}
    }
}

fn replicas(spec: &Place<'_>, version: &str, refusals: &mut Refusals) {
    let least = spec.integer("minReplicas").unwrap_or(1);
    let most = spec.integer("maxReplicas");
    if let Some(place) =
        spec.get("maxReplicas").filter(|_| most.is_some_and(|most| (1..least).contains(&most)))
    {
        refusals.together(&place, &format!("which is less than minReplicas, {least}"), BOUNDS);
    }
    // With such metrics, and where the cluster allows it, a workload may be scaled to nothing.
    let outside =
        spec.items("metrics").iter().any(|metric| matches!(metric.text("type"), Some("External" | "Object")));
    if let Some(place) = spec.get("minReplicas").filter(|_| least == 0 && !outside && version == "v2") {
        refusals.together(&place, "and no metric would say when to start again", ZERO);
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
    if !matches!(own.0, "Resource" | "ContainerResource") {
        return;
    }
    let Some(target) = metric.at(&[own.1, "target"]) else { return };
    let share = target.get("averageUtilization");
    if share.is_some() == target.has("averageValue") {
        refusals.whole(&target, "has both of averageUtilization and averageValue, or neither", TARGET);
    }
    if let Some(share) = share.filter(|share| share.node.as_integer().is_some_and(|number| number < 1)) {
        refusals.value(&share, "which is less than 1", TARGET);
    }
}

fn budget(spec: &Place<'_>, refusals: &mut Refusals) {
    if spec.has("minAvailable") && spec.has("maxUnavailable") {
        refusals.whole(spec, "has both of minAvailable and maxUnavailable", BUDGET);
    }
    for place in ["minAvailable", "maxUnavailable"].iter().filter_map(|key| spec.get(key)) {
        if let Some(complaint) = amount_complaint(place.node) {
            refusals.value(&place, complaint, AMOUNT);
        } else if percent(place.node).is_some_and(|percent| percent > 100) {
            refusals.value(&place, "which is more than all Pods", AMOUNT);
        }
    }
}
