//! The files of the generator `git`: each is a set of parameters, or a list of them.

use std::sync::Arc;

use kube_manifest::{Limits, Node, Value, documents};
use kustomize::{BuildStep, Entry, FileTree, TreeError, Writing, stamp};
use source_files::RepoPath;

use crate::document_edit::mapping;
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child};

use super::git::PathPatterns;
use super::parameters::{PathParameters, flat};
use super::{Language, SetContext};

/// A set for each object of each file. Argo CD asks git for the files, so that a star matches slashes too.
pub(super) fn parameter_sets(
    context: &SetContext<'_, '_>,
    generator: &Node,
    patterns: &PathPatterns,
) -> Result<Vec<Node>, Unjudged> {
    let unreadable = |error: TreeError| Unjudged::Unreadable(error.0.into());
    let mut found = Vec::new();
    let mut left = context.assumptions.limits.files;
    for (written, _) in &patterns.wanted {
        walk(context.tree, &fixed_folder(&written.text), &mut found, &mut left).map_err(unreadable)?;
    }
    found.sort();
    found.dedup();
    let prefix = generator.text_at(&["pathParamPrefix"]).unwrap_or_default();
    let mut sets = Vec::new();
    for path in &found {
        let Some(place) = patterns.place_of(path.as_str()) else { continue };
        for mut set in objects_of(context, path)? {
            let name = path.as_str();
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            let parameters = PathParameters { folder, file: Some(file), prefix, origin: place };
            parameters.add_to(&mut set, context.language);
            sets.push(set);
        }
        sets = super::generators::bounded(context, sets)?;
    }
    Ok(sets)
}

/// The deepest folder that a pattern names without a star.
fn fixed_folder(pattern: &str) -> RepoPath {
    let open = pattern.find(['*', '?', '[', '\\']).unwrap_or(pattern.len());
    let fixed = pattern.get(..open).unwrap_or_default();
    let folder = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
    crate::watched_tree::clean(folder.split('/')).unwrap_or_else(|| RepoPath::new(""))
}

/// Every file below a folder.
fn walk(
    tree: &WatchedTree<'_>,
    folder: &RepoPath,
    found: &mut Vec<RepoPath>,
    left: &mut usize,
) -> Result<(), TreeError> {
    let mut waiting = vec![folder.clone()];
    while let Some(path) = waiting.pop() {
        *left = left.checked_sub(1).ok_or_else(|| TreeError("there are too many files".to_owned()))?;
        match tree.look(&path)? {
            Entry::Folder(_) => waiting.extend(tree.list(&path)?.iter().map(|name| child(&path, name))),
            Entry::File(_) | Entry::Link(..) => found.push(path),
            Entry::Missing | Entry::Submodule(_) => {}
        }
    }
    Ok(())
}

/// The objects of a file: one mapping, or a list of mappings.
fn objects_of(context: &SetContext<'_, '_>, path: &RepoPath) -> Result<Vec<Node>, Unjudged> {
    let unreadable = |reason: String| Unjudged::Unreadable(format!("{path}: {reason}").into());
    let found = context.tree.file(path).map_err(|error| unreadable(error.0))?;
    let Some(file) = found else { return Err(unreadable("it is no file".to_owned())) };
    let (source, roots, problems) = documents(file.bytes.to_vec(), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(unreadable(problem.reason.clone()));
    }
    let mut writings = context.writings.borrow_mut();
    let place = writings.add_file(&file.path, Arc::clone(&source), None);
    let id = writings.add(Writing { file: place, step: BuildStep::Manifest, before: None });
    let Some(mut root) = roots.into_iter().next() else {
        return Ok(vec![mapping(Vec::new(), kube_manifest::Origin { file: id, ..Default::default() })]);
    };
    stamp(&mut root, id);
    let objects = match root.value {
        Value::Sequence(items) => items,
        Value::Mapping(_) => vec![root],
        _ => return Err(unreadable("it holds neither an object nor a list".to_owned())),
    };
    if objects.iter().any(|object| !matches!(object.value, Value::Mapping(_))) {
        return Err(unreadable("its list holds what is no object".to_owned()));
    }
    Ok(match context.language {
        Language::Go(_) => objects,
        Language::Fast => objects.iter().map(flat).collect(),
    })
}
