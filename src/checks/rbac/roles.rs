//! What each role of a world grants, aggregation included.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::ClusterName;
use crate::kube::rbac::{PolicyRule, RoleReference, built_in_roles, is_rbac_group};
use crate::manifest::Node;
use crate::world::{Placed, World};

/// A rule and where it is written; built-in rules are written nowhere.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) rule: PolicyRule,
    pub(super) written: Option<(Arc<Placed>, usize)>,
}

impl Rule {
    /// The node of the rule.
    pub(super) fn node(&self) -> Option<(&Arc<Placed>, &Node)> {
        let (placed, index) = self.written.as_ref()?;
        let node = placed.object.at(&["rules"])?.items().get(*index)?;
        Some((placed, node))
    }
}

type Labels = BTreeMap<String, String>;

/// A role as it is written, or built in.
#[derive(Debug, Default)]
struct Role {
    rules: Vec<Rule>,
    labels: Labels,
    selectors: Vec<Selector>,
}

/// A label selector; an empty one selects everything.
#[derive(Debug)]
struct Selector {
    labels: Labels,
    expressions: Vec<Expression>,
}

#[derive(Debug)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

/// The roles of one cluster in one world.
#[derive(Debug)]
pub(super) struct Roles {
    cluster_roles: BTreeMap<Box<str>, Role>,
    roles: BTreeMap<(Box<str>, Box<str>), Role>,
}

impl Roles {
    pub(super) fn of(world: &World, cluster: &ClusterName) -> Self {
        let mut roles = Self { cluster_roles: BTreeMap::new(), roles: BTreeMap::new() };
        for built_in in built_in_roles() {
            let role = roles.cluster_roles.entry(built_in.name.clone()).or_default();
            role.labels.clone_from(&built_in.labels);
            let selector = |labels: &Labels| Selector { labels: labels.clone(), expressions: Vec::new() };
            role.selectors = built_in.selectors.iter().map(selector).collect();
            role.rules =
                built_in.rules.iter().map(|rule| Rule { rule: rule.clone(), written: None }).collect();
        }
        let written = world.objects.iter().filter(|placed| placed.id.cluster == *cluster);
        for placed in written.filter(|placed| is_rbac_group(placed.object.group())) {
            roles.add(placed);
        }
        roles
    }

    /// A role that stands twice grants what both grant.
    fn add(&mut self, placed: &Arc<Placed>) {
        let name = placed.object.name.clone();
        let role = match &*placed.object.kind {
            "ClusterRole" => self.cluster_roles.entry(name).or_default(),
            "Role" => {
                let namespace = placed.id.namespace.clone().unwrap_or_default();
                self.roles.entry((namespace, name)).or_default()
            }
            _ => return,
        };
        let rules = placed.object.at(&["rules"]).map(Node::items).unwrap_or_default();
        let written = |(index, node): (usize, &Node)| Rule {
            rule: PolicyRule::of(node),
            written: Some((Arc::clone(placed), index)),
        };
        role.rules.extend(rules.iter().enumerate().map(written));
        role.labels.extend(labels(placed.object.at(&["metadata", "labels"])));
        let selectors = placed.object.at(&["aggregationRule", "clusterRoleSelectors"]);
        role.selectors.extend(selectors.map(Node::items).unwrap_or_default().iter().map(selector));
    }

    /// What a role grants; `None` where it is neither in the repository nor built in.
    pub(super) fn rules(&self, reference: &RoleReference, namespace: Option<&str>) -> Option<Vec<Rule>> {
        match reference {
            RoleReference::Role(name) => {
                let key = (Box::from(namespace.unwrap_or_default()), name.clone());
                self.roles.get(&key).map(|role| role.rules.clone())
            }
            RoleReference::ClusterRole(name) => self.cluster_roles.contains_key(name).then(|| {
                let mut seen = BTreeSet::new();
                let mut rules = Vec::new();
                self.collect(name, &mut seen, &mut rules);
                rules
            }),
        }
    }

    fn collect<'a>(&'a self, name: &'a str, seen: &mut BTreeSet<&'a str>, rules: &mut Vec<Rule>) {
        let Some(role) = self.cluster_roles.get(name).filter(|_| seen.insert(name)) else { return };
        rules.extend(role.rules.iter().cloned());
        for (other, candidate) in &self.cluster_roles {
            if role.selectors.iter().any(|selector| selector.selects(&candidate.labels)) {
                self.collect(other, seen, rules);
            }
        }
    }
}

impl Selector {
    fn selects(&self, labels: &Labels) -> bool {
        let has_labels = self.labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        has_labels && self.expressions.iter().all(|expression| expression.holds(labels))
    }
}

impl Expression {
    /// An operator that Kubernetes does not know selects: the API server would refuse it, and a
    /// gate must not take it for nothing.
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => true,
        }
    }
}

fn labels(node: Option<&Node>) -> Labels {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned())))
        .collect()
}

fn selector(node: &Node) -> Selector {
    let expressions = node.get("matchExpressions").map(Node::items).unwrap_or_default();
    let text = |node: &Node, key: &str| node.text_at(&[key]).unwrap_or_default().to_owned();
    let expression = |node: &Node| Expression {
        key: text(node, "key"),
        operator: text(node, "operator"),
        values: node
            .get("values")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect(),
    };
    Selector {
        labels: labels(node.get("matchLabels")),
        expressions: expressions.iter().map(expression).collect(),
    }
}
