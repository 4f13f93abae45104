//! Pairs old and new objects by identity.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{ObjectChange, Placed};
use crate::kube::ObjectRef;
use crate::render::Role;
use crate::source::RepoPath;

/// Fragments are merged into other objects: each pairs only with itself.
type Key<'a> = (&'a ObjectRef, Option<&'a RepoPath>);

/// What stands under one identity before and after.
type Sides<'a> = (Vec<&'a Arc<Placed>>, Vec<&'a Arc<Placed>>);

fn key(placed: &Placed) -> Key<'_> {
    let own_path = match placed.role {
        Role::Complete => None,
        Role::Fragment | Role::Template => Some(&placed.path),
    };
    (&placed.id, own_path)
}

/// The changes between two worlds. Where an identity stands more than once, a new object is
/// compared with every old one, except with those whose own file still holds the identity: each of
/// these is the old side of its own file. An object that is new to its file is compared with all.
pub(super) fn pair(
    old: &[Arc<Placed>],
    new: &[Arc<Placed>],
    changed: &BTreeSet<RepoPath>,
) -> Vec<ObjectChange> {
    let mut sides: BTreeMap<Key<'_>, Sides<'_>> = BTreeMap::new();
    old.iter().for_each(|placed| sides.entry(key(placed)).or_default().0.push(placed));
    new.iter().for_each(|placed| sides.entry(key(placed)).or_default().1.push(placed));
    sides.values().flat_map(|(old, new)| pair_identity(old, new, changed)).collect()
}

fn pair_identity(
    old: &[&Arc<Placed>],
    new: &[&Arc<Placed>],
    changed: &BTreeSet<RepoPath>,
) -> Vec<ObjectChange> {
    let mut changes = Vec::new();
    for object in new.iter().filter(|object| changed.contains(&object.path)) {
        let at_home = old.iter().any(|candidate| candidate.path == object.path);
        let stays = |candidate: &Arc<Placed>| new.iter().any(|other| other.path == candidate.path);
        let is_rival =
            |candidate: &&&Arc<Placed>| !at_home || candidate.path == object.path || !stays(candidate);
        let rivals = old.iter().filter(is_rival);
        changes.extend(compare(object, &rivals.copied().collect::<Vec<_>>()));
    }
    if new.is_empty() {
        let gone = old.iter().filter(|object| changed.contains(&object.path));
        changes.extend(gone.map(|object| ObjectChange::Delete { old_object: Arc::clone(object) }));
    }
    changes
}

/// One new object against its old ones. An object that stays as it is somewhere is no change, and
/// neither is a move.
fn compare(object: &Arc<Placed>, rivals: &[&Arc<Placed>]) -> Vec<ObjectChange> {
    let same = |old: &&Arc<Placed>| old.object.root == object.object.root;
    if rivals.is_empty() {
        return vec![ObjectChange::Create { object: Arc::clone(object) }];
    }
    if rivals.iter().copied().any(|old| same(&old) && old.path == object.path) || rivals.iter().all(same) {
        return Vec::new();
    }
    let different = rivals.iter().copied().filter(|old| !same(old));
    different
        .map(|old| ObjectChange::Update { old_object: Arc::clone(old), object: Arc::clone(object) })
        .collect()
}
