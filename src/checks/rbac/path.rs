//! From a subject by its binding and role to what the role permits.

use crate::finding::{Edge, Relation, Station, StationKind};
use crate::kube::rbac::{RoleReference, Subject};
use crate::world::Placed;

/// One grant: who gets what, and by what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted<'a> {
    pub(super) subject: &'a Subject,
    pub(super) binding: &'a Placed,
    pub(super) role: &'a RoleReference,
    /// What the role permits, in words.
    pub(super) permits: &'a str,
}

impl Granted<'_> {
    /// Its steps.
    pub(super) fn edges(self) -> [Edge; 3] {
        let subject = Station::new(StationKind::Subject, self.subject.to_string());
        let binding = Station::new(StationKind::Binding, self.binding.id.title());
        let role = Station::new(StationKind::Role, self.role.to_string());
        let permission = Station::new(StationKind::Permission, self.permits);
        [
            Edge { from: subject, relation: Relation::NamedIn, to: binding.clone() },
            Edge { from: binding, relation: Relation::Grants, to: role.clone() },
            Edge { from: role, relation: Relation::Permits, to: permission },
        ]
    }
}
