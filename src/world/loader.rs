//! Reads and parses blobs in parallel, each only once, even if several paths have it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use super::needles::Needles;
use kube_manifest::{Limits, Manifest, Object, Problem, Reading, parse};
use kube_model::builtin;
use kube_model::rbac::is_rbac_group;
use source_files::{BlobError, BlobReader, BlobSource, ObjectId, SourceText};

/// The parts of a parsed blob that are kept.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) source: Arc<SourceText>,
    pub(super) objects: Vec<Arc<Object>>,
    /// The objects of the `kustomize` reading, if they differ.
    pub(super) kustomize: Option<Vec<Arc<Object>>>,
    pub(super) problems: Vec<Problem>,
    /// Says whether a text of it may name a variable of Flux.
    pub(super) names_variables: bool,
}

impl Loaded {
    fn of(manifest: Manifest, keep: impl Fn(&Object) -> bool) -> Self {
        let kept = |objects: Vec<Object>| {
            let opened = objects.into_iter().map(Object::opened);
            opened.filter(|object| keep(object)).map(Arc::new).collect::<Vec<_>>()
        };
        Self {
            names_variables: memchr::memmem::find(manifest.source.bytes(), b"${").is_some(),
            source: manifest.source,
            objects: kept(manifest.objects),
            kustomize: manifest.kustomize.map(kept),
            problems: manifest.problems,
        }
    }

    /// Returns the objects of one reading.
    pub(super) fn objects_of(&self, reading: Reading) -> &[Arc<Object>] {
        match reading {
            Reading::Kubectl => &self.objects,
            Reading::Kustomize => self.kustomize.as_deref().unwrap_or(&self.objects),
        }
    }
}

/// Parsed blobs by id.
pub(super) type Blobs = HashMap<ObjectId, Result<Loaded, BlobError>>;

/// The most keys and values of all changed files of one push, which are in memory at once.
const CHANGED_NODES: usize = 3_000_000;

/// Loads every object of every blob.
pub(super) fn load_all(source: &dyn BlobSource, ids: &[&ObjectId], limits: &Limits) -> Blobs {
    let left = AtomicUsize::new(CHANGED_NODES);
    load(
        source,
        ids,
        |reader, id| reader.read(id),
        |bytes| {
            let manifest = parse(bytes, limits);
            let spent = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(manifest.nodes));
            Some(
                spent
                    .map(|_| Loaded::of(manifest, |_| true))
                    .map_err(|_| BlobError::TooMuch { limit: CHANGED_NODES }),
            )
        },
    )
}

/// Loads the objects of unchanged blobs that a changed object may depend on. Blobs without such an object are read but
/// not parsed.
pub(super) fn load_related(
    source: &dyn BlobSource,
    ids: &[&ObjectId],
    needles: &Needles,
    limits: &Limits,
) -> Blobs {
    load(
        source,
        ids,
        |reader, id| reader.read_unchanged(id),
        |bytes| {
            let may_matter = needles.may_be_in(&bytes);
            may_matter.then(|| Ok(Loaded::of(parse(bytes, limits), |object| needles.wants(object))))
        },
    )
}

type Read = fn(&mut (dyn BlobReader + '_), &ObjectId) -> Result<Vec<u8>, BlobError>;

fn load(
    source: &dyn BlobSource,
    ids: &[&ObjectId],
    read: Read,
    parse: impl Fn(Vec<u8>) -> Option<Result<Loaded, BlobError>> + Sync,
) -> Blobs {
    let loaded = ids.par_iter().map_init(
        || source.reader(),
        |reader, id| match read(&mut **reader, id) {
            Ok(bytes) => parse(bytes).map(|loaded| ((*id).clone(), loaded)),
            Err(error) => Some(((*id).clone(), Err(error))),
        },
    );
    loaded.flatten_iter().collect()
}

/// Returns true for the kinds that decide about permissions.
pub(super) fn is_rbac(object: &Object) -> bool {
    is_rbac_group(object.group())
}

/// Returns true for definitions of custom kinds.
pub(super) fn is_definition(object: &Object) -> bool {
    &*object.kind == "CustomResourceDefinition"
}

/// Returns true for kinds whose schema is a definition in the repository.
pub(super) fn is_custom(object: &Object) -> bool {
    !builtin::owns_group(object.group())
}
