//! The manifests of a folder that Argo CD applies as they are (`findManifests` in
//! `reposerver/repository/repository.go`).
//!
//! In: a folder and options. Out: its objects as kubectl reads them. Never: evaluates Jsonnet.

use std::sync::Arc;

use kube_manifest::{Object, Reading, parse};
use kustomize::{
    BuildStep, Entry, FileTree, RefusalKind, RenderError, RenderOptions, RenderedObject, Writing, Writings,
    stamp,
};
use source_files::RepoPath;

use crate::glob::PathPattern;
use crate::unit::{DirectoryDepth, DirectoryOptions};
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child, relative};

/// What a folder gives.
#[derive(Debug, Default)]
pub(crate) struct DirectoryContent {
    pub(crate) objects: Vec<RenderedObject>,
    pub(crate) writings: Writings,
    pub(crate) unjudged: Vec<Unjudged>,
}

/// A file with this text is no manifest.
const SKIPPED: &[u8] = b"+argocd:skip-file-rendering";
/// A file that cannot be read stops the build if it has all of these.
const MARKS: [&[u8]; 3] = [b"apiVersion:", b"kind:", b"metadata:"];

/// Reads the manifests of a folder.
pub(crate) fn read(
    tree: &WatchedTree<'_>,
    folder: &RepoPath,
    options: &DirectoryOptions,
    limits: RenderOptions,
    most_files: usize,
) -> Result<DirectoryContent, RenderError> {
    let filter = FileFilter::new(options)?;
    let mut content = DirectoryContent::default();
    let mut left = most_files;
    for path in find_files(tree, folder, options.depth, &mut left)? {
        if filter.takes(relative(folder, &path)) {
            add_file(tree, &path, limits, &mut content)?;
        }
    }
    Ok(content)
}

/// The patterns of a folder. A star matches slashes too, as for `gobwas/glob` without separators.
struct FileFilter {
    include: Option<PathPattern>,
    exclude: Option<PathPattern>,
}

impl FileFilter {
    fn new(options: &DirectoryOptions) -> Result<Self, RenderError> {
        let compile = |pattern: &Option<crate::written_text::WrittenText>| {
            let compiled = pattern.as_ref().map(|pattern| PathPattern::gobwas(&pattern.text)).transpose();
            compiled.map_err(|error| RenderError::new(RefusalKind::InvalidInput, error.to_string()))
        };
        Ok(Self { include: compile(&options.include)?, exclude: compile(&options.exclude)? })
    }

    fn takes(&self, path: &str) -> bool {
        !self.exclude.as_ref().is_some_and(|pattern| pattern.matches(path))
            && self.include.as_ref().is_none_or(|pattern| pattern.matches(path))
    }
}

fn unreadable(error: kustomize::TreeError) -> RenderError {
    RenderError::new(RefusalKind::Unreadable, error.0)
}

/// The files with the extension of a manifest, in the order of the walk.
fn find_files(
    tree: &WatchedTree<'_>,
    folder: &RepoPath,
    depth: DirectoryDepth,
    left: &mut usize,
) -> Result<Vec<RepoPath>, RenderError> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.clone()];
    while let Some(path) = waiting.pop() {
        let Some(rest) = left.checked_sub(1) else {
            return Err(RenderError::new(RefusalKind::BeyondLimits, "the folder holds too many files"));
        };
        *left = rest;
        let entry = tree.look(&path).map_err(unreadable)?;
        match entry {
            Entry::Folder(_) if path == *folder || depth == DirectoryDepth::Tree => {
                let names = tree.list(&path).map_err(unreadable)?;
                waiting.extend(names.iter().rev().map(|name| child(&path, name)));
            }
            Entry::File(_) | Entry::Link(..) if is_manifest(path.as_str()) => found.push(path),
            Entry::Folder(_) | Entry::File(_) | Entry::Link(..) | Entry::Submodule(_) | Entry::Missing => {}
        }
    }
    Ok(found)
}

fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json", ".jsonnet"].iter().any(|extension| path.ends_with(extension))
}

fn add_file(
    tree: &WatchedTree<'_>,
    path: &RepoPath,
    options: RenderOptions,
    content: &mut DirectoryContent,
) -> Result<(), RenderError> {
    // Argo CD ignores a link to anything but a file, and stops at one that leads out of the repository.
    let Some(found) = tree.file(path).map_err(unreadable)? else { return Ok(()) };
    let bytes = found.bytes;
    if path.as_str().ends_with(".jsonnet") {
        content.unjudged.push(Unjudged::Jsonnet(path.clone()));
        return Ok(());
    }
    if contains(&bytes, SKIPPED) {
        return Ok(());
    }
    let manifest = parse(bytes.to_vec(), &options.limits.manifest);
    let refusal = manifest.problems.iter().find(|problem| problem.refusal.includes(Reading::Kubectl));
    if let Some(problem) = refusal {
        if !MARKS.iter().all(|mark| contains(&bytes, mark)) && manifest.objects.is_empty() {
            return Ok(());
        }
        return Err(RenderError::at(
            RefusalKind::InvalidManifest,
            path,
            problem.span,
            problem.reason.clone(),
        ));
    }
    if content.objects.len() + manifest.objects.len() > options.limits.objects {
        return Err(RenderError::new(RefusalKind::BeyondLimits, "the folder holds too many objects"));
    }
    add_objects(path, &manifest.source, manifest.objects, content);
    Ok(())
}

fn add_objects(
    path: &RepoPath,
    source: &Arc<source_files::SourceText>,
    objects: Vec<Object>,
    content: &mut DirectoryContent,
) {
    let file = content.writings.add_file(path, Arc::clone(source), None);
    let id = content.writings.add(Writing { file, step: BuildStep::Manifest, before: None });
    for object in objects {
        let mut node = object.root;
        stamp(&mut node, id);
        content.objects.push(RenderedObject { node, via: Vec::new(), listed: Vec::new() });
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
