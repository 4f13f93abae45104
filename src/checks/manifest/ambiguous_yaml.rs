//! Files that tools read differently.

use super::{finding, may_hold_secret, problems};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Severity};
use crate::manifest::ProblemKind;
use crate::world::FileProblem;

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
tags, `items` on a kind that is no list, the marker that makes Argo CD skip a file, characters that
end a line for kubectl only, and invisible ones.

A value that is written plainly and still differs between the two readings, kubectl's (Argo CD's plain
directories) and kustomize's (Flux), is reported with what each makes of it and low severity: an
unquoted `yes` or date, a folded text that kustomize breaks anew, a key that kustomize refuses. Every
other check judges both readings.

## What is compared

The text of each document with the documents of the file before the change. A document that the change does
not touch is not reported, and neither is a file that is only renamed. Files that hold no object and that
nothing deploys belong to other tools and are not reported.

## Remediation

Write the same thing plainly: one key once, explicit keys after a merge, one document a separator.

## Limits

The readings are those of kubectl 1.32 (go-yaml v2) and kustomize 5.5 (go-yaml v3). Other tools that
read YAML, such as a chart's own templates, are not followed.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, out: &mut Findings) {
    let help = "Write it so that every tool reads the same: remove what is marked, or spell it out.";
    for problem in problems(context, ProblemKind::Ambiguous) {
        let message = format!("tools read this differently: {}", problem.problem.reason);
        out.push(with_meanings(finding(META.id, message, problem), problem).help(help));
    }
    let help = "Write it so that both read the same: a text in quotes, a truth value as `true` or `false`, keys as plain words.";
    for problem in problems(context, ProblemKind::Differing) {
        let finding = finding(META.id, problem.problem.reason.clone(), problem);
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
