//! Roots that have to be rendered and are not.

use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Location, Severity, Side, Subject};
use crate::render::Root;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "unrendered-source",
    title: "A kustomization or chart changes and is not rendered",
    family: Family::Manifest,
    why: "What it deploys was not judged: a patch or a template can change anything that other checks look for.",
    docs: "\
## What it does

Reports a kustomization or a Helm chart of which a file changes that decides what it deploys: the
kustomization itself, its patches and generators' files, the chart's templates and values; and a
Jsonnet file that changes, because Argo CD evaluates it.

## What is compared

The blobs of these files in both revisions. A root that does not change is not reported.

## Remediation

Render it and commit the result where the gate reads it, or review the change by hand. The profile
`strict` denies unrendered changes.

## Limits

Complete objects that a kustomization lists, and patches as far as their own text goes, are judged
all the same.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    context.new.unrendered.iter().for_each(|root| findings.push(finding(root)));
}

fn finding(root: &Root) -> Finding {
    let kind = root.kind.as_str();
    let message = format!("this {kind} changes, and what it deploys was not judged");
    let blobs: Vec<&str> = root.parts.values().map(crate::source::ObjectId::as_str).collect();
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::Medium)
        .at(Location::of_file(&root.file, Side::New))
        .offending(blobs.join(" "))
        .help(format!("Review what the {kind} renders to; portcullis does not render it yet."))
}
