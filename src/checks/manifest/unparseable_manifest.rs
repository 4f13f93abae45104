//! Files that no tool, or not this gate, can read.

use super::{finding, problems};
use crate::checks::{Context, Family, Findings, Meta};
use crate::manifest::ProblemKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "unparseable-manifest",
    title: "A manifest cannot be read",
    family: Family::Manifest,
    why: "What cannot be read cannot be judged, and a tool that reads it after all would deploy something that nobody has looked at.",
    docs: "\
## What it does

Reports a changed file under a manifest path that is no valid YAML or JSON, exceeds a limit (size,
documents, depth, expanded aliases), is a submodule or a pointer of Git LFS, or is a symbolic link that
leads nowhere or out of the repository. It also reports a line of `.gitattributes` that sets
`working-tree-encoding`: after it, what git checks out is not what was judged.

## What is compared

Nothing: a changed file has to be readable, whatever it was before.

## Remediation

Mend the file at the place that is shown, or move what is no manifest out of the manifest paths.

## Limits

Templates of a Helm chart are not YAML before they are rendered; they are reported as
`unrendered-source`.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help =
        "Mend the file here, or leave it out with `manifests.exclude` in the policy if it is no manifest.";
    for problem in problems(context, ProblemKind::Unparseable) {
        let message = format!("the file cannot be read: {}", problem.problem.reason);
        let finding = finding(META.id, message, problem).help(help);
        // Nothing else looks at what stands in it: a waiver is of this content.
        let blob = problem.blob.as_ref().map(ToString::to_string);
        out.push(blob.into_iter().fold(finding, crate::finding::Finding::offending));
    }
}
