//! Jobs, whose Pods keep their description.

use super::defaults::{OTHER, POD};
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};
use crate::rules::place::Place;

const HELP: &str = "give the Job a new name, so that the old one keeps its result; or let Argo CD delete it first, with the annotation argocd.argoproj.io/hook or with the sync options Replace=true,Force=true; or let Flux do so, with kustomize.toolkit.fluxcd.io/force: enabled";
const SOURCE: &str = "ValidateJobSpecUpdate in pkg/apis/batch/validation";

/// The parts of a suspended Job's template that may still change: they decide where its Pods will run.
const DIRECTIONS: &[&str] = &[
    "template.metadata.",
    "template.spec.nodeSelector",
    "template.spec.tolerations",
    "template.spec.schedulingGates",
    "template.spec.affinity",
    "].resources",
];

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let (Some(old), Some(new)) = (pair.old.get("spec"), pair.new.get("spec")) else { return };
    if !pair.is("batch", "Job") {
        return;
    }
    for field in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"]
    {
        found.extend(Difference::forbidden(&of_field(&old, &new, field, OTHER), HELP, SOURCE));
    }
    if old.has("selector") && new.has("selector") {
        found.extend(Difference::forbidden(&of_field(&old, &new, "selector", OTHER), HELP, SOURCE));
    }
    if !is_elastic(&new) {
        found.extend(Difference::forbidden(&of_field(&old, &new, "completions", OTHER), HELP, SOURCE));
    }
    let mut differences = of_field(&old, &new, "template", POD);
    if old.flag("suspend") == Some(true) {
        differences.retain(|difference| !DIRECTIONS.iter().any(|part| difference.path.contains(part)));
    }
    found.extend(Difference::forbidden(&differences, HELP, SOURCE));
}

/// Returns true if an indexed Job grows and shrinks with its parallelism.
fn is_elastic(spec: &Place<'_>) -> bool {
    let completions = spec.integer("completions");
    spec.text("completionMode") == Some("Indexed")
        && completions.is_some()
        && completions == spec.integer("parallelism")
}
