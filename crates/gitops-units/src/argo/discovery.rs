//! Which tool Argo CD uses for a folder (`ExplicitType` and `util/app/discovery/discovery.go`).

use kube_manifest::{Node, Value};
use kustomize::{Entry, FILE_NAMES, FileTree, TreeError};
use source_files::RepoPath;

use crate::unit::{DirectoryDepth, DirectoryOptions, UnitSource};
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child};
use crate::written_text::WrittenText;

/// The tools of Argo CD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceTool {
    Kustomize,
    Helm,
    Directory,
    Plugin,
}

/// The field of a source that asks for each tool.
const FIELDS: [(&str, SourceTool); 4] = [
    ("kustomize", SourceTool::Kustomize),
    ("helm", SourceTool::Helm),
    ("directory", SourceTool::Directory),
    ("plugin", SourceTool::Plugin),
];

/// What a source deploys from a folder of the tree.
pub(super) fn source_of(tree: &WatchedTree<'_>, source: &Node, folder: &RepoPath) -> UnitSource {
    let asked: Vec<SourceTool> = FIELDS
        .iter()
        .filter(|(field, _)| source.get(field).is_some_and(|value| !is_zero(value)))
        .map(|(_, tool)| *tool)
        .collect();
    let tool = match asked.as_slice() {
        [] => match discover(tree, folder) {
            Ok(tool) => tool,
            Err(error) => return UnitSource::Unjudged(Unjudged::Unreadable(error.0.into())),
        },
        [only] => *only,
        _ => {
            let reason = "Argo CD allows one of kustomize, helm, directory and plugin";
            return UnitSource::Unjudged(Unjudged::field("spec.source", reason));
        }
    };
    match tool {
        SourceTool::Kustomize => {
            UnitSource::Kustomization { folder: folder.clone(), options: source.get("kustomize").cloned() }
        }
        SourceTool::Helm => UnitSource::Unjudged(Unjudged::LocalChart(folder.clone())),
        SourceTool::Directory => {
            UnitSource::Directory { folder: folder.clone(), options: directory_options(source) }
        }
        SourceTool::Plugin => {
            let name = source.text_at(&["plugin", "name"]).unwrap_or("without a name");
            UnitSource::Unjudged(Unjudged::Plugin(name.into()))
        }
    }
}

fn directory_options(source: &Node) -> DirectoryOptions {
    let recurse = source.at(&["directory", "recurse"]).and_then(Node::as_bool);
    DirectoryOptions {
        depth: if recurse == Some(true) { DirectoryDepth::Tree } else { DirectoryDepth::Folder },
        include: WrittenText::at(source, &["directory", "include"]),
        exclude: WrittenText::at(source, &["directory", "exclude"]),
    }
}

/// Whether nothing is set in a field, so that it does not count (`NormalizeSource`).
fn is_zero(value: &Node) -> bool {
    match &value.value {
        Value::Null | Value::Bool(false) | Value::Integer(0) => true,
        Value::String(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.iter().all(|entry| is_zero(&entry.value)),
        Value::Bool(true) | Value::Integer(_) | Value::Float(_) | Value::Unknown(_) => false,
    }
}

/// The tool for what is in a folder. A kustomization wins over a chart, because its name comes later in the walk.
fn discover(tree: &WatchedTree<'_>, folder: &RepoPath) -> Result<SourceTool, TreeError> {
    let mut found = SourceTool::Directory;
    for name in tree.list(folder)? {
        let tool = if FILE_NAMES.contains(&&*name) {
            SourceTool::Kustomize
        } else if name.ends_with("Chart.yaml") {
            SourceTool::Helm
        } else {
            continue;
        };
        if !matches!(tree.look(&child(folder, &name))?, Entry::Folder(_) | Entry::Submodule(_)) {
            found = tool;
        }
    }
    Ok(found)
}
