//! Rules for the replacement of Pods by Deployments and DaemonSets, and for the Pod templates of workloads.

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_label;
use kube_manifest::{Node, Value};

const STRATEGY: Rule = Rule {
    help: "remove `rollingUpdate`, or set the type to RollingUpdate",
    source: "ValidateDeploymentStrategy in pkg/apis/apps/validation",
};
const AMOUNT: Rule = Rule {
    help: "write a number such as 1, or a percentage such as \"25%\"",
    source: "ValidatePositiveIntOrPercent in pkg/apis/apps/validation",
};
const STANDSTILL: Rule = Rule {
    help: "allow at least one unavailable or surplus Pod; otherwise no Pod can be replaced",
    source: "ValidateRollingUpdateDeployment in pkg/apis/apps/validation",
};
const DAEMONS: Rule = Rule {
    help: "set exactly one of `maxSurge` and `maxUnavailable` (1 by default) to a value other than 0",
    source: "ValidateRollingUpdateDaemonSet in pkg/apis/apps/validation",
};
const DEADLINE: Rule = Rule {
    help: "make it longer than `minReadySeconds`",
    source: "ValidateDeploymentSpec in pkg/apis/apps/validation",
};
const RESTART: Rule = Rule {
    help: "remove the field: such Pods always restart; use a Job for a task that completes",
    source: "ValidatePodTemplateSpecForReplicaSet in pkg/apis/apps/validation",
};
const NO_DEADLINE: Rule = Rule {
    help: "remove the field, or use a Job for a task that completes",
    source: "ValidatePodTemplateSpecForReplicaSet in pkg/apis/apps/validation",
};

const SERVICE: Rule = Rule {
    help: "use lower-case letters, digits and `-`, at most 63 characters",
    source: "ValidateStatefulSetSpec in pkg/apis/apps/validation",
};
/// The first minor version in which the name of a StatefulSet's Service is validated.
const NAMED_SERVICE: u8 = 34;

/// The default deadline of a Deployment, in seconds.
const DEFAULT_DEADLINE: i64 = 600;

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let runs_for_ever = match subject.group {
        "apps" => matches!(subject.kind, "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet"),
        "" => subject.kind == "ReplicationController",
        _ => false,
    };
    let Some(spec) = subject.root.get("spec").filter(|_| runs_for_ever) else { return };
    judge_restart(&spec, refusals);
    if let ("StatefulSet", Some(name)) = (subject.kind, spec.text("serviceName"))
        && !is_label(name)
    {
        let versions = subject.versions_in(NAMED_SERVICE..=u8::MAX);
        refusals.value_in(
            &versions,
            &spec.field("serviceName"),
            "which is not a valid Service name",
            SERVICE,
        );
    }
    match subject.kind {
        "Deployment" => judge_deployment(&spec, refusals),
        "DaemonSet" => judge_daemons(&spec, refusals),
        _ => {}
    }
}

fn judge_restart(spec: &Place<'_>, refusals: &mut Refusals) {
    let Some(pod) = spec.at(&["template", "spec"]) else { return };
    let policy =
        pod.get("restartPolicy").filter(|place| matches!(place.node.as_str(), Some("Never" | "OnFailure")));
    if let Some(policy) = policy {
        refusals.together(&policy, "but Pods of this kind must always restart", RESTART);
    }
    if let Some(deadline) = pod.get("activeDeadlineSeconds") {
        refusals.whole(&deadline, "is not allowed here: Pods of this kind never complete", NO_DEADLINE);
    }
}

fn judge_deployment(spec: &Place<'_>, refusals: &mut Refusals) {
    if let Some(strategy) = spec.get("strategy") {
        let rolling = strategy.get("rollingUpdate");
        if let (Some("Recreate"), Some(rolling)) = (strategy.text("type"), &rolling) {
            refusals.whole(rolling, "is not allowed with the type Recreate", STRATEGY);
        } else if let Some(rolling) = rolling {
            judge_amounts(&rolling, refusals);
            if is_zero(&rolling, "maxUnavailable") && is_zero(&rolling, "maxSurge") {
                refusals.whole(&rolling, "allows neither an unavailable nor a surplus Pod", STANDSTILL);
            }
        }
    }
    let ready = spec.integer("minReadySeconds").unwrap_or(0);
    let deadline = spec.integer("progressDeadlineSeconds");
    if deadline.unwrap_or(DEFAULT_DEADLINE) <= ready {
        let place = spec.get("progressDeadlineSeconds").or_else(|| spec.get("minReadySeconds"));
        place.iter().for_each(|place| {
            refusals.together(place, "but progressDeadlineSeconds is not above minReadySeconds", DEADLINE);
        });
    }
}

fn judge_daemons(spec: &Place<'_>, refusals: &mut Refusals) {
    let Some(strategy) = spec.get("updateStrategy") else { return };
    let rolls = strategy.text("type").is_none_or(|kind| kind == "RollingUpdate");
    let Some(rolling) = strategy.get("rollingUpdate").filter(|_| rolls) else { return };
    judge_amounts(&rolling, refusals);
    let surges = rolling.has("maxSurge") && !is_zero(&rolling, "maxSurge");
    // The API server fills in 1.
    let vanishes = !is_zero(&rolling, "maxUnavailable");
    if surges == vanishes {
        refusals.whole(&rolling, "sets both of maxSurge and maxUnavailable to 0, or neither", DAEMONS);
    }
}

/// Judges numbers and percentages, which must be neither negative nor more than everything.
fn judge_amounts(rolling: &Place<'_>, refusals: &mut Refusals) {
    for key in ["maxUnavailable", "maxSurge"] {
        let Some(place) = rolling.get(key) else { continue };
        if let Some(complaint) = find_amount_error(place.node) {
            refusals.value(&place, complaint, AMOUNT);
        } else if key == "maxUnavailable" && read_percent(place.node).is_some_and(|percent| percent > 100) {
            refusals.value(&place, "which is more than 100%", AMOUNT);
        }
    }
}

/// Returns the error in a number or percentage (`ValidatePositiveIntOrPercent`).
pub(super) fn find_amount_error(node: &Node) -> Option<&'static str> {
    match &node.value {
        Value::Integer(number) if *number < 0 => Some("which is negative"),
        Value::String(_) if read_percent(node).is_none() => {
            Some("which is neither a number nor a percentage")
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => None,
    }
}

/// Returns the number of a percentage. One too large to count is the largest.
pub(super) fn read_percent(node: &Node) -> Option<u64> {
    let digits = node.as_str()?.strip_suffix('%')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Returns true if a field is there and amounts to nothing.
fn is_zero(rolling: &Place<'_>, key: &str) -> bool {
    let Some(place) = rolling.get(key) else { return false };
    place.node.as_integer() == Some(0) || read_percent(place.node) == Some(0)
}
