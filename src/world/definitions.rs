//! Definitions in folders that the policy names.
//!
//! In: a revision and the folder of each cluster's definitions. Out: the custom resource definitions in them, each
//! placed in its cluster. Never: other objects of these folders, or a reason to refuse a push: a file that cannot be
//! read defines nothing.

use std::sync::Arc;

use super::Placed;
use super::loader::is_definition;
use crate::render::{Listing, Role};
use kube_manifest::{Limits, Object, parse};
use kube_model::{ClusterTarget, ObjectRef};
use source_files::{BlobReader, BlobSource, RepoPath, Snapshot, TreeFile};

/// The endings of the files that are read.
const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Returns the definitions of a revision.
pub fn load_definitions(
    snapshot: &Snapshot,
    blobs: &dyn BlobSource,
    clusters: &[ClusterTarget],
    limits: &Limits,
) -> Vec<Arc<Placed>> {
    let mut placed = Vec::new();
    let mut reader = blobs.reader();
    for cluster in clusters {
        let Some(folder) = &cluster.definitions else { continue };
        for (path, file) in snapshot.files.iter().filter(|(path, _)| is_in_folder(path, folder)) {
            for object in read_definitions(&mut *reader, file, limits) {
                let id = ObjectRef::of(&object, &cluster.name);
                let (role, listing) = (Role::Complete, Listing::Unlisted);
                let object = Arc::new(object);
                placed.push(Arc::new(Placed { role, listing, path: path.clone(), id, object, unit: None }));
            }
        }
    }
    placed
}

fn is_in_folder(path: &RepoPath, folder: &str) -> bool {
    let text = path.as_str();
    let below = text.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    below && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

fn read_definitions(reader: &mut dyn BlobReader, file: &TreeFile, limits: &Limits) -> Vec<Object> {
    let Ok(bytes) = reader.read(&file.id) else { return Vec::new() };
    let mut objects = parse(bytes, limits).objects;
    objects.retain(is_definition);
    objects
}
