//! Objects that may be deployed to any cluster.
//!
//! In: both worlds of a policy that names clusters. Out: the objects on paths that no cluster names, placed beside
//! their counterparts in every cluster that has one. Never: takes an object out of the cluster `default` unless it has
//! only moved there.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::change::Placed;
use crate::render::{Role, Selection};
use kube_model::rbac::{Binding, RoleReference};
use kube_model::{ClusterName, ObjectRef};

/// The objects of a cluster that an object elsewhere may belong to.
#[derive(Debug, Default)]
struct Counterparts {
    identities: HashSet<Identity>,
    /// Objects of which the cluster only holds a patch. The object itself is deployed from elsewhere.
    patched: HashSet<Identity>,
    /// Roles that bindings of the cluster name.
    bound: HashSet<Identity>,
    aggregates: Aggregation,
}

/// Says whether a cluster has a role that aggregates others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Aggregation {
    #[default]
    None,
    Some,
}

/// An object without its cluster.
type Identity = (Box<str>, Box<str>, Option<Box<str>>, Box<str>);

fn identity(id: &ObjectRef) -> Identity {
    (id.group.clone(), id.kind.clone(), id.namespace.clone(), id.name.clone())
}

/// Adds to both worlds the objects of unnamed paths, once for each cluster that has a counterpart of them.
pub(super) fn place_beside_counterparts(
    selection: &Selection,
    old: &mut Vec<Arc<Placed>>,
    new: &mut Vec<Arc<Placed>>,
) {
    if !selection.names_clusters() {
        return;
    }
    let is_loose = |placed: &Arc<Placed>| !is_of_a_named_cluster(selection, placed);
    if !old.iter().chain(new.iter()).any(is_loose) {
        return;
    }
    // An object that a cluster gains now did not exist there before only because an object elsewhere had its name.
    let before = collect_counterparts(old.iter().filter(|placed| !is_loose(placed)));
    let after = collect_counterparts(old.iter().chain(new.iter()).filter(|placed| !is_loose(placed)));
    let moved_there = find_moved(selection, old, new);
    for (world, copies) in [(&mut *old, &before), (&mut *new, &after)] {
        let mut beside = Vec::new();
        for placed in world.iter().filter(|placed| is_loose(placed)) {
            for (cluster, counterparts) in &after {
                let has_copy = copies.get(cluster).is_some_and(|copies| copies.hold_copy_of(placed));
                if has_copy || counterparts.use_it(placed) {
                    beside.push(move_to(placed, cluster));
                }
            }
        }
        world.append(&mut beside);
    }
    let is_only_moved = |placed: &Arc<Placed>| {
        placed.id.cluster == ClusterName::fallback()
            && is_loose(placed)
            && moved_there.contains(&identity(&placed.id))
    };
    new.retain(|placed| !is_only_moved(placed));
}

/// Returns true if the policy names the cluster of an object.
fn is_of_a_named_cluster(selection: &Selection, placed: &Placed) -> bool {
    match &placed.unit {
        Some(_) => placed.id.cluster != ClusterName::fallback(),
        None => selection.is_of_a_named_cluster(&placed.path),
    }
}

/// Returns the objects that files of clusters held before the change and no longer hold.
fn find_moved(selection: &Selection, old: &[Arc<Placed>], new: &[Arc<Placed>]) -> HashSet<Identity> {
    let named = |world: &[Arc<Placed>]| -> HashSet<Identity> {
        let placed = world.iter().filter(|placed| is_of_a_named_cluster(selection, placed));
        placed.map(|placed| identity(&placed.id)).collect()
    };
    let kept = named(new);
    named(old).into_iter().filter(|id| !kept.contains(id)).collect()
}

fn collect_counterparts<'a>(
    placed: impl Iterator<Item = &'a Arc<Placed>>,
) -> BTreeMap<ClusterName, Counterparts> {
    let mut clusters: BTreeMap<ClusterName, Counterparts> = BTreeMap::new();
    for placed in placed {
        clusters.entry(placed.id.cluster.clone()).or_default().add(placed);
    }
    clusters
}

fn move_to(placed: &Placed, cluster: &ClusterName) -> Arc<Placed> {
    let id = ObjectRef { cluster: cluster.clone(), ..placed.id.clone() };
    Arc::new(Placed { id, ..placed.with_object(Arc::clone(&placed.object)) })
}

impl Counterparts {
    fn add(&mut self, placed: &Placed) {
        match placed.role {
            Role::Fragment => self.patched.insert(identity(&placed.id)),
            Role::Complete | Role::Base | Role::Template | Role::Expectation => {
                self.identities.insert(identity(&placed.id))
            }
        };
        self.bound.extend(role_of(placed));
        if placed.object.at(&["aggregationRule"]).is_some() {
            self.aggregates = Aggregation::Some;
        }
    }

    /// Returns true if an object of the same name is here.
    fn hold_copy_of(&self, placed: &Placed) -> bool {
        self.identities.contains(&identity(&placed.id))
    }

    /// Returns true if an object is patched, bound or aggregated here, or names a role that is here.
    fn use_it(&self, placed: &Placed) -> bool {
        let own = identity(&placed.id);
        let role_is_here = || role_of(placed).is_some_and(|role| self.identities.contains(&role));
        let is_aggregated =
            || self.aggregates == Aggregation::Some && placed.object.at(&["metadata", "labels"]).is_some();
        self.patched.contains(&own)
            || self.bound.contains(&own)
            || role_is_here()
            || (&*placed.id.kind == "ClusterRole" && is_aggregated())
    }
}

/// Returns the role that a binding names.
fn role_of(placed: &Placed) -> Option<Identity> {
    let namespace = placed.id.namespace.as_deref();
    let binding = Binding::of(&placed.object, namespace)?;
    let group = Box::from("rbac.authorization.k8s.io");
    Some(match binding.role {
        RoleReference::ClusterRole(name) => (group, "ClusterRole".into(), None, name),
        RoleReference::Role(name) => (group, "Role".into(), placed.id.namespace.clone(), name),
        RoleReference::Unknown(_) => return None,
    })
}
