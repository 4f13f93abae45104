//! Requests and limits of containers.

use super::Pod;
use crate::rules::place::{Place, show};
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::is_qualified_name;
use kube_model::Quantity;

const NEGATIVE: Rule = Rule {
    help: "write an amount of 0 or more",
    source: "ValidateResourceQuantityValue in pkg/apis/core/validation",
};
const MORE: Rule = Rule {
    help: "lower the request, or raise the limit",
    source: "validateResourceRequirements in pkg/apis/core/validation",
};
const EQUAL: Rule = Rule {
    help: "set request and limit of this resource to the same amount: it cannot be shared",
    source: "validateResourceRequirements in pkg/apis/core/validation",
};
const NAME: Rule = Rule {
    help: "use cpu, memory, ephemeral-storage, hugepages-SIZE, or the name of an extended resource with its domain",
    source: "validateContainerResourceName in pkg/apis/core/validation",
};
const WHOLE: Rule = Rule {
    help: "write a whole number: extended resources cannot be divided",
    source: "ValidateResourceQuantityValue in pkg/apis/core/validation",
};
const HUGE: Rule = Rule {
    help: "write a multiple of the page size, and request cpu or memory as well",
    source: "validateResourceQuantityHugePageValue in pkg/apis/core/validation",
};

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    let of_containers = pod.containers().into_iter().filter_map(|container| container.place.get("resources"));
    for resources in of_containers.chain(pod.spec.get("resources")) {
        for list in ["limits", "requests"] {
            for (name, place) in resources.entries(list) {
                judge_amount(name, &place, refusals);
            }
        }
        for (name, request) in resources.entries("requests") {
            compare_amounts(name, &request, &resources, refusals);
        }
        judge_huge_pages(&resources, refusals);
    }
}

fn judge_amount(name: &str, place: &Place<'_>, refusals: &mut Refusals) {
    if !is_known(name) {
        refusals.unquoted(place, "is not a resource that a container can have", NAME);
    }
    let Some(quantity) = quantity_of(place) else { return };
    let page = name.strip_prefix("hugepages-").and_then(Quantity::parse);
    if quantity < Quantity::ZERO {
        refusals.value(place, "which is negative", NEGATIVE);
    } else if page.is_some_and(|page| !quantity.is_multiple_of(page)) {
        refusals.value(place, "which is not a multiple of the page size", HUGE);
    } else if is_extended(name) && !quantity.is_whole() {
        refusals.value(place, "which is not a whole number", WHOLE);
    }
}

fn compare_amounts(name: &str, request: &Place<'_>, resources: &Place<'_>, refusals: &mut Refusals) {
    let Some(requested) = quantity_of(request) else { return };
    let shared = !is_extended(name) && !name.starts_with("hugepages-");
    let limits = resources.entries("limits");
    let Some((_, limit)) = limits.into_iter().find(|(limited, _)| *limited == name) else {
        if !shared {
            refusals.together(request, "but there is no limit for it", EQUAL);
        }
        return;
    };
    let Some(most) = quantity_of(&limit) else { return };
    if !shared && requested != most {
        refusals.together(request, &format!("and its limit is {}", show(limit.node)), EQUAL);
    } else if requested > most {
        refusals.together(request, &format!("which is more than the limit {}", show(limit.node)), MORE);
    }
}

/// Reads an amount. `null` is nothing to the API server.
fn quantity_of(place: &Place<'_>) -> Option<Quantity> {
    if place.node.is_null() { Some(Quantity::ZERO) } else { Quantity::of(place.node) }
}

fn judge_huge_pages(resources: &Place<'_>, refusals: &mut Refusals) {
    let names: Vec<&str> = ["limits", "requests"]
        .iter()
        .flat_map(|list| resources.entries(list))
        .map(|(name, _)| name)
        .collect();
    let huge = names.iter().any(|name| name.starts_with("hugepages-"));
    if huge && !names.iter().any(|name| matches!(*name, "cpu" | "memory")) {
        refusals.whole(resources, "asks for huge pages without cpu or memory", HUGE);
    }
}

/// Returns true for a name of Kubernetes' own, which has no domain.
fn is_known(name: &str) -> bool {
    let own = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    own || name.contains('/') && is_qualified_name(name) || name.contains("${")
}

/// Recognises resources of devices and the like.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.split('/').next().is_some_and(|domain| domain.contains("kubernetes.io"))
}
