//! The grants of the subjects in a world.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::membership::Memberships;
use super::roles::{PlacedRule, Roles};
use super::superseded::Superseded;
use crate::world::{Placed, World};
use kube_model::ClusterName;
use kube_model::rbac::{Binding, Bootstrap, PolicyRule, RoleReference, Subject};

/// The scope of a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GrantScope {
    /// The whole cluster.
    Cluster,
    /// One namespace.
    Namespace(Box<str>),
}

impl GrantScope {
    fn of(namespace: Option<&str>) -> Self {
        namespace.map_or(Self::Cluster, |namespace| Self::Namespace(namespace.into()))
    }

    /// Returns the namespace that it is limited to.
    pub(crate) fn namespace(&self) -> Option<&str> {
        match self {
            Self::Cluster => None,
            Self::Namespace(namespace) => Some(namespace),
        }
    }
}

/// The binding of a subject to a role.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// A binding of the repository.
    By(Arc<Placed>),
    /// A binding that every API server creates, as messages name it.
    ByDefault(String),
    /// A binding outside the repository, if there is one.
    Elsewhere,
}

/// A role that one binding gives one subject.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) bound: Bound,
    pub(crate) role: RoleReference,
    /// The rules of the role. `None` if they cannot be known.
    pub(crate) rules: Option<Arc<[PlacedRule]>>,
}

/// The rules of roles in a scope, each computed once.
type Known = BTreeMap<(RoleReference, GrantScope), Option<Arc<[PlacedRule]>>>;

/// A grant whose rules are not known yet.
struct NewGrant<'a> {
    subject: Subject,
    namespace: Option<&'a str>,
    bound: Bound,
    role: &'a RoleReference,
}

/// Every grant of one cluster, by subject and scope.
#[derive(Debug)]
pub(crate) struct Grants {
    pub(crate) by_subject: BTreeMap<(Subject, GrantScope), Vec<Grant>>,
    pub(crate) roles: Roles,
    pub(crate) memberships: Memberships,
}

impl Grants {
    /// Collects the grants of a world in addition to those that the API server creates itself.
    pub(crate) fn of(
        world: &World,
        cluster: &ClusterName,
        bootstrap: &Bootstrap,
        superseded: &Superseded,
    ) -> Self {
        let roles = Roles::of(world, cluster, bootstrap, superseded);
        let memberships = Memberships::of(world, cluster);
        let mut grants = Self { by_subject: BTreeMap::new(), roles, memberships };
        let mut known = Known::new();
        grants.add_built_in(bootstrap, &mut known);
        let written = world.objects.iter().filter(|placed| placed.id.cluster == *cluster);
        for placed in written.filter(|placed| !superseded.hides(placed)) {
            grants.add(placed, &mut known);
        }
        grants
    }

    /// Adds the default bindings, and the possible bindings of an unknown subject to a default role.
    fn add_built_in(&mut self, bootstrap: &Bootstrap, known: &mut Known) {
        for binding in &bootstrap.bindings {
            let namespace = binding.namespace.as_deref();
            let (kind, place) = namespace.map_or(("ClusterRoleBinding", String::new()), |namespace| {
                ("RoleBinding", format!("{namespace}/"))
            });
            let bound = Bound::ByDefault(format!("{kind} {place}{}", binding.name));
            for subject in &binding.subjects {
                let grant = NewGrant {
                    subject: subject.clone(),
                    namespace,
                    bound: bound.clone(),
                    role: &binding.role,
                };
                self.insert(grant, known);
            }
        }
        for role in &bootstrap.roles {
            let namespace = role.namespace.as_deref();
            let name = role.name.clone();
            let role = if namespace.is_some() {
                RoleReference::Role(name)
            } else {
                RoleReference::ClusterRole(name)
            };
            let subject = Subject::BoundTo(role.clone());
            self.insert(NewGrant { subject, namespace, bound: Bound::Elsewhere, role: &role }, known);
        }
    }

    fn add(&mut self, placed: &Arc<Placed>, known: &mut Known) {
        let namespace = placed.id.namespace.as_deref();
        let Some(binding) = Binding::of(&placed.object, namespace) else { return };
        for (subject, _) in binding.subjects {
            let bound = Bound::By(Arc::clone(placed));
            self.insert(NewGrant { subject, namespace, bound, role: &binding.role }, known);
        }
    }

    fn insert(&mut self, new: NewGrant<'_>, known: &mut Known) {
        let NewGrant { subject, namespace, bound, role } = new;
        let scope = GrantScope::of(namespace);
        let key = (role.clone(), cache_scope(role, &scope));
        let work_out = || self.roles.rules(role, namespace).map(|rules| limit_to_scope(rules, &scope).into());
        let rules = known.entry(key).or_insert_with(work_out).clone();
        let grant = Grant { bound, role: role.clone(), rules };
        self.by_subject.entry((subject, scope)).or_default().push(grant);
    }

    /// Returns the rules that a subject has in a scope, including those of its groups and those of the whole cluster.
    pub(crate) fn rules(&self, subject: &Subject, scope: &GrantScope) -> Vec<&PolicyRule> {
        self.rules_by(subject, scope, |_, _| true)
    }

    /// Returns the same rules without the default bindings of groups that everyone is in.
    pub(crate) fn own_rules(&self, subject: &Subject, scope: &GrantScope) -> Vec<&PolicyRule> {
        self.rules_by(subject, scope, |holder, bound| {
            holder == subject || !matches!(bound, Bound::ByDefault(_))
        })
    }

    fn rules_by(
        &self,
        subject: &Subject,
        scope: &GrantScope,
        counts: impl Fn(&Subject, &Bound) -> bool,
    ) -> Vec<&PolicyRule> {
        let mut holders = subject.implied_groups();
        holders.extend(self.memberships.groups_of(subject).cloned());
        holders.push(subject.clone());
        let mut rules = Vec::new();
        for holder in &holders {
            for scope in [scope.clone(), GrantScope::Cluster] {
                let grants = self.by_subject.get(&(holder.clone(), scope)).into_iter().flatten();
                for grant in grants.filter(|grant| counts(holder, &grant.bound)) {
                    rules.extend(grant.rules.iter().flat_map(|rules| rules.iter()).map(|rule| &*rule.rule));
                }
            }
        }
        rules
    }

    /// Returns the grants of a subject, scope by scope.
    pub(crate) fn of_subject<'a>(
        &'a self,
        subject: &'a Subject,
    ) -> impl Iterator<Item = (&'a GrantScope, &'a [Grant])> {
        let own = self.by_subject.iter().filter(move |((holder, _), _)| holder == subject);
        own.map(|((_, scope), grants)| (scope, grants.as_slice()))
    }

    /// Names the roles that a subject has anywhere.
    pub(crate) fn roles_anywhere(&self, subject: &Subject) -> Vec<String> {
        let roles = self.of_subject(subject).flat_map(|(scope, grants)| {
            grants.iter().map(move |grant| match scope {
                GrantScope::Cluster => grant.role.to_string(),
                GrantScope::Namespace(namespace) => format!("{} in {namespace}", grant.role),
            })
        });
        roles.collect()
    }

    /// Returns true if a subject had the same role in the same scope before.
    pub(crate) fn has_role(&self, subject: &Subject, scope: &GrantScope, role: &RoleReference) -> bool {
        let same = |grants: &Vec<Grant>| grants.iter().any(|grant| grant.role == *role);
        self.by_subject.get(&(subject.clone(), scope.clone())).is_some_and(same)
    }
}

/// Returns the scope for the cache: a ClusterRole grants the same in every namespace.
fn cache_scope(role: &RoleReference, scope: &GrantScope) -> GrantScope {
    match (role, scope) {
        (RoleReference::ClusterRole(_) | RoleReference::Unknown(_), GrantScope::Namespace(_)) => {
            GrantScope::Namespace(Box::default())
        }
        (RoleReference::Role(_), GrantScope::Namespace(_)) | (_, GrantScope::Cluster) => scope.clone(),
    }
}

/// Removes rules about paths of the API server in a namespace, where they grant nothing.
fn limit_to_scope(mut rules: Vec<PlacedRule>, scope: &GrantScope) -> Vec<PlacedRule> {
    match scope {
        GrantScope::Cluster => {}
        GrantScope::Namespace(_) => {
            for rule in rules.iter_mut().filter(|rule| !rule.rule.non_resource_urls.is_empty()) {
                Arc::make_mut(&mut rule.rule).non_resource_urls.clear();
            }
        }
    }
    rules
}
