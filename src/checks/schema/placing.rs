//! Findings from violations.

use super::brought;
use crate::checks::Context;
use crate::finding::{Aspect, CheckId, Finding, Fingerprint, Location, Severity, Side};
use crate::world::{ObjectChange, Placed};
use kube_schema::{DuplicateRefusal, Excess, Outcome, SchemaProblem, Violation, ViolationKind};

/// A finding for a violation, at the value or the key that it is about.
pub(super) fn build_finding(check: CheckId, change: &ObjectChange, violation: &Violation) -> Finding {
    let placed = change.subject();
    let message = format!("{} in cluster {}: {}", placed.id.title(), placed.id.cluster, violation.message);
    let versions: Vec<String> = violation.versions.iter().map(ToString::to_string).collect();
    Finding::about(check, change, message)
        .at(location(placed, violation))
        .note("refused by", format!("{}Kubernetes {}", by_whom(&violation.kind), versions.join(", ")))
        .fact_formerly("rule", rule(&violation.kind), violation.message.clone())
        .added_fact("path", violation.pointer.clone())
        .added_fact("value", value(placed, violation))
        .aspect(aspect(violation))
}

/// The rule that refuses a value, in a form that no wording changes.
pub(super) fn rule(kind: &ViolationKind) -> String {
    match kind {
        ViolationKind::UnknownField { field, .. } => format!("unknown:{field}"),
        ViolationKind::Type { .. } => "type".to_owned(),
        ViolationKind::Required { field } => format!("required:{field}"),
        ViolationKind::Value { rule } => format!("value:{rule}"),
        ViolationKind::Duplicate { .. } => "duplicate".to_owned(),
    }
}

/// The value that is refused. The content of an unknown field, or the surroundings of a missing one, make it no worse.
fn value(placed: &Placed, violation: &Violation) -> String {
    match &violation.kind {
        ViolationKind::UnknownField { .. } | ViolationKind::Required { .. } => String::new(),
        ViolationKind::Type { .. } | ViolationKind::Value { .. } | ViolationKind::Duplicate { .. } => {
            value_at(placed, &violation.pointer)
        }
    }
}

/// A value as JSON. A digest of a short secret would tell it, so that a Secret has none.
pub(super) fn value_at(placed: &Placed, pointer: &str) -> String {
    if placed.object.holds_secret() {
        return String::new();
    }
    placed.object.root.resolve_pointer(pointer).map_or_else(String::new, |node| node.to_json().to_string())
}

/// The API server's own rules have bounds, too, and often narrower ones.
fn aspect(violation: &Violation) -> Option<Aspect> {
    match &violation.kind {
        ViolationKind::Value { rule } if rule == "minimum" || rule == "maximum" => {
            Some(Aspect::Bounds { pointer: violation.pointer.clone() })
        }
        ViolationKind::Required { field } => {
            Some(Aspect::Absence { pointer: violation.pointer.clone(), field: field.clone() })
        }
        ViolationKind::UnknownField { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Value { .. }
        | ViolationKind::Duplicate { .. } => None,
    }
}

/// An object that is not judged because too much of it is wrong.
pub(super) fn too_much_wrong(
    check: CheckId,
    change: &ObjectChange,
    context: &Context<'_>,
) -> Option<Finding> {
    match brought::judge_new(change, context)? {
        Outcome::Unusable(problem @ SchemaProblem::TooMuchWrong(_)) => Some(unusable(check, change, problem)),
        Outcome::Valid | Outcome::Invalid(_) | Outcome::UnknownKind { .. } | Outcome::Unusable(_) => None,
    }
}

/// Nothing is known of the object, which is not the same as nothing being wrong.
pub(super) fn unusable(check: CheckId, change: &ObjectChange, problem: &SchemaProblem) -> Finding {
    let id = &change.subject().id;
    let message = format!("{} in cluster {} could not be judged: {problem}", id.title(), id.cluster);
    let finding = Finding::about(check, change, message)
        .severity(Severity::High)
        .help(way_out(problem))
        .fact_formerly("problem", name(problem), problem.to_string());
    match problem {
        SchemaProblem::TooMuchWrong(_) => with_whole(finding, change.subject()),
        SchemaProblem::EmbeddedDataDamaged
        | SchemaProblem::Incomplete(_)
        | SchemaProblem::NoSchema
        | SchemaProblem::NotStructural(_)
        | SchemaProblem::Unusable(_) => finding,
    }
}

/// A problem in a form that no wording changes.
pub(super) fn name(problem: &SchemaProblem) -> &'static str {
    match problem {
        SchemaProblem::EmbeddedDataDamaged => "damaged",
        SchemaProblem::Incomplete(_) => "incomplete",
        SchemaProblem::NoSchema => "noSchema",
        SchemaProblem::NotStructural(_) => "notStructural",
        SchemaProblem::TooMuchWrong(Excess::Violations(_)) => "violations",
        SchemaProblem::TooMuchWrong(Excess::Values(_)) => "values",
        SchemaProblem::Unusable(_) => "unusable",
    }
}

/// Binds a finding to everything that its object says: a waiver accepts the object as it is and in no other form. Facts
/// are shown, and the object may be a Secret, so the fact is a digest.
pub(super) fn with_whole(finding: Finding, placed: &Placed) -> Finding {
    let text = placed.object.root.to_json().to_string();
    let digest = Fingerprint::of(&[&text]);
    finding.fact_formerly("object", digest.as_str(), text)
}

fn way_out(problem: &SchemaProblem) -> &'static str {
    match problem {
        SchemaProblem::EmbeddedDataDamaged => "reinstall portcullis",
        SchemaProblem::TooMuchWrong(_) => {
            "compare the object with the documentation of its kind, or generate it again"
        }
        SchemaProblem::Incomplete(_)
        | SchemaProblem::NoSchema
        | SchemaProblem::NotStructural(_)
        | SchemaProblem::Unusable(_) => "correct the CustomResourceDefinition of this kind in the repository",
    }
}

/// A list that Kubernetes itself allows is refused by one way of applying it only.
fn by_whom(kind: &ViolationKind) -> &'static str {
    match kind {
        ViolationKind::Duplicate { refusal: DuplicateRefusal::ServerSideApply } => {
            "server-side apply (Flux, and Argo CD if enabled) of "
        }
        ViolationKind::Duplicate { refusal: DuplicateRefusal::Always }
        | ViolationKind::UnknownField { .. }
        | ViolationKind::Required { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Value { .. } => "",
    }
}

/// The place of what is wrong, in the new revision.
pub(super) fn location(placed: &Placed, violation: &Violation) -> Location {
    let root = &placed.object.root;
    match &violation.kind {
        ViolationKind::UnknownField { field, .. } => {
            let holder = root.nearest(violation.parent());
            match holder.entry(field) {
                Some(entry) => Location::of_key(placed, entry, Side::New),
                None => Location::of_value(placed, holder, Side::New),
            }
        }
        ViolationKind::Required { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Value { .. }
        | ViolationKind::Duplicate { .. } => {
            Location::of_value(placed, root.nearest(&violation.pointer), Side::New)
        }
    }
}
