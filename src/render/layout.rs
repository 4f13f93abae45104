//! Sorts the files of a revision into complete manifests and parts of roots.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attributes;
use super::kustomization::{self, Reach, Reaches};
use super::links::{self, Extent, LinkProblem};
use super::selection::Selection;
use crate::source::{BlobReader, ObjectId, RepoPath, Snapshot, TreeFile};

/// What makes a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A folder with a kustomization file.
    Kustomization,
    /// A folder with a `Chart.yaml`.
    Chart,
    /// A Jsonnet file, which Argo CD evaluates.
    Jsonnet,
}

impl RootKind {
    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kustomization => "kustomization",
            Self::Chart => "Helm chart",
            Self::Jsonnet => "Jsonnet program",
        }
    }
}

/// A unit that is deployed together and has to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// What it is.
    pub kind: RootKind,
    /// The file that makes it a root.
    pub file: RepoPath,
    /// The files that decide what it renders to, and their blobs.
    pub parts: BTreeMap<RepoPath, ObjectId>,
    /// The names of the ConfigMaps and Secrets that a kustomization makes by itself.
    pub generates: BTreeSet<String>,
}

/// How the objects of a file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// As they are applied.
    Complete,
    /// As fragments that a kustomization merges into others: a patch, a component's configuration.
    Fragment,
    /// As a chart template, complete only where it holds no template expression.
    Template,
}

/// A file that holds objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// How its objects stand.
    pub role: Role,
    /// Where it is deployed from.
    pub path: RepoPath,
    /// Its blob.
    pub file: TreeFile,
}

/// A revision, sorted.
#[derive(Debug, Default)]
pub struct Layout {
    /// The files with complete objects, by path.
    pub members: Vec<Member>,
    /// The roots that have to be rendered.
    pub roots: Vec<Root>,
    /// Links and submodules that cannot be followed, among manifests; and attributes that make git check
    /// out other bytes than it stores.
    pub link_problems: Vec<LinkProblem>,
    /// Paths among manifests that are not UTF-8.
    pub undecodable: Vec<String>,
}

/// What a layout is made from.
#[derive(Debug)]
pub struct LayoutInput<'a> {
    /// The revision.
    pub snapshot: &'a Snapshot,
    /// Where to start.
    pub selection: &'a Selection,
    /// What the kustomizations of the revision reach.
    pub reaches: &'a Reaches,
}

impl Layout {
    /// Sorts a revision. A kustomization that cannot be read reaches nothing; it is a member too, so
    /// that its unreadable text is reported.
    pub fn of(input: &LayoutInput<'_>, reader: &mut dyn BlobReader) -> Self {
        let (snapshot, link_problems) = links::follow(input.snapshot, reader);
        let charts = chart_folders(&snapshot);
        let files: Vec<&RepoPath> = snapshot.files.keys().collect();
        let starts = files.par_iter().copied().filter(|path| input.selection.starts_at(path));
        let starts: Vec<RepoPath> = starts.cloned().collect();
        let mut sorter = Sorter::new(&snapshot, starts.into_iter().collect());
        sorter.follow_kustomizations(input.reaches, reader);
        let Sorter { selected, partial, kustomizations, .. } = sorter;
        let mut layout = Self { undecodable: snapshot.undecodable.clone(), ..Self::default() };
        layout.link_problems = relevant(link_problems, input.selection);
        layout.link_problems.extend(attributes::problems(input.snapshot, reader));
        layout.roots = roots(&snapshot, &kustomizations, &charts);
        let resources = resources_of(&kustomizations);
        for path in selected {
            let fragment = partial.contains(&path) && !resources.contains(path.as_str());
            let role = if is_template(&charts, &path) {
                Role::Template
            } else if fragment {
                Role::Fragment
            } else {
                Role::Complete
            };
            if let Some(file) = snapshot.files.get(&path).cloned() {
                layout.members.push(Member { role, path, file });
            }
        }
        layout
    }
}

/// Follows kustomizations from the selected files until nothing new is reached.
struct Sorter<'a> {
    snapshot: &'a Snapshot,
    selected: BTreeSet<RepoPath>,
    partial: BTreeSet<RepoPath>,
    kustomizations: BTreeMap<RepoPath, Reach>,
    waiting: Vec<RepoPath>,
}

impl<'a> Sorter<'a> {
    fn new(snapshot: &'a Snapshot, selected: BTreeSet<RepoPath>) -> Self {
        let extra = snapshot.files.keys().filter(|path| path.is_named("Kustomization")).cloned();
        let named = selected.iter().filter(|path| is_kustomization(path)).cloned();
        let waiting = named.chain(extra).collect();
        let (partial, kustomizations) = (BTreeSet::new(), BTreeMap::new());
        Self { snapshot, selected, partial, kustomizations, waiting }
    }

    fn follow_kustomizations(&mut self, reaches: &Reaches, reader: &mut dyn BlobReader) {
        while let Some(path) = self.waiting.pop() {
            if self.kustomizations.contains_key(&path) {
                continue;
            }
            let Some(file) = self.snapshot.files.get(&path) else { continue };
            let reach = reaches.of(&path, &file.id, reader);
            reach.resources.iter().for_each(|resource| self.select(resource));
            let parts = reach.partial.iter().filter(|part| self.snapshot.file(part).is_some());
            let parts: Vec<RepoPath> = parts.map(|part| RepoPath::new(part)).collect();
            self.selected.extend(parts.iter().cloned());
            self.partial.extend(parts);
            self.selected.insert(path.clone());
            self.kustomizations.insert(path, reach);
        }
    }

    /// A resource is a file with objects or a folder with a kustomization, wherever it is.
    fn select(&mut self, resource: &str) {
        if self.snapshot.file(resource).is_some() {
            self.selected.insert(RepoPath::new(resource));
        }
        let nested = kustomization::FILE_NAMES.map(|name| format!("{resource}/{name}"));
        let present = nested.iter().filter(|path| self.snapshot.file(path).is_some());
        self.waiting.extend(present.map(|path| RepoPath::new(path)));
    }
}

/// Whether kustomize takes a file for the root of a folder.
pub fn is_kustomization(path: &RepoPath) -> bool {
    kustomization::FILE_NAMES.iter().any(|name| path.is_named(name))
}

fn chart_folders(snapshot: &Snapshot) -> BTreeSet<String> {
    let charts = snapshot.files.keys().filter(|path| path.is_named("Chart.yaml"));
    charts.map(|path| path.parent().to_owned()).collect()
}

/// Only what stands in the `templates/` of a folder that has itself a `Chart.yaml` is a template: one
/// that is dropped beside plain manifests, or far above them, must not take them out of sight.
fn is_template(charts: &BTreeSet<String>, path: &RepoPath) -> bool {
    const FOLDER: &str = "/templates/";
    let path = path.as_str();
    let of_root = charts.contains("") && path.starts_with("templates/");
    let folders = path.match_indices(FOLDER).filter_map(|(end, _)| path.get(..end));
    of_root || folders.into_iter().any(|folder| charts.contains(folder))
}

fn resources_of(kustomizations: &BTreeMap<RepoPath, Reach>) -> BTreeSet<&str> {
    kustomizations.values().flat_map(|reach| &reach.resources).map(String::as_str).collect()
}

fn roots(
    snapshot: &Snapshot,
    kustomizations: &BTreeMap<RepoPath, Reach>,
    charts: &BTreeSet<String>,
) -> Vec<Root> {
    let mut roots = Vec::new();
    for (file, reach) in kustomizations {
        let partial = reach.partial.iter().map(|path| RepoPath::new(path));
        let parts = blobs(snapshot, partial.chain([file.clone()]));
        let generates = reach.generated.iter().cloned().collect();
        roots.push(Root { kind: RootKind::Kustomization, file: file.clone(), parts, generates });
    }
    for folder in charts {
        let inside = |path: &&RepoPath| folder.is_empty() || path.as_str().starts_with(&format!("{folder}/"));
        let file = if folder.is_empty() { "Chart.yaml".to_owned() } else { format!("{folder}/Chart.yaml") };
        let parts = blobs(snapshot, snapshot.files.keys().filter(inside).cloned());
        let generates = BTreeSet::new();
        roots.push(Root { kind: RootKind::Chart, file: RepoPath::new(&file), parts, generates });
    }
    let programs = snapshot.files.keys().filter(|path| is_jsonnet(path));
    for file in programs {
        let parts = blobs(snapshot, std::iter::once(file.clone()));
        let generates = BTreeSet::new();
        roots.push(Root { kind: RootKind::Jsonnet, file: file.clone(), parts, generates });
    }
    roots
}

fn is_jsonnet(path: &RepoPath) -> bool {
    [".jsonnet", ".libsonnet"].iter().any(|extension| path.as_str().ends_with(extension))
}

fn blobs(snapshot: &Snapshot, paths: impl Iterator<Item = RepoPath>) -> BTreeMap<RepoPath, ObjectId> {
    paths.filter_map(|path| Some((path.clone(), snapshot.files.get(&path)?.id.clone()))).collect()
}

/// A broken link matters where a manifest would be: at a selected path, or where a folder would be. A submodule is
/// a folder, whatever it is called.
fn relevant(problems: Vec<LinkProblem>, selection: &Selection) -> Vec<LinkProblem> {
    let matters = |at: &LinkProblem| {
        let folder = match at.extent {
            Extent::Folder => true,
            Extent::AsNamed => !at.path.file_name().contains('.'),
        };
        folder || selection.starts_at(&at.path)
    };
    problems.into_iter().filter(matters).collect()
}
