//! Objects of the old world that did not count there.
//!
//! If an object is defined twice, one copy counts, and it is not known which. When one of them goes away, the other
//! may begin to count. The rules of an aggregated role are overwritten by those that it selects, and begin to count
//! when its aggregation rule goes away.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::world::{ObjectChange, Placed, World};
use kube_manifest::Node;
use kube_model::ObjectRef;
use kube_model::rbac::is_rbac_group;

/// Objects of the old world. Empty for the new one, in which every object may count.
#[derive(Debug, Default)]
pub(crate) struct Superseded {
    /// Copies that another one hid.
    hidden: Vec<Arc<Placed>>,
    /// Roles whose rules were overwritten.
    aggregated: Vec<Arc<Placed>>,
}

impl Superseded {
    /// Collects the objects that begin to count by a change.
    pub(crate) fn of(old: &World, changes: &[ObjectChange]) -> Self {
        let mut superseded = Self::default();
        let mut copies: BTreeMap<&ObjectRef, Vec<&Arc<Placed>>> = BTreeMap::new();
        for placed in old.objects.iter().filter(|placed| is_rbac_group(placed.object.group())) {
            copies.entry(&placed.id).or_default().push(placed);
        }
        for change in changes {
            if let ObjectChange::Update { old_object, object } = change {
                let copies = copies.get(&old_object.id).map(Vec::as_slice).unwrap_or_default();
                let stood = copies.iter().filter(|copy| is_hidden(copy, old_object, object));
                superseded.hidden.extend(stood.map(|copy| Arc::clone(copy)));
                if is_aggregated(old_object) && !is_aggregated(object) {
                    superseded.aggregated.push(Arc::clone(old_object));
                }
            }
        }
        superseded
    }

    /// Returns true if an object did not count, because a copy of it did.
    pub(crate) fn hides(&self, placed: &Arc<Placed>) -> bool {
        self.hidden.iter().any(|hidden| Arc::ptr_eq(hidden, placed))
    }

    /// Returns true if the rules of a role did not count.
    pub(crate) fn makes_rules_stale(&self, placed: &Arc<Placed>) -> bool {
        self.aggregated.iter().any(|role| Arc::ptr_eq(role, placed))
    }
}

/// Returns true if an old copy is the object that an update falls back to: its file contained the present object.
pub(crate) fn is_hidden(copy: &Arc<Placed>, old_object: &Arc<Placed>, object: &Arc<Placed>) -> bool {
    !Arc::ptr_eq(copy, old_object) && copy.path == object.path && copy.object.root == object.object.root
}

/// Returns true if the rules of a role are overwritten by those of the roles that it selects.
pub(crate) fn is_aggregated(role: &Placed) -> bool {
    role.object.at(&["aggregationRule"]).is_some_and(|rule| !Node::is_null(rule))
}
