//! Files that no tool, or not this gate, can read.

use super::{finding, problems};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::Severity;
use crate::manifest::ProblemKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "unparseable-manifest",
    title: "A manifest cannot be read",
    family: Family::Manifest,
    why: "What cannot be read cannot be judged, and a tool that reads it after all would deploy something that nobody has looked at.",
    docs: "\
## What it does

Reports a changed document that is not valid YAML or JSON, a file that exceeds a limit (size, documents,
depth, expanded aliases), a submodule, a pointer of Git LFS, and a symbolic link that leads out of the
repository. It reports a document without `apiVersion` or `kind` beside complete objects, because kubectl
and kustomize then refuse the whole file. It also reports a line of `.gitattributes` that sets
`working-tree-encoding`: after it, what git checks out is not what was judged. A symbolic link that leads to
nothing is reported with low severity.

A file that cannot be read is reported if it held objects before, if a kustomization or a GitOps object
deploys it, or if a document in it may have `apiVersion` or `kind` at its top. Such a file is excused only
where no tool can read it, the policy names clusters, and none of them is deployed from its path. A file
without any object that nothing deploys belongs to another tool: the report counts it.

## What is compared

The text of each document with the documents of the file before the change. A document that the change does
not touch is not reported, and neither is a file that is only renamed.

## Remediation

Correct the file at the place that is shown. If the file belongs to another tool, leave its path out with
`manifests.exclude` in the policy.

## Limits

Templates of a Helm chart are not YAML before they are rendered; they are reported as
`unrendered-source`.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help = "Correct the file here, or leave it out with `manifests.exclude` in the policy if it is not a manifest.";
    for problem in problems(context, ProblemKind::LeadsNowhere) {
        let message = format!("nothing is deployed from here: {}", problem.problem.reason);
        let finding = finding(META.id, message, problem).severity(Severity::Low);
        out.push(finding.help("Correct the link, or remove it."));
    }
    for problem in problems(context, ProblemKind::NoObject) {
        let message = format!("kubectl and kustomize refuse the whole file: {}", problem.problem.reason);
        let help = "Give the document its apiVersion and kind, or remove it from this file.";
        out.push(finding(META.id, message, problem).help(help));
    }
    for problem in problems(context, ProblemKind::Unparseable) {
        let message = format!("the file cannot be read: {}", problem.problem.reason);
        let finding = finding(META.id, message, problem).help(help);
        // Nothing else looks at what stands in it: a waiver is of this content.
        let blob = problem.blob.as_ref().map(ToString::to_string);
        out.push(blob.into_iter().fold(finding, |finding, blob| finding.fact("content", blob)));
    }
}
