//! Claims: only the request may grow.

use super::defaults::CLAIM;
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};
use crate::rules::place::show;
use kube_model::Quantity;

const HELP: &str = "restore the old value, or create a claim with a new name and copy the data; deleting the \
    claim (Argo CD's Force=true, Flux's force: true) deletes the data if the reclaim policy is Delete";
const SHRINK: &str = "restore the old size: a volume cannot shrink; to save space, create a smaller claim \
    with a new name and copy the data";
const SOURCE: &str = "ValidatePersistentVolumeClaimUpdate in pkg/apis/core/validation";

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let (Some(old), Some(new)) = (pair.old.get("spec"), pair.new.get("spec")) else { return };
    if !pair.is("", "PersistentVolumeClaim") {
        return;
    }
    for field in ["accessModes", "selector", "volumeMode"] {
        found.extend(Difference::forbidden(&of_field(&old, &new, field, CLAIM), HELP, SOURCE));
    }
    // A value that the cluster filled in may be added to the manifest later.
    for field in ["storageClassName", "volumeName"] {
        if old.text(field).is_some() {
            found.extend(Difference::forbidden(&of_field(&old, &new, field, CLAIM), HELP, SOURCE));
        }
    }
    for field in ["dataSource", "dataSourceRef"] {
        if old.has(field) && new.has(field) {
            found.extend(Difference::forbidden(&of_field(&old, &new, field, CLAIM), HELP, SOURCE));
        }
    }
    let path = &["resources", "requests", "storage"];
    let (Some(before), Some(after)) = (old.at(path), new.at(path)) else { return };
    if Quantity::of(before.node).zip(Quantity::of(after.node)).is_some_and(|(before, after)| after < before) {
        found.push(ForbiddenChange {
            path: after.path(),
            old_pointer: before.pointer(),
            pointer: after.pointer(),
            was: Some(show(before.node)),
            becomes: Some(show(after.node)),
            others: 0,
            help: SHRINK,
            source: SOURCE,
        });
    }
}
