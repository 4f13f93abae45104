//! Changes of paths that no one owns.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};

/// More paths are counted and not listed.
const LISTED_PATHS: usize = 10;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unowned-path"),
    title: "A changed file has no owner",
    family: Family::Approval,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "No one has to approve a change of a file without owners. A new folder that CODEOWNERS does not \
        cover is the easiest way to bypass all owners.",
    docs: "## What it does

Reports changed paths without an owner: no line of CODEOWNERS matches, the matching line names no owner, or
the path is excluded. The check is off in `baseline`, because in most repositories only some files have
owners, and denied in `strict`.

## What is compared

The paths that differ between the old and the new tip, with CODEOWNERS from before the push, if the policy
requires the approval of owners. A moved file counts with its old and its new path.

## Remediation

Add an owner for the path to CODEOWNERS, in a separate push that the owners of CODEOWNERS approve. A first
line `* @organisation/team` covers every path that no other line matches.

## Limits

A path whose owners `people:` in the policy does not list still counts as owned; `missing-approval` reports
that no one can approve it.
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
    findings.push(finding.help("add an owner for it to CODEOWNERS in a separate change."));
}
