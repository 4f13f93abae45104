//! The files with which a folder overrides the source of an Application (`mergeSourceParameters`).

use std::sync::Arc;

use kube_manifest::{Entry, Limits, Node, Value, documents};
use kustomize::{BuildStep, Writing, Writings, stamp};
use source_files::RepoPath;

use crate::declaration::Declaration;
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child};

use super::application::SourceKeys;

/// The fields that a folder cannot override.
const PROTECTED: [&str; 4] = ["chart", "path", "repoURL", "targetRevision"];

/// The Application with the overrides of `.argocd-source.yaml` and `.argocd-source-<name>.yaml` in its source.
pub(super) fn merge(
    tree: &WatchedTree<'_>,
    declaration: &Arc<Declaration>,
    keys: &SourceKeys,
    folder: &RepoPath,
) -> Result<Arc<Declaration>, Unjudged> {
    let mut names = vec![".argocd-source.yaml".to_owned()];
    let name = declaration.name();
    if !name.is_empty() && !name.contains('/') {
        names.push(format!(".argocd-source-{name}.yaml"));
    }
    let mut merged = Arc::clone(declaration);
    for name in names {
        let path = child(folder, &name);
        let found = tree.file(&path).map_err(|error| Unjudged::Unreadable(error.0.into()))?;
        let Some(found) = found else { continue };
        merged = Arc::new(merge_file(&merged, keys, &found.path, &found.bytes)?);
    }
    Ok(merged)
}

fn merge_file(
    declaration: &Declaration,
    keys: &SourceKeys,
    path: &RepoPath,
    bytes: &[u8],
) -> Result<Declaration, Unjudged> {
    let (text, roots, problems) = documents(bytes.to_vec(), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(Unjudged::Unreadable(format!("{path}: {}", problem.reason).into()));
    }
    let mut node = declaration.node.clone();
    let mut writings = copy(&declaration.writings);
    let file = writings.add_file(path, text, None);
    let id = writings.add(Writing { file, step: BuildStep::Manifest, before: None });
    if let Some((mut patch, source)) = roots.into_iter().next().zip(keys.of_mut(&mut node)) {
        stamp(&mut patch, id);
        if let Value::Mapping(entries) = &mut patch.value {
            entries.retain(|entry| !PROTECTED.contains(&&*entry.key));
        }
        merge_patch(source, &patch);
    }
    Ok(Declaration { node, writings: Arc::new(writings), via: Arc::clone(&declaration.via) })
}

/// A copy of writings, so that more can be added.
pub(super) fn copy(writings: &Writings) -> Writings {
    Writings { files: writings.files.clone(), steps: writings.steps.clone() }
}

/// Merges a patch into a value as RFC 7396 says.
pub(crate) fn merge_patch(target: &mut Node, patch: &Node) {
    let Value::Mapping(changes) = &patch.value else {
        *target = patch.clone();
        return;
    };
    if !matches!(target.value, Value::Mapping(_)) {
        *target = Node { origin: patch.origin, value: Value::Mapping(Vec::new()) };
    }
    let Value::Mapping(entries) = &mut target.value else { return };
    for change in changes {
        if change.value.is_null() {
            entries.retain(|entry| entry.key != change.key);
            continue;
        }
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key == change.key) {
            merge_patch(&mut entry.value, &change.value);
        } else {
            let mut value = Node { origin: change.value.origin, value: Value::Null };
            merge_patch(&mut value, &change.value);
            entries.push(Entry { key: change.key.clone(), key_span: change.key_span, value });
        }
    }
}
