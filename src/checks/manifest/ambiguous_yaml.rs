//! Files that tools read differently.

use super::{build_finding, may_hold_secret, problems};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::FileProblem;
use kube_manifest::ProblemKind;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("ambiguous-yaml"),
    title: "A manifest means different things to different tools",
    family: Family::Manifest,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "A reviewer, kubectl, Argo CD and kustomize may each read a different object, and only one of them \
        decides what is deployed.",
    docs: "\
## What it does

Reports YAML that tools read differently and that no real manifest needs: duplicate keys, a merge that
overrides a key above it, text on a separator line or after the end of a document, directives, custom tags,
`items` in a kind that is not a list, the marker that makes Argo CD skip a file, characters that end a line
only for kubectl, and invisible characters.

A plain value that kubectl (Argo CD's plain directories) and kustomize (Flux) still read differently is
reported with low severity and with both readings: an unquoted `yes` or date, a folded text that kustomize
wraps differently, a key that kustomize refuses. Every other check judges both readings.

## What is compared

The text of each document with the documents of the file before the change. A document that the change does
not touch is not reported, and neither is a file that is only renamed. Files that hold no object and that
nothing deploys belong to other tools and are not reported.

## Remediation

Write it plainly: each key once, explicit keys after a merge, one separator between documents.

## Limits

The readings are those of kubectl 1.32 (go-yaml v2) and kustomize 5.5 (go-yaml v3). Other tools that read
YAML, such as the templates of a chart, are not taken into account.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help = "Write it so that every tool reads it the same way: remove the marked text, or write it out.";
    for problem in problems(context, ProblemKind::Ambiguous) {
        let message = format!("tools read this differently: {}", problem.problem.reason);
        out.push(with_meanings(build_finding(META.id, message, problem), problem).help(help));
    }
    let help = "Write it so that both tools read it the same way: put text into quotes, write a boolean as \
        `true` or `false`, and use plain words as keys.";
    for problem in problems(context, ProblemKind::Differing) {
        let finding = build_finding(META.id, problem.problem.reason.clone(), problem);
        out.push(with_meanings(finding, problem).severity(Severity::Low).help(help));
    }
}

fn with_meanings(finding: Finding, problem: &FileProblem) -> Finding {
    match &problem.problem.meanings {
        Some(_) if may_hold_secret(problem) => finding,
        Some(meanings) => finding
            .note("kubectl, Argo CD", meanings.kubectl.clone())
            .note("kustomize, Flux", meanings.kustomize.clone()),
        None => finding,
    }
}
