//! Groups findings of one cause, so that a report of one mistake in many objects fits on a screen.
//!
//! In: findings, worst first. Out: groups in the same order. Never: puts findings together that differ in anything but
//! the object and its place: a reader who sees one of them knows what the others say.

use crate::finding::{Finding, Note, Subject};
use crate::verdict::{Effect, Judged};

/// A group below this size is shown in full.
const SMALLEST: usize = 4;

/// Findings of one cause.
pub(super) struct CauseGroup<'a> {
    /// The first, which is shown in full.
    pub(super) first: &'a Judged,
    /// The others, which are listed.
    pub(super) others: Vec<&'a Judged>,
}

/// Groups findings.
pub(super) fn group_by_cause(findings: &[Judged]) -> Vec<CauseGroup<'_>> {
    let mut causes: Vec<CauseGroup<'_>> = Vec::new();
    for judged in findings {
        match causes.iter_mut().find(|cause| is_same(cause.first, judged)) {
            Some(cause) => cause.others.push(judged),
            None => causes.push(CauseGroup { first: judged, others: Vec::new() }),
        }
    }
    causes.into_iter().flat_map(split_if_small).collect()
}

fn split_if_small(cause: CauseGroup<'_>) -> Vec<CauseGroup<'_>> {
    if cause.others.len() + 1 >= SMALLEST {
        return vec![cause];
    }
    let all = std::iter::once(cause.first).chain(cause.others);
    all.map(|first| CauseGroup { first, others: Vec::new() }).collect()
}

fn is_same(one: &Judged, other: &Judged) -> bool {
    let notes = |finding: &Finding| -> Vec<(&'static str, String)> {
        finding.notes.iter().map(|Note { label, text }| (*label, text.clone())).collect()
    };
    let (first, second) = (&one.finding, &other.finding);
    are_objects(first, second)
        && is_open(one)
        && first.check == second.check
        && first.severity == second.severity
        && first.remediation == second.remediation
        && notes(first) == notes(second)
        && one.effect() == other.effect()
        && one.decision.origin == other.decision.origin
}

fn are_objects(one: &Finding, other: &Finding) -> bool {
    matches!((&one.subject, &other.subject), (Subject::Object { .. }, Subject::Object { .. }))
}

/// Findings that wait for approvals, or that were waived, differ in more than their object.
fn is_open(judged: &Judged) -> bool {
    match judged.effect() {
        Effect::Denies | Effect::Warns => true,
        Effect::AwaitsApproval | Effect::Approved | Effect::Waived => false,
    }
}
