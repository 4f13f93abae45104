//! Lines of CODEOWNERS that cannot be used.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use codeowners::{OwnersProblem, ReadFrom};
use source_files::Position;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("invalid-codeowners"),
    title: "CODEOWNERS contains an invalid line",
    family: Family::Approval,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "A skipped line leaves its files without the owners that it names, so changes to these files pass \
        without approval.",
    docs: "## What it does

Reports every line of CODEOWNERS that is not a valid rule in the dialect of the file: patterns that the host
does not support (GitHub: `!`, `[ ]`, `***`; GitLab: character classes that match nothing; Gitea: regular
expressions that not every tool reads the same way), section headings with a count that is not a number,
owners that are not a user, a team or an e-mail address, text that is not UTF-8, and files that are too large
to load. For the OWNERS files of the Kubernetes project: unknown keys, filters that a list beside them hides,
and invalid names.

## What is compared

The file as it was before the push, if the policy requires the approval of owners: this file decides on the
push. A push that changes only files of owners and leaves no invalid line in them is not rejected. An invalid
line that the push itself adds is reported, too.

## Remediation

Correct the line in a separate push. The owners of CODEOWNERS must approve it, or an administrator of the Git
server must accept it.

## Limits

Only the forge knows whether a named user or team exists and has write access. portcullis reads only the
nested OWNERS files above the changed paths. GitLab is less strict: it drops an entry without any owner, takes
a count that is not a number for 0, and shows both on the page of the file only. Like GitLab, portcullis
ignores a word that is not an owner if the line names one.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for problem in &context.evidence.owners_problems {
        findings.push(build_finding(problem));
    }
}

fn build_finding(problem: &OwnersProblem) -> Finding {
    let OwnersProblem { file, line, reason, .. } = problem;
    let message = format!("line {line} of {file} is invalid: {reason}");
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
            format!("correct line {line} of {file} in a separate change.")
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
