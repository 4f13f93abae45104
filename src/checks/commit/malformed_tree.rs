//! Trees that git cannot check out, or that programs read differently.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::MalformedTree;
use crate::finding::{CheckId, Finding, Severity, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("malformed-tree"),
    title: "A new folder is not written the way git writes it, or git cannot check it out",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "git refuses to check out such a folder, so no clone and no deployment works any more; or programs find \
        different files in it.",
    docs: "## What it does

Reads the raw bytes of every new tree strictly and reports what `git fsck` calls an error, and names that git refuses to
check out: entries out of order, two entries of one name, modes that git does not write, names that HFS+ or NTFS take for
`.git` (`git~1`, `.git `, `.git::$INDEX_ALLOCATION`), and `.gitmodules`, `.gitattributes`, `.gitignore` or `.mailmap` as
a symbolic link.

## What is compared

The trees of new commits, except for those that a parent commit has in the same place: what is in the history already is
not reported again.

## Remediation

Rename the file, or replace the link by a file. If the tree is damaged, make the commit again with git:
`git read-tree <commit>`, correct the index, `git commit`.

## Limits

A name that only Windows refuses, such as `con` or `a\\b`, is allowed. The content of `.gitmodules` is not examined:
`receive.fsckObjects` does that.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    context.evidence.malformed_trees.iter().map(build_finding).for_each(|finding| findings.push(finding));
}

fn build_finding(tree: &MalformedTree) -> Finding {
    let first = tree.problems.first().map_or("", String::as_str);
    let message = format!("{} is malformed: {first}", folder(tree));
    let finding =
        Finding::new(META.id, Subject::Commit(tree.commit.clone()), message).severity(Severity::High);
    let more = tree.problems.iter().skip(1);
    let finding = more.fold(finding, |finding, problem| finding.note("also", problem.clone()));
    // The id of the tree fixes everything about it.
    finding
        .fact("tree", tree.tree.as_str())
        .help("rename the entry or make the folder again with git, then push again.")
}

fn folder(tree: &MalformedTree) -> String {
    if tree.path.is_empty() { "the root folder".to_owned() } else { format!("the folder {}", tree.path) }
}
