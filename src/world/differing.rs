//! The objects of changed files that really differ. An edited comment, or another object of the same file, changes
//! nothing that unchanged files could depend on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::loader::Blobs;
use crate::render::{Member, Role};
use kube_manifest::Object;
use source_files::RepoPath;

/// The objects of changed files, by file, role, kind and name.
type ByPlace<'a> = HashMap<(&'a RepoPath, Role, &'a str, &'a str), Vec<&'a Arc<Object>>>;

/// The objects that differ between both versions of their file: the old ones and the new ones.
#[derive(Debug, Default)]
pub(super) struct Differing {
    pub(super) old: Vec<Arc<Object>>,
    pub(super) new: Vec<Arc<Object>>,
    /// Old objects whose kind and name are in no new file that changed, so that other objects may name them in vain.
    pub(super) gone: Vec<Arc<Object>>,
}

/// Compares the changed files.
pub(super) fn find_differing(old: &[&Member], new: &[&Member], blobs: &Blobs) -> Differing {
    let (old, new) = (index_by_place(old, blobs), index_by_place(new, blobs));
    Differing { old: find_missing(&old, &new), new: find_missing(&new, &old), gone: find_gone(&old, &new) }
}

impl Differing {
    /// Returns old and new ones.
    pub(super) fn all(&self) -> impl Iterator<Item = &Object> + Clone {
        self.old.iter().chain(&self.new).map(AsRef::as_ref)
    }
}

fn find_gone(old: &ByPlace<'_>, new: &ByPlace<'_>) -> Vec<Arc<Object>> {
    let there: HashSet<_> = new.values().flatten().map(|object| identity(object)).collect();
    let old = old.values().flatten().filter(|object| !there.contains(&identity(object)));
    old.map(|object| Arc::clone(object)).collect()
}

fn identity(object: &Object) -> (&str, &str, Option<&str>) {
    (&object.kind, &object.name, object.namespace.as_deref())
}

fn index_by_place<'a>(members: &[&'a Member], blobs: &'a Blobs) -> ByPlace<'a> {
    let mut places = ByPlace::new();
    for member in members {
        let Some(Ok(loaded)) = blobs.get(&member.file.id) else { continue };
        for object in loaded.objects.iter().chain(loaded.kustomize.iter().flatten()) {
            let place = (&member.path, member.role, &*object.kind, &*object.name);
            places.entry(place).or_default().push(object);
        }
    }
    places
}

fn find_missing(objects: &ByPlace<'_>, others: &ByPlace<'_>) -> Vec<Arc<Object>> {
    let mut missing = Vec::new();
    for (place, objects) in objects {
        let there = others.get(place).map(Vec::as_slice).unwrap_or_default();
        let differs = |object: &&&Arc<Object>| !there.iter().any(|other| other.root == object.root);
        missing.extend(objects.iter().filter(differs).map(|object| Arc::clone(object)));
    }
    missing
}
