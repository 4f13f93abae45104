//! Which objects of changed files really differ: an edited comment, or another object of the same
//! file, changes nothing that unchanged files could matter to.

use std::collections::HashMap;
use std::sync::Arc;

use super::loader::Blobs;
use crate::manifest::Object;
use crate::render::{Member, Role};
use crate::source::RepoPath;

/// The objects of changed files, by the file and what is in it.
type ByPlace<'a> = HashMap<(&'a RepoPath, Role, &'a str, &'a str), Vec<&'a Arc<Object>>>;

/// The objects that do not stand alike in both versions of their file.
pub(super) fn differing(old: &[&Member], new: &[&Member], blobs: &Blobs) -> Vec<Arc<Object>> {
    let (old, new) = (by_place(old, blobs), by_place(new, blobs));
    let mut differing = missing(&old, &new);
    differing.extend(missing(&new, &old));
    differing
}

fn by_place<'a>(members: &[&'a Member], blobs: &'a Blobs) -> ByPlace<'a> {
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

fn missing(objects: &ByPlace<'_>, others: &ByPlace<'_>) -> Vec<Arc<Object>> {
    let mut missing = Vec::new();
    for (place, objects) in objects {
        let there = others.get(place).map(Vec::as_slice).unwrap_or_default();
        let differs = |object: &&&Arc<Object>| !there.iter().any(|other| other.root == object.root);
        missing.extend(objects.iter().filter(differs).map(|object| Arc::clone(object)));
    }
    missing
}
