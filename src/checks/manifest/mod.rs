//! Files that cannot be read with certainty.

pub(super) mod ambiguous_yaml;
pub(super) mod unparseable_manifest;
pub(super) mod unrendered_source;

use super::Context;
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use crate::world::FileProblem;
use kube_manifest::ProblemKind;

/// The problems of one kind in the changed files.
fn problems<'a>(context: &'a Context<'_>, kind: ProblemKind) -> impl Iterator<Item = &'a FileProblem> {
    context.new.problems.iter().filter(move |problem| problem.problem.kind == kind)
}

fn build_finding(check: CheckId, message: String, problem: &FileProblem) -> Finding {
    let location = match &problem.source {
        Some(source) => Location::of(&problem.path, source, problem.problem.span, Side::New),
        None => Location::of_file(&problem.path, Side::New),
    };
    let location = if may_hold_secret(problem) { location.without_text() } else { location };
    Finding::new(check, Subject::File, message)
        .severity(Severity::High)
        .at(location)
        .fact_formerly("problem", problem.problem.kind.as_str(), problem.problem.reason.clone())
        .added_fact("text", marked_text(problem))
}

/// The marked text. If the text may belong to a Secret, or is missing, the id of the whole content and the place in it,
/// which stay the same for the same content.
fn marked_text(problem: &FileProblem) -> String {
    let span = problem.problem.span;
    let text = problem.source.as_ref().and_then(|source| source.text_of(span));
    match text {
        Some(text) if !text.trim().is_empty() && !may_hold_secret(problem) => text.to_owned(),
        Some(_) | None => {
            let content = problem.blob.as_ref().map_or_else(String::new, ToString::to_string);
            format!("{content}:{}", span.start)
        }
    }
}

/// Whether any line of the file may hold the value of a Secret.
fn may_hold_secret(problem: &FileProblem) -> bool {
    problem.source.as_ref().is_some_and(|source| crate::finding::may_hold_secret(source))
}
