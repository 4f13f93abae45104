//! Files that no tool, or not this gate, can read.

use super::{build_finding, problems};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Severity};
use kube_manifest::ProblemKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unparseable-manifest"),
    title: "A manifest cannot be read",
    family: Family::Manifest,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "portcullis cannot judge a file that it cannot read. A tool that can read it would deploy objects \
        that were not checked.",
    docs: "\
## What it does

Reports a changed document that is not valid YAML or JSON, a file that exceeds a limit (size, documents,
depth, expanded aliases), a submodule, a pointer of Git LFS, and a symbolic link that leads out of the
repository. It reports a document without `apiVersion` or `kind` beside complete objects, because kubectl and
kustomize then refuse the whole file. It also reports a line of `.gitattributes` that sets
`working-tree-encoding`, or `ident` or `filter` for a manifest, because git then checks out other content than
portcullis judged. Files that Git LFS or git-crypt keep in their own format are data: such a file is reported
only if something may deploy it. A symbolic link without a target is reported with low severity.

A file that cannot be read is reported if it held objects before, if a kustomization or a GitOps object
deploys it, or if a document in it may have `apiVersion` or `kind` at its top. Such a file is accepted only if
no tool can read it, the policy names clusters, and no cluster is deployed from its path. A file that contains
no object and that nothing deploys belongs to another tool; the report counts such files.

## What is compared

The text of each document with the documents of the file before the change. A document that the change does
not touch is not reported, and neither is a file that is only renamed.

## Remediation

Correct the file at the reported location. If the file belongs to another tool, exclude its path with
`manifests.exclude` in the policy.

## Limits

Templates of a Helm chart are not YAML until they are rendered; `unrendered-source` reports them.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help = "Correct the file here. If it is not a manifest, exclude it with `manifests.exclude` in the \
        policy.";
    for problem in problems(context, ProblemKind::LeadsNowhere) {
        let message = format!("nothing is deployed from here: {}", problem.problem.reason);
        let finding = build_finding(META.id, message, problem).severity(Severity::Low);
        out.push(finding.help("Correct the link, or remove it."));
    }
    for problem in problems(context, ProblemKind::NoObject) {
        let message = format!("kubectl and kustomize refuse the whole file: {}", problem.problem.reason);
        let help = "Give the document its apiVersion and kind, or remove it from this file.";
        out.push(build_finding(META.id, message, problem).help(help));
    }
    for problem in problems(context, ProblemKind::Unparseable) {
        let message = format!("the file cannot be read: {}", problem.problem.reason);
        let finding = build_finding(META.id, message, problem).help(help);
        // Nothing else looks at what is in it: a waiver is of this content.
        let blob = problem.blob.as_ref().map(ToString::to_string);
        out.push(blob.into_iter().fold(finding, |finding, blob| finding.fact("content", blob)));
    }
}
