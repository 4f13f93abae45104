//! The violations that a change brings.

use crate::checks::Context;
use crate::render::Role;
use crate::world::{ObjectChange, Placed};
use kube_manifest::Node;
use kube_model::KubernetesVersion;
use kube_schema::{Outcome, Violation, ViolationKind};

/// Judges an object by the schemas of its cluster. A cluster that the policy does not know is
/// judged by the newest version.
pub(super) fn judge(placed: &Placed, context: &Context<'_>) -> Outcome {
    context.facts.schemas().validate(&placed.candidate(), select_versions(placed, context))
}

/// Judges the new object of the present change, once for all checks.
pub(super) fn judge_new<'a>(change: &ObjectChange, context: &'a Context<'_>) -> Option<&'a Outcome> {
    let new = change.object()?;
    Some(context.outcomes().new.get_or_init(|| judge(new, context)))
}

/// Judges the old object of the present change, once for all checks.
pub(super) fn judge_old<'a>(change: &ObjectChange, context: &'a Context<'_>) -> Option<&'a Outcome> {
    let old = change.old_object()?;
    Some(context.outcomes().old.get_or_init(|| judge(old, context)))
}

/// Judges an object by the schemas before the change.
pub(super) fn judge_before(placed: &Placed, context: &Context<'_>) -> Outcome {
    context.facts.schemas().validate_before(&placed.candidate(), select_versions(placed, context))
}

/// The kind that was probably meant.
pub(super) fn nearest_kind(placed: &Placed, context: &Context<'_>) -> Option<String> {
    context.facts.schemas().nearest_kind(&placed.candidate(), select_versions(placed, context))
}

/// The versions that the object has to fit.
pub(super) fn select_versions<'a>(placed: &Placed, context: &Context<'a>) -> &'a [KubernetesVersion] {
    const NEWEST: &[KubernetesVersion] = &[KubernetesVersion::NEWEST];
    let target = context.settings.clusters.iter().find(|target| target.name == placed.id.cluster);
    target.map(|target| target.versions.as_slice()).filter(|versions| !versions.is_empty()).unwrap_or(NEWEST)
}

/// The violations of the new object that the old one did not have. Each old one excuses one new
/// one: the same at the same place first, then the same in a list whose items have moved.
pub(super) fn violations(change: &ObjectChange, context: &Context<'_>) -> Vec<Violation> {
    let Some((new, outcome)) = change.object().zip(judge_new(change, context)) else { return Vec::new() };
    let own = |violation: &&Violation| !new.inherits(new.object.root.nearest(&violation.pointer));
    let found = outcome.violations().iter().filter(|violation| counts(violation, new.role)).filter(own);
    let mut found: Vec<Violation> = found.cloned().collect();
    let Some((old, outcome)) = change.old_object().zip(judge_old(change, context)) else { return found };
    let mut excuses = outcome.violations().to_vec();
    for place in [exact_place as fn(&str) -> String, place_in_any_item] {
        found.retain(|violation| !excuse(violation, new, &mut excuses, old, place));
    }
    found
}

/// A fragment is complete only after a merge, and a template only after rendering.
fn counts(violation: &Violation, role: Role) -> bool {
    match role {
        Role::Complete => true,
        Role::Base => match &violation.kind {
            ViolationKind::Required { .. } => false,
            ViolationKind::UnknownField { .. }
            | ViolationKind::Type { .. }
            | ViolationKind::Value { .. }
            | ViolationKind::Duplicate { .. } => true,
        },
        Role::Expectation => false,
        Role::Fragment | Role::Template => match &violation.kind {
            ViolationKind::UnknownField { field, .. } => !field.starts_with('$'),
            ViolationKind::Required { .. } => false,
            ViolationKind::Type { .. } | ViolationKind::Value { .. } | ViolationKind::Duplicate { .. } => {
                role == Role::Fragment
            }
        },
    }
}

fn excuse(
    violation: &Violation,
    new: &Placed,
    excuses: &mut Vec<Violation>,
    old: &Placed,
    place: fn(&str) -> String,
) -> bool {
    let same = |known: &Violation| {
        known.kind == violation.kind
            && place(&known.pointer) == place(&violation.pointer)
            && value(known, old) == value(violation, new)
    };
    let Some(index) = excuses.iter().position(same) else { return false };
    excuses.remove(index);
    true
}

/// The value that is wrong; `None` if a field is missing, whatever else its object holds.
fn value<'a>(violation: &Violation, placed: &'a Placed) -> Option<&'a Node> {
    match violation.kind {
        ViolationKind::Required { .. } => None,
        ViolationKind::UnknownField { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Value { .. }
        | ViolationKind::Duplicate { .. } => Some(placed.object.root.nearest(&violation.pointer)),
    }
}

fn exact_place(pointer: &str) -> String {
    pointer.to_owned()
}

fn place_in_any_item(pointer: &str) -> String {
    let any = |token: &str| if token.parse::<usize>().is_ok() { "*".to_owned() } else { token.to_owned() };
    pointer.split('/').map(any).collect::<Vec<_>>().join("/")
}
