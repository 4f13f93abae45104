//! Files that cannot be read with certainty.

pub(super) mod ambiguous_yaml;
pub(super) mod unparseable_manifest;
pub(super) mod unrendered_source;

use super::Context;
use crate::finding::{Finding, Location, Severity, Side, Subject};
use crate::manifest::ProblemKind;
use crate::world::FileProblem;

/// Findings of one kind of problem in the changed files.
fn findings<'a>(
    check: &'static str,
    kind: ProblemKind,
    message: &'static str,
    context: &'a Context<'_>,
) -> impl Iterator<Item = Finding> + 'a {
    let problems = context.new.problems.iter().filter(move |problem| problem.problem.kind == kind);
    problems.map(move |problem| finding(check, message, problem))
}

fn finding(check: &'static str, message: &str, problem: &FileProblem) -> Finding {
    let location = match &problem.source {
        Some(source) => Location::of(&problem.path, source, problem.problem.span, Side::New),
        None => Location::of_file(&problem.path, Side::New),
    };
    let reason = &problem.problem.reason;
    Finding::new(check, Subject::File, format!("{message}: {reason}"))
        .severity(Severity::High)
        .at(location)
        .offending(reason.clone())
}
