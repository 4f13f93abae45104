//! Who has what in a world.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::roles::{Roles, Rule};
use crate::kube::ClusterName;
use crate::kube::rbac::{Binding, PolicyRule, RoleReference, Subject};
use crate::world::{Placed, World};

/// Where a grant holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Everywhere.
    Cluster,
    /// In one namespace.
    Namespace(Box<str>),
}

/// What one binding gives one subject.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) binding: Arc<Placed>,
    pub(super) role: RoleReference,
    /// What the role grants; `None` where nobody can know.
    pub(super) rules: Option<Vec<Rule>>,
}

/// Every grant of one cluster, by subject and scope.
#[derive(Debug, Default)]
pub(super) struct Grants(pub(super) BTreeMap<(Subject, Scope), Vec<Grant>>);

impl Grants {
    pub(super) fn of(world: &World, cluster: &ClusterName) -> Self {
        let roles = Roles::of(world, cluster);
        let mut grants = Self::default();
        for placed in world.objects.iter().filter(|placed| placed.id.cluster == *cluster) {
            grants.add(placed, &roles);
        }
        grants
    }

    fn add(&mut self, placed: &Arc<Placed>, roles: &Roles) {
        let namespace = placed.id.namespace.as_deref();
        let Some(binding) = Binding::of(&placed.object, namespace) else { return };
        let scope = match namespace {
            Some(namespace) => Scope::Namespace(namespace.into()),
            None => Scope::Cluster,
        };
        let rules = roles.rules(&binding.role, namespace).map(|rules| within(rules, &scope));
        for (subject, _) in binding.subjects {
            let (role, rules) = (binding.role.clone(), rules.clone());
            let grant = Grant { binding: Arc::clone(placed), role, rules };
            self.0.entry((subject, scope.clone())).or_default().push(grant);
        }
    }

    /// The rules that a subject has in a scope, those of its groups and those of the whole cluster
    /// included.
    pub(super) fn rules(&self, subject: &Subject, scope: &Scope) -> Vec<&PolicyRule> {
        let mut holders = subject.implied_groups();
        holders.push(subject.clone());
        let scopes = [scope.clone(), Scope::Cluster];
        let keys =
            holders.iter().flat_map(|holder| scopes.iter().map(move |scope| (holder.clone(), scope.clone())));
        let grants = keys.filter_map(|key| self.0.get(&key)).flatten();
        grants.flat_map(|grant| grant.rules.iter().flatten()).map(|rule| &rule.rule).collect()
    }

    /// The roles that a subject has anywhere, in words.
    pub(super) fn roles_anywhere(&self, subject: &Subject) -> Vec<String> {
        let own = self.0.iter().filter(|((holder, _), _)| holder == subject);
        let roles = own.flat_map(|((_, scope), grants)| {
            grants.iter().map(move |grant| match scope {
                Scope::Cluster => grant.role.to_string(),
                Scope::Namespace(namespace) => format!("{} in {namespace}", grant.role),
            })
        });
        roles.collect()
    }

    /// Whether a subject had the same role in the same scope before.
    pub(super) fn has_role(&self, subject: &Subject, scope: &Scope, role: &RoleReference) -> bool {
        let same = |grants: &Vec<Grant>| grants.iter().any(|grant| grant.role == *role);
        self.0.get(&(subject.clone(), scope.clone())).is_some_and(same)
    }
}

/// In a namespace, paths of the API server are not granted.
fn within(mut rules: Vec<Rule>, scope: &Scope) -> Vec<Rule> {
    match scope {
        Scope::Cluster => {}
        Scope::Namespace(_) => rules.iter_mut().for_each(|rule| rule.rule.non_resource_urls.clear()),
    }
    rules
}
