//! Label selectors of aggregation rules.

use kube_manifest::{Node, Object, may_name_a_variable};
use kube_model::rbac::RoleLabels;

/// Whether everything is known that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Certainty {
    #[default]
    Known,
    /// Something is set elsewhere, and may be anything.
    Unknown,
}

/// Labels of a role. Where one is not known, any selector may select it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    known: RoleLabels,
    certainty: Certainty,
}

impl Labels {
    /// Labels that are known.
    pub(crate) fn known(known: RoleLabels) -> Self {
        Self { known, certainty: Certainty::Known }
    }

    /// The labels of a mapping.
    pub(crate) fn of(node: Option<&Node>) -> Self {
        let mut labels = Self::default();
        if node.is_some_and(Node::is_unknown) {
            labels.certainty = Certainty::Unknown;
        }
        for entry in node.map(Node::entries).unwrap_or_default() {
            if entry.value.is_unknown() || may_name_a_variable(&entry.key) {
                labels.certainty = Certainty::Unknown;
            } else if let Some(value) = entry.value.as_str() {
                labels.known.insert(entry.key.to_string(), value.to_owned());
            }
        }
        labels
    }

    /// Adds labels, which win.
    pub(crate) fn add(&mut self, other: Self) {
        self.known.extend(other.known);
        if other.certainty == Certainty::Unknown {
            self.certainty = Certainty::Unknown;
        }
    }
}

/// A label selector; an empty one selects everything.
#[derive(Debug)]
pub(crate) struct Selector {
    labels: RoleLabels,
    expressions: Vec<Expression>,
}

#[derive(Debug)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

impl Selector {
    /// The selectors of a role. What is not known of one selects everything.
    pub(crate) fn all(role: &Object) -> Vec<Self> {
        let Some(rule) = role.at(&["aggregationRule"]) else { return Vec::new() };
        let selectors = rule.get("clusterRoleSelectors");
        if rule.is_unknown() || selectors.is_some_and(Node::is_unknown) {
            return vec![Self::of_labels(RoleLabels::new())];
        }
        selectors.map(Node::items).unwrap_or_default().iter().map(Self::of).collect()
    }

    fn of(node: &Node) -> Self {
        let expressions = node.get("matchExpressions").map(Node::items).unwrap_or_default();
        let known = expressions.iter().filter(|expression| !expression.holds_unknown());
        Self {
            // A label that is not known asks for nothing here.
            labels: Labels::of(node.get("matchLabels")).known,
            expressions: known.map(Expression::of).collect(),
        }
    }

    /// The selector that asks for labels.
    pub(crate) fn of_labels(labels: RoleLabels) -> Self {
        Self { labels, expressions: Vec::new() }
    }

    /// Whether it selects a role of which any of these may be the labels.
    pub(crate) fn selects_any(&self, copies: &[Labels]) -> bool {
        copies.iter().any(|labels| labels.certainty == Certainty::Unknown || self.selects(&labels.known))
    }

    fn selects(&self, labels: &RoleLabels) -> bool {
        let has_labels = self.labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        has_labels && self.expressions.iter().all(|expression| expression.holds(labels))
    }
}

impl Expression {
    fn of(node: &Node) -> Self {
        let text = |key: &str| node.text_at(&[key]).unwrap_or_default().to_owned();
        let values = node.get("values").map(Node::items).unwrap_or_default();
        Self {
            key: text("key"),
            operator: text("operator"),
            values: values.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        }
    }

    /// An operator that Kubernetes does not know selects: the API server would refuse it, and a
    /// gate must not take it for nothing.
    fn holds(&self, labels: &RoleLabels) -> bool {
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
