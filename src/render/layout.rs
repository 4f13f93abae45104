//! Sorts the files of a revision into complete manifests and parts of roots.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attributes;
use super::kustomization::{self, Completion, KustomizationReach, Reaches};
use super::links::{self, LinkExtent, LinkProblem};
use super::selection::Selection;
use crate::units::{ChartMember, FileFacts, FileKind, FolderKind, Naming, is_chart_metadata};
use kube_manifest::{Limits, documents};
use source_files::{BlobReader, ObjectId, RepoPath, Snapshot, TreeFile};

/// The kind of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RootKind {
    /// A folder with a kustomization file.
    Kustomization,
    /// A folder with a `Chart.yaml`.
    Chart,
    /// A Jsonnet file, which Argo CD evaluates.
    Jsonnet,
    /// A file of values outside the chart, which an Argo CD application fills into it.
    Values,
}

impl RootKind {
    /// Returns the name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kustomization => "kustomization",
            Self::Chart => "Helm chart",
            Self::Jsonnet => "Jsonnet program",
            Self::Values => "values file",
        }
    }
}

/// A unit that is deployed together and must be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its kind.
    pub kind: RootKind,
    /// The file that makes it a root.
    pub file: RepoPath,
    /// The files that determine its rendering, with their blobs.
    pub parts: BTreeMap<RepoPath, ObjectId>,
    /// The names of the ConfigMaps and Secrets that a kustomization makes by itself.
    pub generates: BTreeSet<String>,
    /// The reason why it is not rendered, if that is known.
    pub reason: Option<UnrenderedReason>,
}

/// The reason why a root is not rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnrenderedReason {
    /// The reason, as a clause.
    pub text: String,
    /// The file that it is about.
    pub file: Option<RepoPath>,
    /// Says since when.
    pub onset: Onset,
    /// Says what kind of reason it is.
    pub cause: UnrenderedCause,
}

/// The kind of reason why a root is not rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnrenderedCause {
    /// kustomize refuses it.
    Refused,
    /// A part of it is in another repository or on another server.
    Elsewhere,
    /// A part of it is made by a chart, a program or a container.
    Program,
}

/// Says since when a root cannot be rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// It could not be rendered before the change either, for the same reason.
    AsBefore,
    /// It is new, or could be rendered before.
    New,
}

/// The role of a file: how its objects are deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Applied unchanged.
    Complete,
    /// Listed by a kustomization that may complete them; or beside one that does not list them, so that they are
    /// deployed by other means or not at all.
    Base,
    /// Merged into other objects by a kustomization: a patch, a component's configuration.
    Fragment,
    /// Rendered as a chart template, complete only if the object holds no template expression.
    Template,
    /// Compared by a test with the cluster. Such objects are applied to the cluster of the test, if at all.
    Expectation,
}

/// Says whether a kustomization deploys a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listing {
    /// A kustomization lists it among its resources.
    Listed,
    /// No kustomization lists it.
    Unlisted,
}

/// A file that holds objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The kind of the file.
    pub kind: FileKind,
    /// Says whether a kustomization deploys it.
    pub listing: Listing,
    /// The role of its objects.
    pub role: Role,
    /// The path that it is deployed from.
    pub path: RepoPath,
    /// Its blob.
    pub file: TreeFile,
}

/// A revision, sorted.
#[derive(Debug, Default)]
pub struct Layout {
    /// The files with complete objects, by path.
    pub members: Vec<Member>,
    /// The roots that must be rendered.
    pub roots: Vec<Root>,
    /// Links and submodules that cannot be followed, among manifests; and attributes that make git check
    /// out other bytes than it stores.
    pub link_problems: Vec<LinkProblem>,
    /// Folders with a kustomization or a chart.
    root_folders: BTreeSet<String>,
    /// What each kustomization names.
    pub(super) kustomizations: BTreeMap<RepoPath, KustomizationReach>,
    /// The files with links followed, if there are links.
    pub(super) followed: Option<Snapshot>,
}

/// The input of a layout.
#[derive(Debug)]
pub struct LayoutInput<'a> {
    /// The revision.
    pub snapshot: &'a Snapshot,
    /// The paths to start from.
    pub selection: &'a Selection,
    /// The reaches of the kustomizations of the revision.
    pub reaches: &'a Reaches,
}

impl Layout {
    /// Sorts a revision. A kustomization that cannot be read reaches nothing. It is a member too, so that its
    /// unreadable text is reported.
    pub fn of(input: &LayoutInput<'_>, reader: &mut dyn BlobReader) -> Self {
        let (snapshot, link_problems) = links::follow(input.snapshot, reader);
        let charts = find_chart_folders(&snapshot, reader);
        let files: Vec<&RepoPath> = snapshot.files.keys().collect();
        let starts = files.par_iter().copied().filter(|path| input.selection.starts_at(path));
        let starts: Vec<RepoPath> = starts.cloned().collect();
        let templates =
            files.iter().filter(|path| is_rendered_by_helm(&charts, path)).map(|path| (*path).clone());
        let starts = starts.into_iter().chain(templates).collect();
        let mut sorter = Sorter::new(&snapshot, starts);
        sorter.follow_kustomizations(input.reaches, reader);
        let Sorter { selected, names, kustomizations, .. } = sorter;
        let mut layout =
            Self { link_problems: keep_relevant(link_problems, input.selection), ..Self::default() };
        layout.link_problems.extend(attributes::find_problems(input.snapshot, input.selection, reader));
        layout.roots = collect_roots(&snapshot, &kustomizations, &charts);
        layout.root_folders = charts.iter().cloned().collect();
        layout.root_folders.extend(kustomizations.keys().map(|path| path.parent().to_owned()));
        let completed = list_completed(&kustomizations);
        let tests = find_test_folders(&snapshot);
        for path in selected {
            let naming = names.get(&path).copied();
            let is_kustomization = kustomizations.contains_key(&path);
            let chart = chart_of(&charts, &path);
            let surroundings = if input.selection.is_of_a_named_cluster(&path) {
                FolderKind::Plain
            } else {
                surroundings_of(&path, &tests)
            };
            let facts = FileFacts { path: &path, is_kustomization, naming, chart, surroundings };
            let kind = FileKind::decide(facts);
            let listing = if naming == Some(Naming::Resource) { Listing::Listed } else { Listing::Unlisted };
            let completion = match listing {
                Listing::Listed if completed.contains(path.as_str()) => Completion::Possible,
                Listing::Unlisted if layout.root_folders.contains(path.parent()) => Completion::Possible,
                Listing::Listed | Listing::Unlisted => Completion::Nothing,
            };
            let role = role_of(kind, completion);
            if let Some(file) = snapshot.files.get(&path).cloned() {
                layout.members.push(Member { kind, listing, role, path, file });
            }
        }
        layout.kustomizations = kustomizations;
        layout.followed = match snapshot {
            Cow::Borrowed(_) => None,
            Cow::Owned(followed) => Some(followed),
        };
        layout
    }

    /// Returns true if there is a kustomization.
    pub fn has_kustomizations(&self) -> bool {
        !self.kustomizations.is_empty()
    }

    /// Returns true if a folder holds a kustomization.
    pub fn has_kustomization(&self, folder: &RepoPath) -> bool {
        let files = kustomization::FILE_NAMES.map(|name| RepoPath::new(&join_name(folder.as_str(), name)));
        files.iter().any(|path| self.kustomizations.contains_key(path))
    }

    /// Returns true if a folder holds a kustomization or a chart, which is deployed in place of its files.
    pub fn is_root_folder(&self, folder: &str) -> bool {
        self.root_folders.contains(folder)
    }

    /// Returns true if a kustomization or a chart is in the folder of a file or in one above it.
    pub fn is_below_a_root(&self, path: &RepoPath) -> bool {
        let mut folder = path.parent();
        loop {
            if self.is_root_folder(folder) {
                return true;
            }
            let Some((above, _)) = folder.rsplit_once('/') else {
                return !folder.is_empty() && self.is_root_folder("");
            };
            folder = above;
        }
    }
}

/// Returns the role of a file.
fn role_of(kind: FileKind, completion: Completion) -> Role {
    match (kind, completion) {
        (FileKind::Patch | FileKind::Partial | FileKind::KustomizeConfiguration, _) => Role::Fragment,
        (FileKind::Expectation, _) => Role::Expectation,
        (FileKind::Chart(ChartMember::Template | ChartMember::Test), _) => Role::Template,
        (FileKind::Manifest | FileKind::GeneratorInput, Completion::Possible) => Role::Base,
        (
            FileKind::Manifest
            | FileKind::GeneratorInput
            | FileKind::Kustomization
            | FileKind::Helmfile
            | FileKind::Chart(
                ChartMember::Metadata
                | ChartMember::Values
                | ChartMember::CustomResourceDefinition
                | ChartMember::Data,
            ),
            Completion::Nothing | Completion::Possible,
        ) => Role::Complete,
    }
}

/// Returns the folders with a test that compares objects.
fn find_test_folders(snapshot: &Snapshot) -> BTreeSet<&str> {
    let tests = snapshot.files.keys().filter(|path| FolderKind::TESTS.iter().any(|name| path.is_named(name)));
    tests.map(RepoPath::parent).collect()
}

fn surroundings_of(path: &RepoPath, tests: &BTreeSet<&str>) -> FolderKind {
    let mut folder = path.parent();
    if folder.rsplit('/').next() == Some(FolderKind::PATCHES) {
        return FolderKind::Patches;
    }
    while !folder.is_empty() {
        let name = folder.rsplit('/').next().unwrap_or_default();
        if tests.contains(folder) || FolderKind::TEST_FOLDERS.contains(&name) {
            return FolderKind::Tests;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    FolderKind::Plain
}

/// Returns the resources that some kustomization above may complete.
fn list_completed(kustomizations: &BTreeMap<RepoPath, KustomizationReach>) -> BTreeSet<String> {
    let completing = kustomizations.values().filter(|reach| reach.completion == Completion::Possible);
    let mut waiting: Vec<&str> = completing.flat_map(|reach| &reach.resources).map(String::as_str).collect();
    let mut completed = BTreeSet::new();
    while let Some(resource) = waiting.pop() {
        if !completed.insert(resource.to_owned()) {
            continue;
        }
        let nested = kustomization::FILE_NAMES.map(|name| RepoPath::new(&join_name(resource, name)));
        for reach in nested.iter().filter_map(|path| kustomizations.get(path)) {
            waiting.extend(reach.resources.iter().map(String::as_str));
        }
    }
    completed
}

fn join_name(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Follows kustomizations from the selected files until nothing new is reached.
struct Sorter<'a> {
    snapshot: &'a Snapshot,
    selected: BTreeSet<RepoPath>,
    names: BTreeMap<RepoPath, Naming>,
    kustomizations: BTreeMap<RepoPath, KustomizationReach>,
    seen: BTreeSet<RepoPath>,
    waiting: Vec<RepoPath>,
}

impl<'a> Sorter<'a> {
    fn new(snapshot: &'a Snapshot, selected: BTreeSet<RepoPath>) -> Self {
        let extra = snapshot.files.keys().filter(|path| path.is_named("Kustomization")).cloned();
        let named = selected.iter().filter(|path| is_kustomization(path)).cloned();
        let waiting = named.chain(extra).collect();
        let (names, kustomizations, seen) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { snapshot, selected, names, kustomizations, seen, waiting }
    }

    fn follow_kustomizations(&mut self, reaches: &Reaches, reader: &mut dyn BlobReader) {
        while let Some(path) = self.waiting.pop() {
            if !self.seen.insert(path.clone()) {
                continue;
            }
            let Some(file) = self.snapshot.files.get(&path) else { continue };
            let Some(reach) = reaches.of(&path, &file.id, reader) else { continue };
            reach.resources.iter().for_each(|resource| self.select(resource));
            for (part, naming) in &reach.parts {
                self.add_part(part, *naming);
            }
            self.selected.insert(path.clone());
            self.kustomizations.insert(path, reach);
        }
    }

    /// Adds a part of a kustomization. A file that only a generator packs does not become a manifest.
    fn add_part(&mut self, part: &str, naming: Naming) {
        let path = RepoPath::new(part);
        if !self.snapshot.files.contains_key(&path) {
            return;
        }
        match naming {
            Naming::Resource | Naming::Patch | Naming::Configuration => {
                self.selected.insert(path.clone());
            }
            Naming::Input | Naming::Values => {}
        }
        self.name(path, naming);
    }

    /// Records a naming. The strongest counts.
    fn name(&mut self, path: RepoPath, naming: Naming) {
        let known = self.names.entry(path).or_insert(naming);
        *known = naming.min(*known);
    }

    /// Selects a resource, which is a file with objects or a folder with a kustomization, wherever it is.
    fn select(&mut self, resource: &str) {
        if self.snapshot.file(resource).is_some() {
            self.selected.insert(RepoPath::new(resource));
            self.name(RepoPath::new(resource), Naming::Resource);
        }
        let nested = kustomization::FILE_NAMES.map(|name| join_name(resource, name));
        let present = nested.iter().filter(|path| self.snapshot.file(path).is_some());
        self.waiting.extend(present.map(|path| RepoPath::new(path)));
    }
}

/// Returns true if kustomize takes a file for the root of a folder.
pub fn is_kustomization(path: &RepoPath) -> bool {
    kustomization::FILE_NAMES.iter().any(|name| path.is_named(name))
}

fn find_chart_folders(snapshot: &Snapshot, reader: &mut dyn BlobReader) -> BTreeSet<String> {
    let files = snapshot.files.iter().filter(|(path, _)| path.is_named("Chart.yaml"));
    let mut charts = BTreeSet::new();
    for (path, file) in files {
        let (_, documents, _) = documents(reader.read(&file.id).unwrap_or_default(), &Limits::default());
        if is_chart_metadata(&documents) {
            charts.insert(path.parent().to_owned());
        }
    }
    charts
}

/// Returns true if Helm renders a file. It renders files of every extension, apart from helpers and notes
/// (`engine.go`).
fn is_rendered_by_helm(charts: &BTreeSet<String>, path: &RepoPath) -> bool {
    let name = path.file_name();
    let of_chart = || {
        let chart = chart_of(charts, path);
        let inside = chart.and_then(|chart| path.as_str().strip_prefix(chart));
        inside.is_some_and(|inside| inside.trim_start_matches('/').starts_with("templates/"))
    };
    !charts.is_empty() && !name.starts_with('_') && name != "NOTES.txt" && of_chart()
}

/// Returns the folder of the chart that a file belongs to, the nearest one above it.
fn chart_of<'a>(charts: &'a BTreeSet<String>, path: &RepoPath) -> Option<&'a str> {
    let mut folder = path.parent();
    loop {
        if let Some(chart) = charts.get(folder) {
            return Some(chart);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn collect_roots(
    snapshot: &Snapshot,
    kustomizations: &BTreeMap<RepoPath, KustomizationReach>,
    charts: &BTreeSet<String>,
) -> Vec<Root> {
    let mut roots = Vec::new();
    for (file, reach) in kustomizations {
        let partial = reach.parts.iter().map(|(path, _)| RepoPath::new(path));
        let parts = collect_blobs(
            snapshot,
            partial.chain([file.clone()]).chain(find_overrides(snapshot, file.parent())),
        );
        let generates = reach.generated.iter().cloned().collect();
        let kind = RootKind::Kustomization;
        roots.push(Root { kind, file: file.clone(), parts, generates, reason: None });
    }
    for folder in charts {
        let file = if folder.is_empty() { "Chart.yaml".to_owned() } else { format!("{folder}/Chart.yaml") };
        let parts = collect_blobs(snapshot, list_files_below(snapshot, folder).cloned());
        let generates = BTreeSet::new();
        let (kind, file) = (RootKind::Chart, RepoPath::new(&file));
        roots.push(Root { kind, file, parts, generates, reason: None });
    }
    let programs = snapshot.files.keys().filter(|path| is_jsonnet(path));
    for file in programs {
        let parts = collect_blobs(snapshot, std::iter::once(file.clone()));
        let generates = BTreeSet::new();
        let kind = RootKind::Jsonnet;
        roots.push(Root { kind, file: file.clone(), parts, generates, reason: None });
    }
    roots
}

/// Returns the files below a folder, which are side by side in the order of a snapshot.
fn list_files_below<'a>(snapshot: &'a Snapshot, folder: &str) -> impl Iterator<Item = &'a RepoPath> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let files = snapshot.files.range(RepoPath::new(&prefix)..).map(|(path, _)| path);
    files.take_while(move |path| path.as_str().starts_with(&prefix))
}

/// Returns files by which Argo CD overrides the parameters of anything in a folder (`docs/user-guide/parameters.md`,
/// "Store Overrides In Git").
fn find_overrides<'a>(snapshot: &'a Snapshot, folder: &'a str) -> impl Iterator<Item = RepoPath> + 'a {
    let start = RepoPath::new(&join_name(folder, OVERRIDES));
    let from = snapshot.files.range(start..).map(|(path, _)| path);
    from.take_while(move |path| path.parent() == folder && path.file_name().starts_with(OVERRIDES)).cloned()
}

/// The prefix of the names of such files.
const OVERRIDES: &str = ".argocd-source";

fn is_jsonnet(path: &RepoPath) -> bool {
    [".jsonnet", ".libsonnet"].iter().any(|extension| path.as_str().ends_with(extension))
}

fn collect_blobs(snapshot: &Snapshot, paths: impl Iterator<Item = RepoPath>) -> BTreeMap<RepoPath, ObjectId> {
    paths.filter_map(|path| Some((path.clone(), snapshot.files.get(&path)?.id.clone()))).collect()
}

/// Keeps the problems that matter. A broken link matters at a selected path, and in place of a folder. A submodule is
/// a folder, whatever its name.
fn keep_relevant(problems: Vec<LinkProblem>, selection: &Selection) -> Vec<LinkProblem> {
    let matters = |at: &LinkProblem| {
        let folder = match at.extent {
            LinkExtent::Folder => true,
            LinkExtent::AsNamed => !at.path.file_name().contains('.'),
            LinkExtent::Nothing => false,
        };
        folder || selection.starts_at(&at.path)
    };
    problems.into_iter().filter(matters).collect()
}
