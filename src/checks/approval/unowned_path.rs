//! Changes of paths that nobody owns.

use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Location, Severity, Side, Subject};

/// More paths are counted and not listed.
const LISTED_PATHS: usize = 10;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "unowned-path",
    title: "A changed file has no owner",
    family: Family::Approval,
    why: "Where every file is meant to have an owner, one that no line of CODEOWNERS covers changes without \
          anybody's approval, and a new folder is the easiest way round all owners.",
    docs: "## What it does

Reports the changed paths for which CODEOWNERS asks nobody: no line matches, the line that decides names
nobody, or the path is excluded. It is off in `baseline`, because most repositories own a part of their files
only, and denied in `strict`.

## What is compared

The paths that differ between the old and the new tip, with CODEOWNERS from before the push, where the
policy asks for owners' approval. A moved file counts with its old and its new path.

## Remediation

Have the path covered, best by a first line `* @organisation/team` that owns what nothing else does, in a
push of its own that the owners of CODEOWNERS approve.

## Limits

A path whose owners nobody in the policy's `people:` stands for has an owner all the same, whose approval
will be missing.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let unowned = &context.evidence.unowned;
    let Some(first) = unowned.first() else { return };
    let message = match unowned.len() {
        1 => format!("{first} has no owner"),
        several => format!("{several} changed files have no owner"),
    };
    let mut finding = Finding::new(META.id, Subject::File, message)
        .severity(Severity::Medium)
        .at(Location::of_file(first, Side::New));
    if unowned.len() > 1 {
        for path in unowned.iter().take(LISTED_PATHS) {
            finding = finding.note("file", path.as_str());
        }
    }
    if unowned.len() > LISTED_PATHS {
        finding = finding.note("file", format!("and {} more", unowned.len() - LISTED_PATHS));
    }
    let finding = unowned.iter().fold(finding, |finding, path| finding.fact("path", path.as_str()));
    findings.push(finding.help("have CODEOWNERS name an owner for it, in a change of its own."));
}
