//! Label selectors of aggregation rules.

use kube_manifest::{Node, Object, may_name_a_variable};
use kube_model::rbac::RoleLabels;

/// Says whether everything is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Certainty {
    #[default]
    Known,
    /// Something is set elsewhere, and may have any value.
    Unknown,
}

/// Labels of a role. If one is unknown, any selector may select it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    known: RoleLabels,
    certainty: Certainty,
}

impl Labels {
    /// Wraps known labels.
    pub(crate) fn known(known: RoleLabels) -> Self {
        Self { known, certainty: Certainty::Known }
    }

    /// Reads the labels of a mapping.
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

    /// Adds labels, which replace existing ones.
    pub(crate) fn add(&mut self, other: Self) {
        self.known.extend(other.known);
        if other.certainty == Certainty::Unknown {
            self.certainty = Certainty::Unknown;
        }
    }
}

/// A label selector. An empty one selects everything.
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
    /// Reads the selectors of a role. An unknown part of one selects everything.
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
            // An unknown label demands nothing here.
            labels: Labels::of(node.get("matchLabels")).known,
            expressions: known.map(Expression::of).collect(),
        }
    }

    /// Creates the selector that demands labels.
    pub(crate) fn of_labels(labels: RoleLabels) -> Self {
        Self { labels, expressions: Vec::new() }
    }

    /// Returns true if it selects a role that may have any of these labels.
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

    /// Returns true if the requirements hold. An unknown operator selects: the API server would refuse it, and a gate
    /// must not ignore it.
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
