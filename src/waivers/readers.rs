//! The ignore rules of other tools in a file: annotations, comments and their own files.

use chrono::NaiveDate;

use super::foreign::{ForeignTool, Ignored, IgnoredChecks, Scope};
use kube_manifest::{Entry, Limits, Node, documents, parse};
use kube_model::{ANNOTATIONS, ClusterName, ObjectRef};
use source_files::RepoPath;

/// Reads every ignore rule of a file.
pub(super) fn read_ignored(tool: ForeignTool, path: &RepoPath, bytes: &[u8]) -> Vec<Ignored> {
    let text = String::from_utf8_lossy(bytes);
    if is_own_file(tool, path) {
        return read_own_file(tool, path, &text);
    }
    let mut found = read_comments(tool, path, &text);
    if text.contains(marker(tool)) {
        found.extend(read_annotations(tool, path, bytes));
    }
    found
}

/// The part of the key that every annotation of the tool has; Trivy has no annotations.
fn marker(tool: ForeignTool) -> &'static str {
    match tool {
        ForeignTool::KubeLinter => "kube-linter.io/",
        ForeignTool::Checkov | ForeignTool::Trivy => "checkov.io/skip",
    }
}

/// Reads annotations. They hold for the object that has them. All of the tools look at the object's own only.
fn read_annotations(tool: ForeignTool, path: &RepoPath, bytes: &[u8]) -> Vec<Ignored> {
    let manifest = parse(bytes.to_vec(), &Limits::default());
    let mut found = Vec::new();
    for object in &manifest.objects {
        let id = ObjectRef::of(object, &ClusterName::fallback()).to_string();
        let own = object.at(&ANNOTATIONS).map(Node::entries).unwrap_or_default();
        let mut all = Vec::new();
        collect_entries(&object.root, &mut all);
        for entry in all {
            let text = entry.value.as_str().unwrap_or_default();
            let Some((what, reason)) = read_annotation(tool, &entry.key, text) else { continue };
            let is_own = own.iter().any(|other| std::ptr::eq(other, entry));
            let scope = if is_own { Scope::Object(id.clone()) } else { Scope::Nothing };
            let line = manifest.source.position(entry.key_span.start).line;
            found.push(Ignored { what, reason, until: None, scope, path: path.clone(), line });
        }
    }
    found
}

/// Collects every key of an object. The parser limits how deep it may be.
fn collect_entries<'a>(node: &'a Node, all: &mut Vec<&'a Entry>) {
    for entry in node.entries() {
        all.push(entry);
        collect_entries(&entry.value, all);
    }
    node.items().iter().for_each(|item| collect_entries(item, all));
}

/// Reads one annotation.
fn read_annotation(tool: ForeignTool, key: &str, value: &str) -> Option<(IgnoredChecks, String)> {
    match tool {
        ForeignTool::KubeLinter if key == "kube-linter.io/ignore-all" => {
            Some((IgnoredChecks::All, value.to_owned()))
        }
        ForeignTool::KubeLinter => {
            let id = key.strip_prefix("ignore-check.kube-linter.io/")?;
            Some((IgnoredChecks::One(id.to_owned()), value.to_owned()))
        }
        ForeignTool::Checkov => {
            key.strip_prefix("checkov.io/skip")?;
            let (id, reason) = value.split_once('=').unwrap_or((value, ""));
            Some((IgnoredChecks::One(id.trim().to_owned()), reason.trim().to_owned()))
        }
        ForeignTool::Trivy => None,
    }
}

/// Reads comments. They hold for the document that they are in.
fn read_comments(tool: ForeignTool, path: &RepoPath, text: &str) -> Vec<Ignored> {
    let word = match tool {
        ForeignTool::KubeLinter => return Vec::new(),
        ForeignTool::Checkov => "checkov:skip=",
        ForeignTool::Trivy => "trivy:ignore:",
    };
    let mut found = Vec::new();
    let mut document = 0;
    for (index, line) in text.lines().enumerate() {
        document += usize::from(line.starts_with("---"));
        let Some((_, comment)) = line.split_once('#') else { continue };
        let Some((_, rest)) = comment.split_once(word) else { continue };
        let (id, reason) = match tool {
            ForeignTool::Checkov => rest.split_once(':').unwrap_or((rest, "")),
            ForeignTool::KubeLinter | ForeignTool::Trivy => {
                rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
            }
        };
        found.push(Ignored {
            what: IgnoredChecks::One(id.trim().to_owned()),
            reason: reason.trim().to_owned(),
            until: None,
            scope: Scope::Document(document),
            path: path.clone(),
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
        });
    }
    found
}

/// The number of the document that has a line, which is counted from 1.
pub(super) fn document_of(text: &str, line: u32) -> usize {
    let lines = text.lines().take(usize::try_from(line).unwrap_or(usize::MAX));
    lines.filter(|line| line.starts_with("---")).count()
}

/// Reports whether a file is the tool's own, whose rules hold everywhere.
fn is_own_file(tool: ForeignTool, path: &RepoPath) -> bool {
    let names: &[&str] = match tool {
        ForeignTool::KubeLinter => &[".kube-linter.yaml", ".kube-linter.yml"],
        ForeignTool::Checkov => &[".checkov.yaml", ".checkov.yml"],
        ForeignTool::Trivy => &[".trivyignore", ".trivyignore.yaml", ".trivyignore.yml"],
    };
    names.contains(&path.file_name())
}

fn read_own_file(tool: ForeignTool, path: &RepoPath, text: &str) -> Vec<Ignored> {
    if path.file_name() == ".trivyignore" {
        return read_trivy_lines(path, text);
    }
    let (source, roots, _) = documents(text.as_bytes().to_vec(), &Limits::default());
    let Some(root) = roots.first() else { return Vec::new() };
    let list = match tool {
        ForeignTool::KubeLinter => root.at(&["checks", "exclude"]),
        ForeignTool::Checkov => root.get("skip-check"),
        ForeignTool::Trivy => root.get("misconfigurations"),
    };
    let mut found = Vec::new();
    for item in list.map(Node::items).unwrap_or_default() {
        let Some(id) = item.as_str().or_else(|| item.get("id")?.as_str()) else { continue };
        let paths = item.get("paths").map(Node::items).unwrap_or_default();
        let only = paths.iter().filter_map(Node::as_str).map(str::to_owned).collect();
        found.push(Ignored {
            what: IgnoredChecks::One(id.to_owned()),
            reason: item.get("statement").and_then(Node::as_str).unwrap_or_default().to_owned(),
            until: item.get("expired_at").and_then(Node::as_str).and_then(parse_date),
            scope: Scope::Files { folder: folder_of(path), only },
            path: path.clone(),
            line: source.position(item.span().start).line,
        });
    }
    found
}

/// Reads one id a line, with the comment above as its reason.
fn read_trivy_lines(path: &RepoPath, text: &str) -> Vec<Ignored> {
    let mut found = Vec::new();
    let mut reason = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            comment.trim().clone_into(&mut reason);
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(id) = words.next() else {
            reason.clear();
            continue;
        };
        found.push(Ignored {
            what: IgnoredChecks::One(id.to_owned()),
            reason: reason.clone(),
            until: words.find_map(|word| parse_date(word.strip_prefix("exp:")?)),
            scope: Scope::Files { folder: folder_of(path), only: Vec::new() },
            path: path.clone(),
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
        });
    }
    found
}

fn folder_of(path: &RepoPath) -> String {
    path.as_str().rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}
