//! Files that tools read differently.

use super::findings;
use crate::checks::{Context, Family, Findings, Meta};
use crate::manifest::ProblemKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "ambiguous-yaml",
    title: "A manifest means different things to different tools",
    family: Family::Manifest,
    why: "A reviewer, kubectl, Argo CD and kustomize would each see another object, and only one of them decides what is deployed.",
    docs: "\
## What it does

Reports what no real manifest needs and tools read differently: duplicate keys, a merge that overrides
a key written above it, text on a separator line or after the end of a document, directives, custom
tags, `items` on a kind that is no list, the marker that makes Argo CD skip a file, and characters
that end a line for kubectl only.

## What is compared

Nothing: a changed file has to be clear, whatever it was before.

## Remediation

Write the same thing plainly: one key once, explicit keys after a merge, one document a separator.

## Limits

Values that are read differently although they are written plainly, such as an unquoted `yes`, are
judged as kubectl reads them.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help = "Write it so that every tool reads the same: remove what is marked, or spell it out.";
    findings(META.id, ProblemKind::Ambiguous, "tools read this differently", context)
        .for_each(|finding| out.push(finding.help(help)));
}
