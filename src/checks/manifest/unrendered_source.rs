//! Roots that must be rendered and are not.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use crate::render::{Root, RootKind};
use source_files::RepoPath;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unrendered-source"),
    title: "A kustomization or chart changes and is not rendered",
    family: Family::Manifest,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "portcullis did not judge what it deploys: a patch or a template can change anything that other \
        checks look for.",
    docs: "\
## What it does

Reports, once for each push, which kustomizations and Helm charts change in a file that decides what they
deploy: the kustomization itself, its patches and generators' files, the chart's templates and values, values
files elsewhere that an Argo CD application names, and the file `.argocd-source.yaml` beside them; and Jsonnet
files that change, because Argo CD evaluates them. The finding names the files and the command that renders
each root.

## What is compared

The blobs of these files in both revisions. A root that does not change is not reported.

## Remediation

Render it and commit the result to a path that the gate reads, or review the change by hand. The profile
`strict` denies unrendered changes.

## Limits

Complete objects that a kustomization lists are judged anyway, and so is the text of its patches. Values files
that helmfile names and scripts that a kustomize function runs are not followed.
",
};

/// The largest number of roots and files that are named.
const NAMED: usize = 10;

/// Reports them, all in one finding.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let changed = &context.new.unrendered;
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
    }
    let blobs = changed.iter().flat_map(|root| root.parts.values());
    let blobs: Vec<&str> = blobs.map(source_files::ObjectId::as_str).collect();
    findings.push(finding.fact("contents", blobs.join(" ")));
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
    let folder = root.file.parent();
    let folder = if folder.is_empty() { "." } else { folder };
    match root.kind {
        RootKind::Kustomization => format!("`kustomize build {folder}`"),
        RootKind::Chart => format!("`helm template {folder}`"),
        RootKind::Jsonnet => format!("`jsonnet {}`", root.file),
        RootKind::Values => format!("`helm template CHART --values {}`", root.file),
    }
}
