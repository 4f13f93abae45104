//! From a subject by its binding and role to what the role permits.

use crate::finding::{Edge, Relation, Station, StationKind};
use kube_model::rbac::{RoleReference, Subject};

/// One grant: who gets what, and by what.
#[derive(Clone, Debug)]
pub(super) struct Granted<'a> {
    pub(super) subject: &'a Subject,
    /// The group by which the subject is bound.
    pub(super) group: Option<&'a Subject>,
    /// The binding, as messages name it.
    pub(super) binding: String,
    pub(super) role: &'a RoleReference,
    /// The permissions of the role, in words.
    pub(super) permits: &'a str,
}

impl Granted<'_> {
    /// Its steps.
    pub(super) fn edges(self) -> Vec<Edge> {
        let subject = Station::new(StationKind::Subject, self.subject.to_string());
        let group = self.group.map(|group| Station::new(StationKind::Subject, group.to_string()));
        let binding = Station::new(StationKind::Binding, self.binding);
        let role = Station::new(StationKind::Role, self.role.to_string());
        let permission = Station::new(StationKind::Permission, self.permits);
        let bound = group.clone().unwrap_or_else(|| subject.clone());
        let mut edges = Vec::new();
        edges.extend(group.map(|group| Edge { from: subject, relation: Relation::NamedIn, to: group }));
        edges.push(Edge { from: bound, relation: Relation::NamedIn, to: binding.clone() });
        edges.push(Edge { from: binding, relation: Relation::Grants, to: role.clone() });
        edges.push(Edge { from: role, relation: Relation::Permits, to: permission });
        edges
    }
}
