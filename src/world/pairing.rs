//! Pairs old and new objects by identity.

use std::sync::Arc;

use rayon::prelude::*;

use super::builder::Changed;
use super::change::{ObjectChange, Placed};
use crate::render::Role;
use kube_model::{ClusterName, ObjectRef};
use source_files::RepoPath;

/// The key of an identity. Fragments are merged into other objects, so each pairs only with itself.
type Key<'a> = (&'a ObjectRef, Option<&'a RepoPath>);

/// The world of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Old,
    New,
}

/// The objects of one identity before and after.
type Sides<'a> = (&'a [&'a Arc<Placed>], &'a [&'a Arc<Placed>]);

fn key_of(placed: &Placed) -> Key<'_> {
    let own_path = match placed.role {
        Role::Complete | Role::Base => None,
        Role::Fragment | Role::Template | Role::Expectation => Some(&placed.path),
    };
    (&placed.id, own_path)
}

/// Returns the changes between two worlds. Objects that the API server names (`generateName`) are created each time
/// and never pair. If an identity is defined more than once, a new object is compared with every old one, except with
/// those whose own file still holds the identity: each of these is the old side of its own file. An object that is new
/// to its file is compared with all, and a fragment that is new with the whole objects that it may be merged into, or
/// may be beside. A copy that stays is compared with those that went away, because the cluster falls back to it.
pub(super) fn pair(old: &[Arc<Placed>], new: &[Arc<Placed>], changed: &Changed) -> Vec<ObjectChange> {
    let old = old.iter().map(|placed| (key_of(placed), Side::Old, placed));
    let new = new.iter().map(|placed| (key_of(placed), Side::New, placed));
    let mut all: Vec<(Key<'_>, Side, &Arc<Placed>)> = old.chain(new).collect();
    // Keeps the order of the files within an identity.
    all.par_sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
    let placed: Vec<&Arc<Placed>> = all.iter().map(|(_, _, placed)| *placed).collect();
    let identities = collect_identities(&all, &placed);
    identities.par_iter().flat_map_iter(|identity| pair_sides(identity, &identities, changed)).collect()
}

/// Returns the changes of one identity. A fragment in a new file pairs with the fragments that are gone, or else with
/// the whole objects of its identity.
fn pair_sides(
    identity: &(Key<'_>, Sides<'_>),
    identities: &[(Key<'_>, Sides<'_>)],
    changed: &Changed,
) -> Vec<ObjectChange> {
    let ((id, path), (old, new)) = identity;
    if id.name.is_empty() {
        return create_anew(old, new, changed);
    }
    if path.is_none() || !old.is_empty() {
        return pair_identity(old, new, changed);
    }
    let moved = find_gone_fragments(identities, id);
    if !moved.is_empty() {
        return pair_identity(&moved, new, changed);
    }
    let whole = find(identities, (id, None)).map_or(*old, |(whole, _)| whole);
    pair_identity(whole, new, changed)
}

/// Returns every identity with its sides, sorted.
fn collect_identities<'a>(
    sorted: &[(Key<'a>, Side, &Arc<Placed>)],
    placed: &'a [&'a Arc<Placed>],
) -> Vec<(Key<'a>, Sides<'a>)> {
    let mut rest = placed;
    let groups = sorted.chunk_by(|(one, _, _), (other, _, _)| one == other);
    let sides = groups.filter_map(|group| {
        let (here, further) = rest.split_at_checked(group.len())?;
        rest = further;
        let old = group.partition_point(|(_, side, _)| *side == Side::Old);
        Some((group.first()?.0, here.split_at_checked(old)?))
    });
    sides.collect()
}

/// Returns the fragments of an identity whose files no longer hold it. A fragment in a new file was moved.
fn find_gone_fragments<'a>(identities: &[(Key<'_>, Sides<'a>)], id: &ObjectRef) -> Vec<&'a Arc<Placed>> {
    let start = identities.partition_point(|((other, _), _)| *other < id);
    let same = identities.iter().skip(start).take_while(|((other, _), _)| *other == id);
    let gone = same.filter(|((_, path), (_, new))| path.is_some() && new.is_empty());
    gone.flat_map(|(_, (old, _))| old.iter().copied()).collect()
}

/// Returns creations for objects without a name in changed files. They are never updated.
fn create_anew(old: &[&Arc<Placed>], new: &[&Arc<Placed>], changed: &Changed) -> Vec<ObjectChange> {
    let mut changes = Vec::new();
    for object in new.iter().filter(|object| changed.contains(&object.path)) {
        if !old.iter().any(|other| other.object.root == object.object.root) {
            changes.push(ObjectChange::Create { object: Arc::clone(object) });
        }
    }
    changes
}

fn find<'a>(identities: &[(Key<'_>, Sides<'a>)], wanted: Key<'_>) -> Option<Sides<'a>> {
    let index = identities.binary_search_by(|(key, _)| key.cmp(&wanted)).ok()?;
    identities.get(index).map(|(_, sides)| *sides)
}

fn pair_identity(old: &[&Arc<Placed>], new: &[&Arc<Placed>], changed: &Changed) -> Vec<ObjectChange> {
    let mut changes = Vec::new();
    for object in new.iter().filter(|object| changed.contains(&object.path)) {
        let at_home = old.iter().any(|candidate| candidate.path == object.path);
        let is_rival = |candidate: &&&Arc<Placed>| {
            !at_home || candidate.path == object.path || !still_holds(candidate, new)
        };
        let rivals = old.iter().filter(is_rival).copied().collect::<Vec<_>>();
        changes.extend(compare(object, &rivals, find_overtaken(object, old, new)));
    }
    for object in new.iter().filter(|object| !changed.contains(&object.path)) {
        let gone = old
            .iter()
            .filter(|candidate| !still_holds(candidate, new) && are_side_by_side(candidate, object));
        changes.extend(updates(object, gone.copied()));
    }
    if new.is_empty() {
        let gone = old.iter().filter(|object| changed.contains(&object.path));
        changes.extend(gone.map(|object| ObjectChange::Delete { old_object: Arc::clone(object) }));
    }
    changes
}

/// Returns true if the file of an old object still holds the identity.
fn still_holds(old: &Arc<Placed>, new: &[&Arc<Placed>]) -> bool {
    new.iter().any(|other| other.path == old.path)
}

/// Returns true if two copies are certainly of one cluster: the policy says so, or one is in or below the folder of
/// the other. A repository whose policy names no clusters may hold several side by side.
fn are_side_by_side(old: &Placed, object: &Placed) -> bool {
    let (one, other) = (old.path.parent(), object.path.parent());
    object.id.cluster != ClusterName::fallback() || is_in(one, other) || is_in(other, one)
}

/// Returns true if a folder is another one, or below it.
fn is_in(folder: &str, other: &str) -> bool {
    let rest = folder.strip_prefix(other);
    other.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the object that the last object of its identity in a file replaces. The last one counts.
fn find_overtaken<'a>(
    object: &Arc<Placed>,
    old: &[&'a Arc<Placed>],
    new: &[&Arc<Placed>],
) -> Option<&'a Arc<Placed>> {
    let last_new = new.iter().rfind(|other| other.path == object.path)?;
    let last_old = old.iter().rfind(|other| other.path == object.path)?;
    Arc::ptr_eq(last_new, object).then_some(*last_old)
}

/// Compares one new object with its old ones. An object that stays unchanged somewhere is not a change, and neither is
/// a move. An object that now replaces another copy in its file is.
fn compare(
    object: &Arc<Placed>,
    rivals: &[&Arc<Placed>],
    overtaken: Option<&Arc<Placed>>,
) -> Vec<ObjectChange> {
    if rivals.is_empty() {
        return vec![ObjectChange::Create { object: Arc::clone(object) }];
    }
    if rivals.iter().any(|old| old.path == object.path && old.object.root == object.object.root) {
        return updates(object, overtaken.into_iter());
    }
    updates(object, rivals.iter().copied())
}

fn updates<'a>(object: &Arc<Placed>, rivals: impl Iterator<Item = &'a Arc<Placed>>) -> Vec<ObjectChange> {
    let different = rivals.filter(|old| old.object.root != object.object.root);
    different
        .map(|old| ObjectChange::Update { old_object: Arc::clone(old), object: Arc::clone(object) })
        .collect()
}
