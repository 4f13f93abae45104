//! The rules of each role of a world, with aggregation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::selector::{Labels, Selector};
use super::superseded::Superseded;
use crate::world::{Placed, World};
use kube_manifest::Node;
use kube_model::ClusterName;
use kube_model::rbac::{Bootstrap, BuiltInRole, PolicyRule, RoleReference, is_rbac_group};

/// A rule and its place. Built-in rules have none.
#[derive(Clone, Debug)]
pub(crate) struct PlacedRule {
    pub(crate) rule: Arc<PolicyRule>,
    pub(crate) written: Option<(Arc<Placed>, usize)>,
}

impl PlacedRule {
    /// Returns the node of the rule.
    pub(crate) fn node(&self) -> Option<(&Arc<Placed>, &Node)> {
        let (placed, index) = self.written.as_ref()?;
        let rules = placed.object.at(&["rules"])?;
        Some((placed, if rules.is_unknown() { rules } else { rules.items().get(*index)? }))
    }
}

/// A role of the repository, or a built-in one.
#[derive(Debug, Default)]
struct Role {
    rules: Vec<PlacedRule>,
    /// The labels of each copy.
    labels: Vec<Labels>,
    selectors: Vec<Selector>,
    written: Vec<Arc<Placed>>,
}

/// A namespace, empty for ClusterRoles, and a name.
type Key = (Box<str>, Box<str>);

/// The roles of one cluster in one world.
#[derive(Debug)]
pub(crate) struct Roles(BTreeMap<Key, Role>);

impl Roles {
    /// Collects the roles of the API server and of the repository. A role that is defined twice, or has a built-in's
    /// name, grants what both grant.
    pub(crate) fn of(
        world: &World,
        cluster: &ClusterName,
        bootstrap: &Bootstrap,
        superseded: &Superseded,
    ) -> Self {
        let mut roles = Self(BTreeMap::new());
        bootstrap.roles.iter().for_each(|role| roles.add_built_in(role));
        let written = world.objects.iter().filter(|placed| placed.id.cluster == *cluster);
        for placed in written.filter(|placed| is_rbac_group(placed.object.group())) {
            if !superseded.hides(placed) {
                roles.add(placed, superseded);
            }
        }
        roles
    }

    fn add_built_in(&mut self, built_in: &BuiltInRole) {
        let key = (built_in.namespace.clone().unwrap_or_default(), built_in.name.clone());
        let rules = built_in.rules.iter().map(|rule| PlacedRule { rule: Arc::clone(rule), written: None });
        let role = Role {
            rules: rules.collect(),
            labels: vec![Labels::known(built_in.labels.clone())],
            selectors: built_in.selectors.iter().cloned().map(Selector::of_labels).collect(),
            written: Vec::new(),
        };
        self.0.insert(key, role);
    }

    fn add(&mut self, placed: &Arc<Placed>, superseded: &Superseded) {
        let namespace = match &*placed.object.kind {
            "ClusterRole" => Box::default(),
            "Role" => placed.id.namespace.clone().unwrap_or_default(),
            _ => return,
        };
        let role = self.0.entry((namespace, placed.object.name.clone())).or_default();
        if !superseded.makes_rules_stale(placed) {
            let rules = placed.object.at(&["rules"]);
            if rules.is_some_and(Node::is_unknown) {
                let rule = Arc::new(PolicyRule::everything());
                role.rules.push(PlacedRule { rule, written: Some((Arc::clone(placed), 0)) });
            }
            let rules = rules.map(Node::items).unwrap_or_default();
            role.rules.extend(rules.iter().enumerate().map(|(index, node)| PlacedRule {
                rule: Arc::new(PolicyRule::of(node)),
                written: Some((Arc::clone(placed), index)),
            }));
        }
        // The API server keeps its own labels beside the written ones.
        let mut own = role.labels.first().filter(|_| role.written.is_empty()).cloned().unwrap_or_default();
        own.add(Labels::of(placed.object.at(&["metadata", "labels"])));
        role.labels.push(own);
        role.selectors.extend(Selector::all(&placed.object));
        role.written.push(Arc::clone(placed));
    }

    /// Returns the rules of a role, or `None` if it is neither in the repository nor built in.
    pub(crate) fn rules(
        &self,
        reference: &RoleReference,
        namespace: Option<&str>,
    ) -> Option<Vec<PlacedRule>> {
        let key = key_of(reference, namespace)?;
        self.0.contains_key(&key).then(|| {
            let mut seen = BTreeSet::new();
            let mut rules = Vec::new();
            self.collect(&key, &mut seen, &mut rules);
            rules
        })
    }

    /// Returns the objects that define a role.
    pub(crate) fn written(&self, reference: &RoleReference, namespace: Option<&str>) -> &[Arc<Placed>] {
        let role = key_of(reference, namespace).and_then(|key| self.0.get(&key));
        role.map(|role| role.written.as_slice()).unwrap_or_default()
    }

    fn collect<'a>(&'a self, key: &'a Key, seen: &mut BTreeSet<&'a Key>, rules: &mut Vec<PlacedRule>) {
        let Some(role) = self.0.get(key).filter(|_| seen.insert(key)) else { return };
        rules.extend(role.rules.iter().cloned());
        if role.selectors.is_empty() {
            return;
        }
        let cluster_roles = self.0.iter().filter(|((namespace, _), _)| namespace.is_empty());
        for (other, candidate) in cluster_roles {
            let selects = |selector: &Selector| selector.selects_any(&candidate.labels);
            if role.selectors.iter().any(selects) {
                self.collect(other, seen, rules);
            }
        }
    }
}

fn key_of(reference: &RoleReference, namespace: Option<&str>) -> Option<Key> {
    match reference {
        RoleReference::Role(name) => Some((namespace.unwrap_or_default().into(), name.clone())),
        RoleReference::ClusterRole(name) => Some((Box::default(), name.clone())),
        RoleReference::Unknown(_) => None,
    }
}
