//! The objects of units in their clusters, and the differences between both revisions.
//!
//! In: the units that a change affects. Out: placed objects, and changes by unit and identity. Never: takes an object
//! that nothing deployed for the old side of one that is deployed now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::builder::{WorldInput, has_own_identity};
use super::change::{ObjectChange, Placed};
use super::differing::Differing;
use super::substitution::{Flux, Substitution, substitute};
use super::unit_place::{Arrival, UnitPlace};
use crate::render::{ChangedUnits, Layout, Listing, Member, RenderedUnit, Role, Unit, UnitState};
use kube_manifest::Object;
use kube_model::{ClusterName, ObjectRef};
use source_files::RepoPath;

/// The objects of the affected units before and after.
#[derive(Debug, Default)]
pub(super) struct RenderedObjects {
    pub(super) old: Vec<Arc<Placed>>,
    pub(super) new: Vec<Arc<Placed>>,
    /// Units that are gone, so that their objects may be in another unit now.
    gone: HashSet<RepoPath>,
}

impl RenderedObjects {
    /// Places the objects. A unit that can no longer be rendered takes nothing away: its files are judged instead.
    pub(super) fn of(units: &ChangedUnits) -> Self {
        let mut objects = Self::default();
        for unit in &units.units {
            let is_judged = match &unit.new {
                UnitState::Refused(_) => false,
                UnitState::Rendered(_) => true,
                UnitState::Absent => {
                    objects.gone.insert(unit.folder.clone());
                    true
                }
            };
            let old = unit.old.rendered().filter(|_| is_judged);
            let old: Vec<_> =
                old.into_iter().flat_map(|side| place_side(unit, side, units, |_| Arrival::Before)).collect();
            let before: HashSet<&ObjectRef> = old.iter().map(|placed| &placed.id).collect();
            let arrival = |id: &ObjectRef| if before.contains(id) { Arrival::Stays } else { Arrival::New };
            let new = unit.new.rendered().into_iter().flat_map(|side| place_side(unit, side, units, arrival));
            objects.new.extend(new);
            objects.old.extend(old);
        }
        objects
    }

    /// Returns the same units with other objects.
    pub(super) fn with(self, old: Vec<Arc<Placed>>, new: Vec<Arc<Placed>>) -> Self {
        Self { old, new, gone: self.gone }
    }

    /// Returns the objects after a substitution.
    pub(super) fn substituted(&self, substitution: Substitution, flux: Flux) -> Self {
        let fill = |placed: &Arc<Placed>| {
            let object = substitute(&placed.object, substitution, flux);
            if Arc::ptr_eq(&object, &placed.object) {
                Arc::clone(placed)
            } else {
                Arc::new(placed.with_object(object))
            }
        };
        Self {
            old: self.old.iter().map(fill).collect(),
            new: self.new.iter().map(fill).collect(),
            gone: self.gone.clone(),
        }
    }

    /// Adds the objects that differ within their unit.
    pub(super) fn add_differing(&self, differing: &mut Differing) {
        let (old, new) = (index_by_home(&self.old), index_by_home(&self.new));
        differing.old.extend(find_missing(&old, &new));
        differing.new.extend(find_missing(&new, &old));
        let there: HashSet<&ObjectRef> = self.new.iter().map(|placed| &placed.id).collect();
        let gone = self.old.iter().filter(|placed| !there.contains(&placed.id));
        differing.gone.extend(gone.map(|placed| Arc::clone(&placed.object)));
    }

    /// Returns the changes between both revisions. `loose` holds old objects that no kustomization governed; they may be
    /// in a unit now.
    pub(super) fn pair(&self, loose: &[Arc<Placed>]) -> Vec<ObjectChange> {
        let (old, new) = (index_by_home(&self.old), index_by_home(&self.new));
        let mut moved: HashMap<&ObjectRef, Vec<&Arc<Placed>>> = HashMap::new();
        let gone = self.old.iter().filter(|placed| self.gone.contains(placed.home()));
        for placed in gone.chain(loose) {
            moved.entry(&placed.id).or_default().push(placed);
        }
        let mut changes = Vec::new();
        for placed in &self.new {
            match old.get(&(&placed.id, placed.home())) {
                Some(old_object) => changes.extend(update(old_object, placed)),
                None => changes.extend(arrive(placed, moved.get(&placed.id))),
            }
        }
        let there: HashSet<&ObjectRef> = self.new.iter().map(|placed| &placed.id).collect();
        for placed in &self.old {
            let stays = new.contains_key(&(&placed.id, placed.home()));
            let elsewhere = there.contains(&placed.id)
                && (self.gone.contains(placed.home()) || placed.id.cluster != ClusterName::fallback());
            if !stays && !elsewhere {
                changes.push(ObjectChange::Delete { old_object: Arc::clone(placed) });
            }
        }
        changes
    }
}

/// The objects of a revision by identity and unit.
type ByHome<'a> = HashMap<(&'a ObjectRef, &'a RepoPath), &'a Arc<Placed>>;

fn index_by_home(objects: &[Arc<Placed>]) -> ByHome<'_> {
    objects.iter().map(|placed| ((&placed.id, placed.home()), placed)).collect()
}

fn find_missing<'a>(
    objects: &'a ByHome<'_>,
    others: &'a ByHome<'_>,
) -> impl Iterator<Item = Arc<Object>> + 'a {
    let differs = |(place, placed): &(&(&ObjectRef, &RepoPath), &&Arc<Placed>)| {
        others.get(*place).is_none_or(|other| other.object.root != placed.object.root)
    };
    objects.iter().filter(differs).map(|(_, placed)| Arc::clone(&placed.object))
}

fn update(old_object: &Arc<Placed>, object: &Arc<Placed>) -> Option<ObjectChange> {
    let differs = old_object.object.root != object.object.root;
    differs.then(|| ObjectChange::Update { old_object: Arc::clone(old_object), object: Arc::clone(object) })
}

/// Returns the changes by an object that is new to its unit: against each object that it may have been before.
fn arrive(object: &Arc<Placed>, before: Option<&Vec<&Arc<Placed>>>) -> Vec<ObjectChange> {
    let Some(before) = before else { return vec![ObjectChange::Create { object: Arc::clone(object) }] };
    if before.iter().any(|old| old.object.root == object.object.root) {
        return Vec::new();
    }
    before.iter().filter_map(|old| update(old, object)).collect()
}

/// Places the objects of one side of a unit, once for each cluster.
fn place_side(
    unit: &Unit,
    side: &RenderedUnit,
    units: &ChangedUnits,
    arrival: impl Fn(&ObjectRef) -> Arrival,
) -> Vec<Arc<Placed>> {
    let mut placed = Vec::new();
    for rendered in &side.objects {
        let Some(file) = side.writings.file(rendered.node.origin) else { continue };
        let object = Object::new(Arc::clone(&file.text), Arc::from([]), rendered.node.clone()).opened();
        if !has_own_identity(&object) {
            continue;
        }
        let object = Arc::new(object);
        let touched = side.kustomizations_in(&rendered.via).filter(|path| units.changed.contains(*path));
        let touched: Vec<RepoPath> = touched.cloned().collect();
        for cluster in &unit.clusters {
            let id = ObjectRef::of(&object, cluster);
            let place = UnitPlace {
                unit: unit.folder.clone(),
                writings: Arc::clone(&side.writings),
                listed: rendered.listed.clone(),
                changed: Arc::clone(&units.changed),
                kustomizations: touched.clone(),
                arrival: arrival(&id),
            };
            placed.push(Arc::new(Placed {
                role: Role::Complete,
                listing: Listing::Listed,
                path: file.path.clone(),
                id,
                object: Arc::clone(&object),
                unit: Some(Arc::new(place)),
            }));
        }
    }
    placed
}

/// Returns true if the folder of a file holds a kustomization. A tool that deploys such a folder renders it. A file in
/// any other folder may also be deployed as it is, whatever a kustomization elsewhere makes of it.
fn is_governed(layout: &Layout, member: &Member) -> bool {
    layout.has_kustomization(&RepoPath::new(member.path.parent()))
}

/// The files whose objects are judged as their units give them.
pub(super) struct RenderedFiles<'a> {
    now: HashSet<&'a RepoPath>,
    before: HashSet<&'a RepoPath>,
    there: HashSet<&'a RepoPath>,
}

impl<'a> RenderedFiles<'a> {
    pub(super) fn of(input: &'a WorldInput<'a>) -> Self {
        let (now, before) = (input.units.cover_new(), input.units.cover_old());
        let is_now =
            |member: &&Member| is_governed(input.new, member) && now.has(&member.path, &member.file.id);
        let was =
            |member: &&Member| is_governed(input.old, member) && before.has(&member.path, &member.file.id);
        let now = input.new.members.iter().filter(is_now);
        let before = input.old.members.iter().filter(was);
        let (now, before) = (now.map(|member| &member.path), before.map(|member| &member.path));
        let (now, before) = (now.collect(), before.collect());
        let there = input.new.members.iter().map(|member| &member.path).collect();
        Self { now, before, there }
    }

    /// Returns true if a unit takes something from a file after the change.
    pub(super) fn are_rendered(&self, path: &RepoPath) -> bool {
        self.now.contains(path)
    }

    /// Returns true if a unit took something from a file that is no longer there.
    pub(super) fn were_rendered_and_are_gone(&self, path: &RepoPath) -> bool {
        self.before.contains(path) && !self.there.contains(path)
    }
}

/// Returns the objects of units and those of files.
pub(super) fn split_by_deployment(world: &[Arc<Placed>]) -> (Vec<Arc<Placed>>, Vec<Arc<Placed>>) {
    world.iter().cloned().partition(|placed| placed.unit.is_some())
}
