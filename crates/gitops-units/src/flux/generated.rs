//! The kustomization that kustomize-controller makes for a folder that has none (`generateKustomization` in
//! `fluxcd/pkg/kustomize`).

use kustomize::{Entry, FILE_NAMES, FileTree, RefusalKind, RenderError, TreeError};
use source_files::RepoPath;

use crate::watched_tree::{child, relative};

/// Whether a folder has a kustomization.
pub(super) fn has_kustomization(tree: &dyn FileTree, folder: &RepoPath) -> Result<bool, RenderError> {
    for name in FILE_NAMES {
        if matches!(tree.look(&child(folder, name)).map_err(unreadable)?, Entry::File(_)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The resources of the generated kustomization: every `.yaml` and `.yml` file below the folder, and each folder with a
/// kustomization of its own in place of what is in it.
pub(super) fn resources(
    tree: &dyn FileTree,
    folder: &RepoPath,
    most_files: usize,
) -> Result<Vec<String>, RenderError> {
    let mut found = Vec::new();
    let mut left = most_files;
    let mut waiting = vec![folder.clone()];
    while let Some(path) = waiting.pop() {
        let Some(rest) = left.checked_sub(1) else {
            return Err(RenderError::new(RefusalKind::BeyondLimits, "the folder holds too many files"));
        };
        left = rest;
        let shown = || format!("./{}", relative(folder, &path));
        match tree.look(&path).map_err(unreadable)? {
            Entry::Folder(_) if path != *folder && has_kustomization(tree, &path)? => found.push(shown()),
            Entry::Folder(_) => {
                let names = tree.list(&path).map_err(unreadable)?;
                waiting.extend(names.iter().rev().map(|name| child(&path, name)));
            }
            Entry::File(_) if [".yaml", ".yml"].iter().any(|end| path.as_str().ends_with(end)) => {
                found.push(shown());
            }
            Entry::File(_) | Entry::Link(..) | Entry::Submodule(_) | Entry::Missing => {}
        }
    }
    Ok(found)
}

pub(super) fn unreadable(error: TreeError) -> RenderError {
    RenderError::new(RefusalKind::Unreadable, error.0)
}
