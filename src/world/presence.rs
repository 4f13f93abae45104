//! Finds out which of some named objects are anywhere in a revision, changed or not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use memchr::memmem;
use rayon::prelude::*;

use crate::render::{Layout, Selection};
use kube_manifest::{Limits, Object, parse};
use kube_model::ObjectRef;
use source_files::{BlobReader, BlobSource, ObjectId, RepoPath, Snapshot};

/// The objects of a revision that have one of some names, and its files.
#[derive(Debug, Default)]
pub struct Presence {
    clusters: BTreeMap<String, BTreeSet<String>>,
    files: BTreeSet<RepoPath>,
    completeness: Completeness,
}

/// Says whether every file could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Completeness {
    #[default]
    Complete,
    Partial,
}

/// The input of a search.
#[derive(Clone, Copy)]
pub struct PresenceInput<'a> {
    /// The files of the revision.
    pub snapshot: &'a Snapshot,
    /// The same, sorted.
    pub layout: &'a Layout,
    /// Clusters of paths.
    pub selection: &'a Selection,
    /// The content.
    pub blobs: &'a dyn BlobSource,
}

impl Presence {
    /// Looks for objects, given as `Kind/namespace/name`. Files without any of the names are not parsed.
    pub fn of(input: PresenceInput<'_>, objects: &BTreeSet<&str>) -> Self {
        let names: BTreeSet<&str> = objects.iter().filter_map(|object| object.rsplit('/').next()).collect();
        let names: Vec<_> = names.into_iter().map(memmem::Finder::new).collect();
        let ids: BTreeSet<&ObjectId> = input.layout.members.iter().map(|member| &member.file.id).collect();
        let ids: Vec<&ObjectId> = ids.into_iter().collect();
        let parsed = ids.par_iter().map_init(
            || input.blobs.reader(),
            |reader, id| ((*id).clone(), named_objects(&mut **reader, id, &names)),
        );
        let parsed: HashMap<ObjectId, Option<Vec<Object>>> = parsed.collect();
        let files = input.snapshot.files.keys().cloned().collect();
        let mut presence = Self { files, ..Self::default() };
        if input.layout.has_kustomizations() {
            // A kustomization may give an object another name or namespace.
            presence.completeness = Completeness::Partial;
        }
        for member in &input.layout.members {
            match parsed.get(&member.file.id) {
                Some(Some(objects)) => presence.add(objects, &member.path, input.selection),
                Some(None) | None => presence.completeness = Completeness::Partial,
            }
        }
        presence
    }

    fn add(&mut self, objects: &[Object], path: &RepoPath, selection: &Selection) {
        for cluster in selection.clusters_of(path) {
            for object in objects {
                let name = ObjectRef::of(object, &cluster).to_string();
                self.clusters.entry(name).or_default().insert(cluster.to_string());
            }
        }
    }

    /// Returns true if a cluster has an object, or the revision a file, of that name, or if that is not certain.
    pub fn holds(&self, cluster: &str, object: &str) -> bool {
        let has_object = self.clusters.get(object).is_some_and(|clusters| clusters.contains(cluster));
        has_object
            || self.files.contains(&RepoPath::new(object))
            || self.completeness == Completeness::Partial
    }

    /// Returns the clusters that have an object of that name.
    pub fn clusters_of(&self, object: &str) -> impl Iterator<Item = &str> {
        self.clusters.get(object).into_iter().flatten().map(String::as_str)
    }
}

/// Returns the objects of a blob, in both readings, if it holds any of the names. `None` if it cannot be read.
fn named_objects(
    reader: &mut (dyn BlobReader + '_),
    id: &ObjectId,
    names: &[memmem::Finder<'_>],
) -> Option<Vec<Object>> {
    let bytes = reader.read_unchanged(id).ok()?;
    if !names.iter().any(|name| name.find(&bytes).is_some()) {
        return Some(Vec::new());
    }
    let manifest = parse(bytes, &Limits::default());
    Some(manifest.objects.into_iter().chain(manifest.kustomize.unwrap_or_default()).collect())
}
