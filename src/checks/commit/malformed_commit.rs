//! Commits and tags that programs read differently.

use super::about_commit;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::CommitFacts;
use crate::finding::{CheckId, Finding, Severity};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("malformed-commit"),
    title: "A new commit or tag is not written the way git writes it",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "git and deployment tools read a malformed commit differently, so a signature or a review may cover \
        other content than what is deployed.",
    docs: "## What it does

Reads the raw bytes of every new commit and annotated tag strictly and reports what git itself would never
write: two `tree` lines, a missing author, bytes after a NUL, two signatures, headers that only look like a
signature (`gpgsigparent`), broken dates, and dates more than a day ahead of the server's clock. A tag object whose name differs from the ref that it is pushed to is
reported too, because its signature is for another release.

## What is compared

Only the new commits and tags of the push; existing ones are not examined.

## Remediation

Make the commit again with git: `git commit --amend --no-edit --reset-author` for the last one, or
`git rebase` for several, `git tag -f -s <name>` for a tag. If a program made it, report the problem to that program's authors.

## Limits

`receive.fsckObjects` in the server's git configuration refuses most of these earlier. Malformed trees are reported by
`malformed-tree`. Enable both.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let commits = context.evidence.commits.iter().filter(|commit| !commit.malformed.is_empty());
    commits.map(build_finding).for_each(|finding| findings.push(finding));
}

fn build_finding(commit: &CommitFacts) -> Finding {
    let kind = commit.kind.as_str();
    let first = commit.malformed.first().map_or("", String::as_str);
    let message = format!("{kind} {} is malformed: {first}", commit.id.short());
    let finding = about_commit(META.id, commit, message).severity(Severity::High);
    let more = commit.malformed.iter().skip(1);
    let finding = more.fold(finding, |finding, problem| finding.note("also", problem.clone()));
    // The id of the commit fixes everything else about it.
    let finding = commit
        .malformed
        .iter()
        .fold(finding, |finding, problem| finding.fact_formerly("object", "malformed", problem.clone()));
    finding.help(format!("recreate the {kind} with git itself, then push again."))
}
