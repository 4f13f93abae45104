//! What a kustomization file reaches, as far as its own text tells.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::links::join;
use crate::manifest::{Limits, Node, documents};
use crate::source::{BlobReader, BlobSource, ObjectId, RepoPath, Snapshot};

/// The three names under which kustomize looks for a root
/// (`kyaml/konfig`, `RecognizedKustomizationFileNames`).
pub(super) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of a kustomization whose files or folders hold complete objects.
const RESOURCE_LISTS: [&str; 4] = ["resources", "bases", "components", "crds"];
/// Lists whose entries are paths, or mappings with a `path`, of partial documents.
const PARTIAL_LISTS: [&str; 9] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "replacements",
    "generators",
    "transformers",
    "validators",
    "configurations",
    "openapi",
];

/// The paths that a kustomization names, relative to the repository.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    /// Files or folders with complete objects.
    pub(super) resources: Vec<String>,
    /// Files that mean something only inside the kustomization.
    pub(super) partial: Vec<String>,
    /// Names of the ConfigMaps and Secrets that it makes.
    pub(super) generated: Vec<String>,
}

/// What kustomizations reach, read once however many revisions hold them.
#[derive(Debug, Default)]
pub struct Reaches(HashMap<(RepoPath, ObjectId), Reach>);

impl Reaches {
    /// Reads the kustomizations of several revisions on all cores.
    pub fn read<'a>(snapshots: impl Iterator<Item = &'a Snapshot>, blobs: &dyn BlobSource) -> Self {
        let files = snapshots.flat_map(|snapshot| &snapshot.files);
        let named = files.filter(|(path, _)| FILE_NAMES.iter().any(|name| path.is_named(name)));
        let unique: HashSet<(RepoPath, ObjectId)> =
            named.map(|(path, file)| (path.clone(), file.id.clone())).collect();
        let read = |reader: &mut Box<dyn BlobReader + '_>, (path, id): (RepoPath, ObjectId)| {
            let bytes = reader.read(&id).unwrap_or_default();
            let reach = reach(path.parent(), bytes);
            ((path, id), reach)
        };
        Self(unique.into_par_iter().map_init(|| blobs.reader(), read).collect())
    }

    /// What a kustomization reaches. One that is reached through a link has not been read yet.
    pub(super) fn of(&self, path: &RepoPath, id: &ObjectId, reader: &mut dyn BlobReader) -> Reach {
        let known = self.0.get(&(path.clone(), id.clone())).cloned();
        known.unwrap_or_else(|| reach(path.parent(), reader.read(id).unwrap_or_default()))
    }
}

/// Reads a kustomization's text; what does not parse reaches nothing and is reported elsewhere.
fn reach(folder: &str, bytes: Vec<u8>) -> Reach {
    let (_, nodes, _) = documents(bytes, &Limits::default());
    let Some(root) = nodes.first() else { return Reach::default() };
    let mut reach = Reach::default();
    for list in RESOURCE_LISTS {
        let paths = root.get(list).into_iter().flat_map(Node::items).filter_map(Node::as_str);
        reach.resources.extend(paths.filter_map(|path| join(folder, path)));
    }
    for list in PARTIAL_LISTS {
        let items = root.get(list).into_iter().flat_map(|node| std::iter::once(node).chain(node.items()));
        let paths = items.filter_map(|item| item.as_str().or_else(|| item.text_at(&["path"])));
        reach.partial.extend(paths.filter_map(|path| join(folder, path)));
    }
    reach.partial.extend(generator_files(root, folder));
    reach
        .generated
        .extend(generators(root).filter_map(|generator| generator.text_at(&["name"])).map(str::to_owned));
    reach
}

fn generators(root: &Node) -> impl Iterator<Item = &Node> {
    let lists = ["configMapGenerator", "secretGenerator"].into_iter().filter_map(|key| root.get(key));
    lists.flat_map(Node::items)
}

/// Files of generators (`[key=]path`) and of inlined charts are data, not manifests.
fn generator_files(root: &Node, folder: &str) -> Vec<String> {
    let lists = generators(root).flat_map(|generator| {
        ["files", "envs"].into_iter().filter_map(|key| generator.get(key)).flat_map(Node::items)
    });
    let generated =
        lists.filter_map(Node::as_str).map(|text| text.rsplit_once('=').map_or(text, |(_, path)| path));
    let charts = root.get("helmCharts").into_iter().flat_map(Node::items);
    let values = charts.filter_map(|chart| chart.text_at(&["valuesFile"]));
    generated.chain(values).filter_map(|path| join(folder, path)).collect()
}
