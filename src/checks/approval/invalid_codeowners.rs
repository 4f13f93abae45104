//! Lines of CODEOWNERS that cannot be used.

use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::RefEvidence;
use crate::finding::{Finding, Location, Severity, Side, Subject};
use crate::owners::OwnersProblem;
use crate::source::{Position, RepoPath};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "invalid-codeowners",
    title: "CODEOWNERS has a line that cannot be used",
    family: Family::Approval,
    why: "A line that is skipped leaves its files without the owners it was written for, and nobody \
          notices: changes to them pass without approval.",
    docs: "## What it does

Reports every line of CODEOWNERS that is no valid rule: patterns that GitHub does not support (`!`,
`[ ]`, `***`), owners that are neither `@user`, `@organisation/team` nor an e-mail address, text that is
not UTF-8, and a file that is too large to be loaded.

## What is compared

CODEOWNERS as it was before the push, where the policy asks for owners' approval: it is what decides on
this push, so a mistake in it cannot be overlooked.

## Remediation

Correct the line, in a push of its own that the owners of CODEOWNERS approve or an administrator of the
Git server accepts.

## Limits

Whether a named user or team exists and may write is known to the forge only.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for problem in &context.evidence.owners_problems {
        findings.push(finding(context.evidence, problem));
    }
}

fn finding(evidence: &RefEvidence, problem: &OwnersProblem) -> Finding {
    let path = evidence.owners_file.clone().unwrap_or_else(|| RepoPath::new("CODEOWNERS"));
    let message = format!("line {} of {path} cannot be used: {}", problem.line, problem.reason);
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::High)
        .at(at_line(&path, problem))
        .help(format!(
            "have line {} of {path} corrected in a push of its own, then push again.",
            problem.line
        ))
        .offending(problem.reason.clone())
}

/// The line of the file before the push.
fn at_line(path: &RepoPath, problem: &OwnersProblem) -> Location {
    let width = u32::try_from(problem.text.chars().count()).unwrap_or(u32::MAX);
    let start = Position { line: problem.line, column: 1 };
    let end = Position { line: problem.line, column: width.saturating_add(1) };
    Location { start, end, excerpt: problem.text.clone(), ..Location::of_file(path, Side::Old) }
}
