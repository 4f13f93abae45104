//! Roots that cannot be rendered.

use std::collections::BTreeMap;

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use crate::render::{Onset, Root, RootKind, UnrenderedCause, UnrenderedReason};
use source_files::RepoPath;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unrendered-source"),
    title: "portcullis cannot render a kustomization or chart that changes",
    family: Family::Manifest,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "portcullis did not judge what it deploys: a patch or a template can change anything that other \
        checks look for.",
    docs: "\
## What it does

portcullis renders each kustomization that a change affects, as `kustomize build` does, and judges the result. This
check reports what it could not render:

- A kustomization that is new, or that could be rendered before the change, and now cannot be rendered; a base in
  another repository, or a program, that the change adds. The profile `baseline` denies these.
- A kustomization that could not be rendered before for the same reason; Helm charts, their templates and values,
  values files elsewhere that an Argo CD application names, the file `.argocd-source.yaml` beside them, and Jsonnet
  files. The profile `baseline` warns, once for each push. `strict` denies.

## What is compared

Both revisions are rendered. A kustomization that the change does not affect is not reported.

## Remediation

Correct the kustomization: `portcullis render FOLDER` shows the same error. For a base in another repository, copy it
into this one. For a chart, render it and commit the result to a path that the gate reads, or review the change by
hand.

## Limits

Without a rendering, complete objects that a kustomization lists are judged as their files write them, and so is the
text of its patches. Values files that helmfile names and scripts that a kustomize function runs are not followed.
",
};

/// The largest number of roots and files that are named.
const NAMED: usize = 10;

/// Reports the roots that can no longer be rendered, by reason, and all others in one finding.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let mut others = Vec::new();
    let mut by_reason: BTreeMap<(&RepoPath, &str), (&UnrenderedReason, Vec<&Root>)> = BTreeMap::new();
    for root in &context.new.unrendered {
        match &root.reason {
            Some(reason) if reason.onset == Onset::New => {
                let file = reason.file.as_ref().unwrap_or(&root.file);
                let (_, roots) =
                    by_reason.entry((file, &reason.text)).or_insert_with(|| (reason, Vec::new()));
                roots.push(root);
            }
            Some(_) | None => others.push(root.clone()),
        }
    }
    for ((file, _), (reason, roots)) in by_reason {
        findings.push(report_onset(file, reason, &roots));
    }
    report_others(&others, context, findings);
}

/// Roots that cannot be rendered for one reason, and could be before or are new.
fn report_onset(file: &RepoPath, reason: &UnrenderedReason, roots: &[&Root]) -> Finding {
    let folders: Vec<&str> = roots.iter().map(|root| folder_of(root)).collect();
    let first = folders.first().copied().unwrap_or_default();
    let count = match folders.len() {
        1 => format!("the kustomization in `{first}`"),
        count => format!("{count} kustomizations"),
    };
    let mut finding =
        Finding::new(META.id, Subject::File, format!("portcullis cannot render {count}: {}", reason.text))
            .severity(Severity::High)
            .at(Location::of_file(file, Side::New))
            .help(remedy(reason.cause, first));
    for root in roots.iter().filter(|root| root.file != *file) {
        finding = finding.related(Location::of_file(&root.file, Side::New));
    }
    let roots: Vec<Root> = roots.iter().copied().cloned().collect();
    finding.fact("root", first).fact("contents", contents_of(&roots))
}

fn remedy(cause: UnrenderedCause, folder: &str) -> String {
    match cause {
        UnrenderedCause::Refused => {
            format!("correct it; `portcullis render {folder}` shows the same error")
        }
        UnrenderedCause::Elsewhere => {
            "copy what it names into this repository, or review what has changed there and have this finding \
             waived"
                .to_owned()
        }
        UnrenderedCause::Program => {
            "commit what the program gives in its place, or have this finding waived".to_owned()
        }
    }
}

fn report_others(changed: &[Root], context: &Context<'_>, findings: &mut Findings) {
    let Some(first) = changed.first() else { return };
    let message = format!("{} not rendered: portcullis did not judge the result", counted(changed));
    let mut finding = Finding::new(META.id, Subject::File, message)
        .severity(Severity::Medium)
        .at(Location::of_file(&first.file, Side::New))
        .help(format!("render them and review the result: {}", commands(changed)));
    for root in changed.iter().skip(1) {
        finding = finding.related(Location::of_file(&root.file, Side::New));
    }
    for root in changed.iter().take(NAMED) {
        let before = context.old.unrendered.iter().find(|old| old.file == root.file && old.kind == root.kind);
        finding = finding.note(root.kind.as_str(), touched(root, before));
        if let Some(reason) = &root.reason {
            finding = finding.note("reason", reason.text.as_str());
        }
    }
    findings.push(finding.fact("contents", contents_of(changed)));
}

/// The blobs that decide on what roots give.
fn contents_of(roots: &[Root]) -> String {
    let blobs = roots.iter().flat_map(|root| root.parts.values());
    let blobs: Vec<&str> = blobs.map(source_files::ObjectId::as_str).collect();
    blobs.join(" ")
}

/// The number of changed roots of each kind, as text.
fn counted(roots: &[Root]) -> String {
    let mut counts = Vec::new();
    for kind in [RootKind::Kustomization, RootKind::Chart, RootKind::Jsonnet, RootKind::Values] {
        match roots.iter().filter(|root| root.kind == kind).count() {
            0 => {}
            1 => counts.push(format!("1 {}", kind.as_str())),
            count => counts.push(format!("{count} {}s", kind.as_str())),
        }
    }
    let verb = if roots.len() == 1 { "changes and is" } else { "change and are" };
    format!("{} {verb}", counts.join(", "))
}

/// A root and the files by which the change touches it.
fn touched(root: &Root, before: Option<&Root>) -> String {
    let same = |path: &RepoPath, id| before.and_then(|before| before.parts.get(path)) == Some(id);
    let new = root.parts.iter().filter(|(path, id)| !same(path, id)).map(|(path, _)| path);
    let gone = before.into_iter().flat_map(|before| before.parts.keys());
    let gone = gone.filter(|path| !root.parts.contains_key(*path));
    let files: Vec<&str> = new.chain(gone).map(RepoPath::as_str).collect();
    let shown: Vec<&str> = files.iter().take(NAMED).copied().collect();
    let more = files.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}, by {}{rest}", root.file, shown.join(", "))
}

/// The commands that render the roots.
fn commands(roots: &[Root]) -> String {
    let commands: Vec<String> = roots.iter().take(NAMED).map(command).collect();
    commands.join("; ")
}

fn command(root: &Root) -> String {
    let folder = folder_of(root);
    match root.kind {
        RootKind::Kustomization => format!("`kustomize build {folder}`"),
        RootKind::Chart => format!("`helm template {folder}`"),
        RootKind::Jsonnet => format!("`jsonnet {}`", root.file),
        RootKind::Values => format!("`helm template CHART --values {}`", root.file),
    }
}

fn folder_of(root: &Root) -> &str {
    let folder = root.file.parent();
    if folder.is_empty() { "." } else { folder }
}
