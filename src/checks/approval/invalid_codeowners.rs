//! Lines of CODEOWNERS that cannot be used.

use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Location, Severity, Side, Subject};
use crate::owners::{OwnersProblem, ReadFrom};
use crate::source::Position;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "invalid-codeowners",
    title: "CODEOWNERS has a line that cannot be used",
    family: Family::Approval,
    why: "A line that is skipped leaves its files without the owners it was written for, and nobody \
          notices: changes to them pass without approval.",
    docs: "## What it does

Reports every line of CODEOWNERS that is no valid rule in the dialect of the file: patterns that the host
does not support (GitHub: `!`, `[ ]`, `***`; GitLab: character classes that match nothing; Gitea: regular
expressions that are not read alike everywhere), section headings with a count that is no number, owners
that are neither a user, a team nor an e-mail address, text that is not UTF-8, and a file that is too large
to be loaded. For the OWNERS files of the Kubernetes project: unknown keys, filters beside lists that hide
them, and names that are none.

## What is compared

The file as it was before the push, where the policy asks for owners' approval: it is what decides on this
push, so a mistake in it cannot be overlooked. A push that changes nothing but files of owners, and leaves
no mistake in them, is not held up. A mistake that the push itself would bring is reported, too.

## Remediation

Correct the line, in a push of its own that the owners of CODEOWNERS approve or an administrator of the
Git server accepts.

## Limits

Whether a named user or team exists and may write is known to the forge only. Of nested OWNERS files,
those above the changed paths are read.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for problem in &context.evidence.owners_problems {
        findings.push(finding(problem));
    }
}

fn finding(problem: &OwnersProblem) -> Finding {
    let OwnersProblem { file, line, reason, .. } = problem;
    let message = format!("line {line} of {file} cannot be used: {reason}");
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::High)
        .at(at_line(problem))
        .help(help(problem))
        .fact_formerly("line", problem.text.trim(), reason.clone())
}

fn help(problem: &OwnersProblem) -> String {
    let OwnersProblem { file, line, .. } = problem;
    match problem.read_from {
        ReadFrom::Base => {
            format!("have line {line} of {file} corrected in a change of its own.")
        }
        ReadFrom::Head => format!("correct line {line} of {file}."),
    }
}

fn at_line(problem: &OwnersProblem) -> Location {
    let width = u32::try_from(problem.text.chars().count()).unwrap_or(u32::MAX);
    let start = Position { line: problem.line, column: 1 };
    let end = Position { line: problem.line, column: width.saturating_add(1) };
    let side = match problem.read_from {
        ReadFrom::Base => Side::Old,
        ReadFrom::Head => Side::New,
    };
    Location { start, end, excerpt: problem.text.clone(), ..Location::of_file(&problem.file, side) }
}
