//! The paths that a kustomization file reaches, as far as its own text shows.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::links::join;
use crate::units::Naming;
use kube_manifest::{Limits, Node, documents};
use source_files::{BlobReader, BlobSource, ObjectId, RepoPath, Snapshot};

/// The three names under which kustomize looks for a root (`kyaml/konfig`, `RecognizedKustomizationFileNames`).
pub(super) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of a kustomization whose files or folders hold complete objects.
const RESOURCE_LISTS: [&str; 4] = ["resources", "bases", "components", "crds"];
/// Lists whose entries are paths, or mappings with a `path`, of partial documents.
const PATCH_LISTS: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
/// Lists whose entries are paths, or mappings with a `path`, of files that only kustomize reads.
const CONFIGURATION_LISTS: [&str; 6] =
    ["replacements", "generators", "transformers", "validators", "configurations", "openapi"];
/// Fields by which a kustomization may complete its resources.
const COMPLETING: [&str; 8] = [
    "commonLabels",
    "components",
    "labels",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
];

/// Says whether a kustomization may complete its resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Completion {
    /// It deploys them unchanged, apart from names, annotations and images.
    #[default]
    Nothing,
    /// It has patches, labels or the like.
    Possible,
}

/// The paths that a kustomization names, relative to the repository.
#[derive(Clone, Debug, Default)]
pub(super) struct KustomizationReach {
    /// Files or folders with complete objects.
    pub(super) resources: Vec<String>,
    /// Files that have a meaning only inside the kustomization, with the list that names them.
    pub(super) parts: Vec<(String, Naming)>,
    /// Names of the ConfigMaps and Secrets that it makes.
    pub(super) generated: Vec<String>,
    /// Says whether it may complete its resources.
    pub(super) completion: Completion,
    /// Says whether it is deployed on its own.
    pub(super) independence: Independence,
    /// Says whether it names files that name further files, which its own text does not show.
    pub(super) depth: ReachDepth,
}

/// Says whether a kustomization is deployed on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Independence {
    /// It is a kustomization.
    #[default]
    Whole,
    /// It is a component, which only other kustomizations include.
    Component,
}

/// Says whether the text of a kustomization names everything that it reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReachDepth {
    /// It names everything.
    #[default]
    Named,
    /// Its generators or transformers may name more files.
    Further,
}

/// The reaches of kustomizations, each read once however many revisions hold it.
#[derive(Debug, Default)]
pub struct Reaches(HashMap<(RepoPath, ObjectId), Option<KustomizationReach>>);

impl Reaches {
    /// Reads the kustomizations of several revisions on all cores.
    pub fn read<'a>(snapshots: impl Iterator<Item = &'a Snapshot>, blobs: &dyn BlobSource) -> Self {
        let files = snapshots.flat_map(|snapshot| &snapshot.files);
        let named = files.filter(|(path, _)| FILE_NAMES.iter().any(|name| path.is_named(name)));
        let unique: HashSet<(RepoPath, ObjectId)> =
            named.map(|(path, file)| (path.clone(), file.id.clone())).collect();
        let read = |reader: &mut Box<dyn BlobReader + '_>, (path, id): (RepoPath, ObjectId)| {
            let bytes = reader.read(&id).unwrap_or_default();
            let reach = read_reach(path.parent(), bytes);
            ((path, id), reach)
        };
        Self(unique.into_par_iter().map_init(|| blobs.reader(), read).collect())
    }

    /// Returns the reach of a kustomization, or `None` if the file is not a kustomization despite its name. One that
    /// is reached through a link has not been read yet.
    pub(super) fn of(
        &self,
        path: &RepoPath,
        id: &ObjectId,
        reader: &mut dyn BlobReader,
    ) -> Option<KustomizationReach> {
        let known = self.0.get(&(path.clone(), id.clone())).cloned();
        known.unwrap_or_else(|| read_reach(path.parent(), reader.read(id).unwrap_or_default()))
    }
}

/// Reads a kustomization's text. Text that does not parse reaches nothing and is reported elsewhere.
fn read_reach(folder: &str, bytes: Vec<u8>) -> Option<KustomizationReach> {
    let (_, nodes, _) = documents(bytes, &Limits::default());
    let Some(root) = nodes.first() else { return Some(KustomizationReach::default()) };
    if !is_for_kustomize(root) {
        return None;
    }
    let mut reach = KustomizationReach {
        completion: completion_of(root),
        independence: independence_of(root),
        depth: depth_of(root),
        ..KustomizationReach::default()
    };
    for list in RESOURCE_LISTS {
        let paths = root.get(list).into_iter().flat_map(Node::items).filter_map(Node::as_str);
        reach.resources.extend(paths.filter_map(|path| join(folder, path)));
    }
    for (lists, naming) in
        [(PATCH_LISTS.as_slice(), Naming::Patch), (CONFIGURATION_LISTS.as_slice(), Naming::Configuration)]
    {
        for list in lists {
            let items = root.get(list).into_iter().flat_map(|node| std::iter::once(node).chain(node.items()));
            let paths = items.filter_map(|item| item.as_str().or_else(|| item.text_at(&["path"])));
            reach.parts.extend(paths.filter_map(|path| Some((join(folder, path)?, naming))));
        }
    }
    for (path, naming) in find_data_files(root) {
        reach.parts.extend(join(folder, path).map(|path| (path, naming)));
    }
    reach.generated.extend(
        find_generators(root).filter_map(|generator| generator.text_at(&["name"])).map(str::to_owned),
    );
    Some(reach)
}

/// Returns true for a kustomization of kustomize. Flux' own object of that kind may have the same file name; kustomize
/// refuses it, and kubectl applies it.
fn is_for_kustomize(root: &Node) -> bool {
    let group = root.get("apiVersion").map(|version| version.spelling().unwrap_or_default());
    let of_group =
        group.is_none_or(|version| version.is_empty() || version.starts_with("kustomize.config.k8s.io/"));
    let of_kind = root
        .get("kind")
        .is_none_or(|kind| matches!(kind.spelling(), Some("" | "Kustomization" | "Component")));
    of_group && of_kind
}

fn completion_of(root: &Node) -> Completion {
    if COMPLETING.iter().any(|key| root.get(key).is_some()) {
        Completion::Possible
    } else {
        Completion::Nothing
    }
}

fn independence_of(root: &Node) -> Independence {
    match root.text_at(&["kind"]) {
        Some("Component") => Independence::Component,
        Some(_) | None => Independence::Whole,
    }
}

fn depth_of(root: &Node) -> ReachDepth {
    let names_more = ["generators", "transformers", "validators"].iter().any(|key| root.get(key).is_some());
    if names_more { ReachDepth::Further } else { ReachDepth::Named }
}

fn find_generators(root: &Node) -> impl Iterator<Item = &Node> {
    let lists = ["configMapGenerator", "secretGenerator"].into_iter().filter_map(|key| root.get(key));
    lists.flat_map(Node::items)
}

/// Returns the files of generators (`[key=]path`) and of inlined charts, which are data, not manifests.
fn find_data_files(root: &Node) -> Vec<(&str, Naming)> {
    let mut files = Vec::new();
    for generator in find_generators(root) {
        let lists = ["files", "envs"].into_iter().filter_map(|key| generator.get(key)).flat_map(Node::items);
        for text in lists.chain(generator.get("env")).filter_map(Node::as_str) {
            let path = text.split_once('=').map_or(text, |(_, path)| path);
            files.push((path, Naming::Input));
        }
    }
    for chart in root.get("helmCharts").into_iter().flat_map(Node::items) {
        let more = chart.get("additionalValuesFiles").into_iter().flat_map(Node::items);
        let values = chart.get("valuesFile").into_iter().chain(more).filter_map(Node::as_str);
        files.extend(values.map(|path| (path, Naming::Values)));
    }
    files
}
