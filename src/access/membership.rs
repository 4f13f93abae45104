//! Members of groups, as the repository lists them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::world::{Placed, World};
use kube_model::ClusterName;
use kube_model::rbac::{Members, Subject};

/// The groups of each user.
#[derive(Debug, Default)]
pub(crate) struct Memberships(BTreeMap<Subject, BTreeMap<Subject, Arc<Placed>>>);

impl Memberships {
    /// Collects those of one cluster.
    pub(crate) fn of(world: &World, cluster: &ClusterName) -> Self {
        let mut memberships = Self::default();
        for placed in world.objects.iter().filter(|placed| placed.id.cluster == *cluster) {
            let Some(members) = Members::of(&placed.object) else { continue };
            for (user, _) in members.users {
                let groups = memberships.0.entry(user).or_default();
                groups.insert(members.group.clone(), Arc::clone(placed));
            }
        }
        memberships
    }

    /// Returns the groups that a user is a member of.
    pub(crate) fn groups_of(&self, user: &Subject) -> impl Iterator<Item = &Subject> {
        self.0.get(user).into_iter().flat_map(BTreeMap::keys)
    }

    /// Returns every user and group that `before` does not have, with the object that lists it.
    pub(crate) fn new_since<'a>(
        &'a self,
        before: &'a Self,
    ) -> impl Iterator<Item = (&'a Subject, &'a Subject, &'a Arc<Placed>)> {
        let all = self.0.iter();
        let pairs = all.flat_map(|(user, groups)| groups.iter().map(move |(group, at)| (user, group, at)));
        pairs.filter(|(user, group, _)| !before.groups_of(user).any(|known| known == *group))
    }
}
