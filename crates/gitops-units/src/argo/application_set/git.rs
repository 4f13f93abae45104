//! The generator `git` (`applicationset/generators/git.go`).

use std::cmp::Ordering;

use kube_manifest::{Node, Origin};
use kustomize::{Entry, FileTree, TreeError};
use source_files::RepoPath;

use crate::assumptions::KnownRepository;
use crate::document_edit::mapping;
use crate::glob::PathPattern;
use crate::repository_url::RepositoryUrl;
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child};
use crate::written_text::WrittenText;

use super::parameters::{PathParameters, put};
use super::{Language, SetContext, fill, git_files};

/// Patterns that a generator asks for, or leaves out (`exclude: true`).
pub(super) struct PathPatterns {
    pub(super) wanted: Vec<(WrittenText, PathPattern)>,
    pub(super) left_out: Vec<PathPattern>,
}

/// The sets of parameters of the generator.
pub(super) fn parameter_sets(context: &SetContext<'_, '_>, generator: &Node) -> Result<Vec<Node>, Unjudged> {
    refuse_elsewhere(context, generator)?;
    let directories = generator.get("directories").map(Node::items).unwrap_or_default();
    let files = generator.get("files").map(Node::items).unwrap_or_default();
    let mut sets = if directories.is_empty() {
        let patterns = PathPatterns::read(files, PathPattern::pathspec)?;
        git_files::parameter_sets(context, generator, &patterns)?
    } else {
        let patterns = PathPatterns::read(directories, PathPattern::path_match)?;
        folders(context, generator, &patterns)?
    };
    let address = RepositoryUrl::new(generator.text_at(&["repoURL"]).unwrap_or_default());
    if sets.is_empty() && context.assumptions.repository == KnownRepository::Unknown {
        return Err(Unjudged::OtherRepository(address));
    }
    for set in &mut sets {
        add_values(context, generator, set)?;
    }
    Ok(sets)
}

/// Refuses what is not this branch of this repository.
fn refuse_elsewhere(context: &SetContext<'_, '_>, generator: &Node) -> Result<(), Unjudged> {
    let address = RepositoryUrl::new(generator.text_at(&["repoURL"]).unwrap_or_default());
    if let KnownRepository::At(known) = &context.assumptions.repository
        && !known.contains(&address)
    {
        return Err(Unjudged::OtherRepository(address));
    }
    let revision = context.assumptions.revision(WrittenText::at(generator, &["revision"]).as_ref());
    match revision.name() {
        Some(name) => Err(Unjudged::OtherRevision(name.into())),
        None => Ok(()),
    }
}

impl PathPatterns {
    fn read<E: std::fmt::Display>(
        items: &[Node],
        compile: impl Fn(&str) -> Result<PathPattern, E>,
    ) -> Result<Self, Unjudged> {
        let mut patterns = Self { wanted: Vec::new(), left_out: Vec::new() };
        for item in items {
            let Some(path) = WrittenText::at(item, &["path"]) else { continue };
            let compiled = compile(&path.text).map_err(|error| Unjudged::field("git", error.to_string()))?;
            if item.get("exclude").and_then(Node::as_bool) == Some(true) {
                patterns.left_out.push(compiled);
            } else {
                patterns.wanted.push((path, compiled));
            }
        }
        Ok(patterns)
    }

    /// The place of the first pattern that asks for a path which no pattern leaves out.
    pub(super) fn place_of(&self, path: &str) -> Option<Origin> {
        if self.left_out.iter().any(|pattern| pattern.matches(path)) {
            return None;
        }
        self.wanted.iter().find(|(_, pattern)| pattern.matches(path)).map(|(written, _)| written.origin)
    }
}

/// A set for each folder.
fn folders(
    context: &SetContext<'_, '_>,
    generator: &Node,
    patterns: &PathPatterns,
) -> Result<Vec<Node>, Unjudged> {
    let mut found = Vec::new();
    let mut left = context.assumptions.limits.files;
    for (written, _) in &patterns.wanted {
        expand(context.tree, &RepoPath::new(""), &written.text, &mut found, &mut left)
            .map_err(|error| Unjudged::Unreadable(error.0.into()))?;
    }
    found.sort_by(by_parts);
    found.dedup();
    let prefix = generator.text_at(&["pathParamPrefix"]).unwrap_or_default();
    let mut sets = Vec::new();
    for folder in &found {
        let Some(origin) = patterns.place_of(folder.as_str()) else { continue };
        let mut set = mapping(Vec::new(), origin);
        let path = PathParameters { folder: folder.as_str(), file: None, prefix, origin };
        path.add_to(&mut set, context.language);
        sets.push(set);
    }
    Ok(sets)
}

/// The order of a walk.
fn by_parts(one: &RepoPath, other: &RepoPath) -> Ordering {
    one.as_str().split('/').cmp(other.as_str().split('/'))
}

/// The folders below one that match a pattern, one part of it after the other. Names that begin with a dot are left
/// out, and so are links (`GetDirectories` in `applicationset/services/repo_service.go`).
fn expand(
    tree: &WatchedTree<'_>,
    folder: &RepoPath,
    pattern: &str,
    found: &mut Vec<RepoPath>,
    left: &mut usize,
) -> Result<(), TreeError> {
    let (part, rest) = pattern.split_once('/').map_or((pattern, None), |(part, rest)| (part, Some(rest)));
    let is_open = part.contains(['*', '?', '[', '\\']);
    let names = if is_open { tree.list(folder)? } else { vec![part.into()] };
    let matcher = PathPattern::path_match(part).map_err(|error| TreeError(error.to_string()))?;
    for name in names {
        *left = left.checked_sub(1).ok_or_else(|| TreeError("there are too many folders".to_owned()))?;
        if name.is_empty() || name.starts_with('.') || !matcher.matches(&name) {
            continue;
        }
        let path = child(folder, &name);
        if !matches!(tree.look(&path)?, Entry::Folder(_)) {
            continue;
        }
        match rest {
            None => found.push(path),
            Some(rest) => expand(tree, &path, rest, found, left)?,
        }
    }
    Ok(())
}

/// Adds `values`, of which each may use the other parameters (`appendTemplatedValues`).
pub(super) fn add_values(
    context: &SetContext<'_, '_>,
    generator: &Node,
    set: &mut Node,
) -> Result<(), Unjudged> {
    let Some(values) = generator.get("values").filter(|values| !values.entries().is_empty()) else {
        return Ok(());
    };
    let filled = fill::fill(context, values, set)?;
    match context.language {
        Language::Go(_) => put(set, "values", filled),
        Language::Fast => {
            for entry in filled.entries() {
                put(set, &format!("values.{}", entry.key), entry.value.clone());
            }
        }
    }
    Ok(())
}
