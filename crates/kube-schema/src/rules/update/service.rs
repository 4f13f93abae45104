//! Services, whose address clients know.

use super::defaults::OTHER;
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};
use crate::rules::place::{Place, quote};

const ADDRESS: &str = "restore the old value, or create a second Service with a new name and move its \
    clients; Argo CD's Replace=true with Force=true and Flux's force: true delete and recreate it: the \
    address changes and clients fail meanwhile";
const SOURCE: &str = "validateUpgradeDowngradeClusterIPs in pkg/apis/core/validation";
const CLASS_SOURCE: &str = "validateLoadBalancerClassField in pkg/apis/core/validation";

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let (Some(old), Some(new)) = (pair.old.get("spec"), pair.new.get("spec")) else { return };
    if !pair.is("", "Service") {
        return;
    }
    let is = |spec: &Place<'_>, kind: &str| spec.text("type").unwrap_or("ClusterIP") == kind;
    if is(&old, "ExternalName") || is(&new, "ExternalName") {
        return;
    }
    found.extend(judge_address(&old, &new));
    found.extend(judge_family(&old, &new));
    if is(&old, "LoadBalancer") && is(&new, "LoadBalancer") {
        let differences = of_field(&old, &new, "loadBalancerClass", OTHER);
        found.extend(Difference::forbidden(&differences, ADDRESS, CLASS_SOURCE));
    }
}

/// Judges the address. A Service without one gets it when it is created; an update that leaves it out keeps it.
fn judge_address(old: &Place<'_>, new: &Place<'_>) -> Option<ForbiddenChange> {
    let wanted = new.text("clusterIP")?;
    let place = new.get("clusterIP")?;
    let before = old.text("clusterIP");
    let lost = before.is_none() && wanted == "None";
    let changed = before.is_some_and(|before| before != wanted);
    (lost || changed).then(|| ForbiddenChange {
        path: place.path(),
        old_pointer: old.get("clusterIP").map_or_else(|| old.pointer(), |place| place.pointer()),
        pointer: place.pointer(),
        was: Some(before.map_or_else(|| "the address that the cluster chose".to_owned(), quote)),
        becomes: Some(quote(wanted)),
        others: 0,
        help: ADDRESS,
        source: SOURCE,
    })
}

/// Judges the first family of addresses, which must stay.
fn judge_family(old: &Place<'_>, new: &Place<'_>) -> Option<ForbiddenChange> {
    let (before, after) = (old.items("ipFamilies"), new.items("ipFamilies"));
    let (before, after) = (before.first()?, after.first()?);
    (before.node != after.node).then(|| ForbiddenChange {
        path: after.path(),
        old_pointer: before.pointer(),
        pointer: after.pointer(),
        was: before.node.as_str().map(quote),
        becomes: after.node.as_str().map(quote),
        others: 0,
        help: ADDRESS,
        source: "validateUpgradeDowngradeIPFamilies in pkg/apis/core/validation",
    })
}
