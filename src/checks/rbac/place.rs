//! The place at which a gain is shown.

use std::sync::Arc;

use super::gain::Gain;
use super::rbac_escalation::META;
use crate::access::{Bound, Grant, PlacedRule, is_aggregated, is_hidden};
use crate::finding::{Finding, Location, Side};
use crate::world::{ObjectChange, Operation, Placed, World};
use kube_model::rbac::{Binding, Members, is_rbac_group};

/// A grant, and the rule of its role that brings what is new.
pub(super) struct Site<'a> {
    pub(super) gain: &'a Gain<'a>,
    pub(super) grant: &'a Grant,
    pub(super) culprit: Option<&'a PlacedRule>,
}

impl Bound {
    /// The binding, as messages name it.
    pub(super) fn title(&self) -> String {
        match self {
            Self::By(binding) => binding.id.title(),
            Self::ByDefault(title) => title.clone(),
            Self::Elsewhere => "a binding outside the repository".to_owned(),
        }
    }
}

impl Site<'_> {
    /// A finding about what brings the gain: the group of a new member, the binding, or if that is not in
    /// the repository the role.
    pub(super) fn finding(&self, message: String) -> Finding {
        match (&self.grant.bound, self.gain.member) {
            (_, Some((_, group))) => self.about(group, message).at(self.member_place(group)),
            (Bound::By(binding), None) => self.at_binding(binding, message),
            (Bound::ByDefault(_) | Bound::Elsewhere, None) => self.at_role(message),
        }
    }

    /// Adds what cannot be seen at the place.
    pub(super) fn explained(&self, finding: Finding) -> Finding {
        let role = &self.grant.role;
        let finding = match (&self.grant.bound, self.gain.member) {
            (bound, Some((group, _))) => {
                finding.note("member", format!("{} is bound to {role} by {}", group, bound.title()))
            }
            (Bound::ByDefault(title), None) => {
                finding.note("bound", format!("by {title}, which every API server makes"))
            }
            (Bound::Elsewhere, None) => {
                finding.note("bound", "by bindings outside the repository, which are not visible here")
            }
            (Bound::By(_), None) => finding,
        };
        let placed = self.culprit.and_then(PlacedRule::node).map(|(placed, _)| placed);
        let change = placed.and_then(|placed| self.change_of(placed));
        match change.and_then(|change| begins_to_count(change, self.gain.sides.context.old)) {
            Some(reason) => finding.note("note", reason),
            None => finding,
        }
    }

    fn about(&self, placed: &Arc<Placed>, message: String) -> Finding {
        let operation = self.change_of(placed).map_or(Operation::Update, ObjectChange::operation);
        Finding::about_object(META.id, placed, operation, message)
    }

    fn member_place(&self, group: &Arc<Placed>) -> Location {
        let users = Members::of(&group.object).map(|members| members.users).unwrap_or_default();
        let node = users.iter().find(|(user, _)| user == self.gain.subject).map(|(_, node)| *node);
        node.map_or_else(
            || Location::of_object(group, Side::New),
            |node| Location::of_node(group, node, Side::New),
        )
    }

    /// At the binding if the change touches it, else at the rule that the change brings.
    fn at_binding(&self, binding: &Arc<Placed>, message: String) -> Finding {
        let change = self.change_of(binding);
        let finding = self.about(binding, message);
        let binding_place = self.locate_binding(binding, change);
        match (change, self.rule_place()) {
            (Some(_) | None, None) => finding.at(binding_place),
            (Some(_), Some(rule)) => finding.at(binding_place).related(rule),
            (None, Some(rule)) => finding.at(rule).related(binding_place),
        }
    }

    /// At the rule, about the role that has it. Something of the change is always to blame.
    fn at_role(&self, message: String) -> Finding {
        let of_rule = self.culprit.and_then(PlacedRule::node).map(|(placed, _)| placed);
        let placed = of_rule.or_else(|| self.written_role());
        let any = || self.gain.sides.context.changes.iter().find(|change| self.may_be_to_blame(change));
        let Some(placed) = placed.or_else(|| any().map(ObjectChange::subject)) else {
            return Finding::new(META.id, crate::finding::Subject::File, message);
        };
        let place = self.rule_place().unwrap_or_else(|| Location::of_object(placed, Side::New));
        self.about(placed, message).at(place)
    }

    fn may_be_to_blame(&self, change: &ObjectChange) -> bool {
        let placed = change.subject();
        placed.id.cluster == *self.gain.sides.cluster && is_rbac_group(placed.object.group())
    }

    /// The role of the grant if the change touches it, else any place where it is written.
    fn written_role(&self) -> Option<&Arc<Placed>> {
        let written = self.gain.sides.new.roles.written(&self.grant.role, self.gain.scope.namespace());
        let touched = written.iter().find(|placed| self.change_of(placed).is_some());
        touched.or(written.first())
    }

    /// The rule, or for an aggregated one the aggregation rule that selects it.
    fn rule_place(&self) -> Option<Location> {
        let rule = self.culprit?;
        let of_rule = rule.node().map(|(placed, node)| Location::of_node(placed, node, Side::New));
        let of_selector = || {
            let role = self.written_role().filter(|role| self.change_of(role).is_some())?;
            Some(Location::of_node(role, role.object.at(&["aggregationRule"])?, Side::New))
        };
        of_rule.or_else(of_selector)
    }

    fn change_of(&self, placed: &Arc<Placed>) -> Option<&ObjectChange> {
        let changes = self.gain.sides.context.changes.iter();
        changes.into_iter().find(|change| change.object().is_some_and(|new| Arc::ptr_eq(new, placed)))
    }

    /// The role if it is another one than before, else the subject if it is new, else the role.
    fn locate_binding(&self, placed: &Arc<Placed>, change: Option<&ObjectChange>) -> Location {
        let namespace = placed.id.namespace.as_deref();
        let Some(binding) = Binding::of(&placed.object, namespace) else {
            return Location::of_object(placed, Side::New);
        };
        let old = change.and_then(ObjectChange::old_object);
        let before = old.and_then(|old| Binding::of(&old.object, namespace));
        let at_role = Location::of_node(placed, binding.role_node, Side::New);
        match before {
            Some(before) if before.role != binding.role => {
                let was = before.role_node.as_str().unwrap_or_default();
                at_role.labelled(format!("was \"{was}\""))
            }
            Some(_) => {
                let node = binding.subjects.iter().find(|(subject, _)| subject == self.gain.subject);
                node.map_or(at_role, |(_, node)| Location::of_node(placed, node, Side::New))
            }
            None => at_role,
        }
    }
}

/// The reason why the rules of a role that was already there count now.
fn begins_to_count(change: &ObjectChange, before: &World) -> Option<String> {
    let (old, new) = (change.old_object()?, change.object()?);
    if old.path != new.path && before.objects.iter().any(|copy| is_hidden(copy, old, new)) {
        return Some(format!("the copy in {} is removed, so this one takes effect", old.path));
    }
    let freed = is_aggregated(old) && !is_aggregated(new);
    freed.then(|| "the aggregation rule, which overwrote these rules, is removed".to_owned())
}
