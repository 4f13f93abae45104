//! Pods, whose description keeps its values, except for images.

use super::defaults::POD;
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};
use crate::rules::place::Place;

const HELP: &str = "restore the old value, or give the Pod a new name; better, use a Deployment: a Pod that \
    is deleted (Argo CD's Replace=true with Force=true, Flux's force: true) is not available until it is \
    created again";
const SOURCE: &str = "ValidatePodUpdate in pkg/apis/core/validation";

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    if !pair.is("", "Pod") {
        return;
    }
    let gated = pair.old.get("spec").is_some_and(|spec| spec.holds("schedulingGates"));
    let mut differences = of_field(&pair.old, &pair.new, "spec", POD);
    differences.retain(|difference| !may_change(difference, gated));
    let lost = pair.old.get("spec").zip(pair.new.get("spec"));
    found.extend(Difference::forbidden(&differences, HELP, SOURCE));
    found.extend(lost.and_then(|(old, new)| judge_toleration(&old, &new)));
}

fn may_change(difference: &Difference<'_>, gated: bool) -> bool {
    let path = difference.path.as_str();
    let image = path.ends_with("].image")
        && (path.starts_with("spec.containers[") || path.starts_with("spec.initContainers["))
        && difference.old.is_some()
        && difference.new.is_some();
    let while_gated = path.starts_with("spec.nodeSelector") || path.starts_with("spec.affinity");
    image
        || path.starts_with("spec.tolerations")
        || path.starts_with("spec.schedulingGates")
        || path.starts_with("spec.terminationGracePeriodSeconds") && was_negative(difference)
        || path.starts_with("spec.activeDeadlineSeconds") && shortens(difference)
        || gated && while_gated
}

fn was_negative(difference: &Difference<'_>) -> bool {
    difference.old.as_ref().and_then(|place| place.node.as_integer()).is_some_and(|seconds| seconds < 0)
}

/// Returns true if a deadline is set or brought forward, which is allowed.
fn shortens(difference: &Difference<'_>) -> bool {
    let seconds = |side: &Option<Place<'_>>| side.as_ref().and_then(|place| place.node.as_integer());
    match (seconds(&difference.old), seconds(&difference.new)) {
        (Some(old), Some(new)) => new < old,
        (None, new) => new.is_some(),
        (Some(_), None) => false,
    }
}

/// Judges tolerations. They may be added; existing ones may change only their time.
fn judge_toleration(old: &Place<'_>, new: &Place<'_>) -> Option<ForbiddenChange> {
    let same = |before: &Place<'_>, after: &Place<'_>| {
        ["key", "operator", "value", "effect"].iter().all(|key| before.text(key) == after.text(key))
    };
    let kept = new.items("tolerations");
    let lost =
        old.items("tolerations").into_iter().find(|item| !kept.iter().any(|other| same(item, other)))?;
    Some(ForbiddenChange {
        path: lost.path(),
        old_pointer: lost.pointer(),
        pointer: new.pointer(),
        was: lost.text("key").map(crate::rules::place::quote),
        becomes: None,
        others: 0,
        help: HELP,
        source: "validateOnlyAddedTolerations in pkg/apis/core/validation",
    })
}
