//! Label selectors of aggregation rules.

use crate::kube::rbac::RoleLabels;
use crate::manifest::Node;

/// Labels of a role.
pub(super) type Labels = RoleLabels;

/// A label selector; an empty one selects everything.
#[derive(Debug)]
pub(super) struct Selector {
    labels: Labels,
    expressions: Vec<Expression>,
}

#[derive(Debug)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

impl Selector {
    /// Reads one.
    pub(super) fn of(node: &Node) -> Self {
        let expressions = node.get("matchExpressions").map(Node::items).unwrap_or_default();
        Self {
            labels: labels(node.get("matchLabels")),
            expressions: expressions.iter().map(Expression::of).collect(),
        }
    }

    /// The selector that asks for labels.
    pub(super) fn of_labels(labels: Labels) -> Self {
        Self { labels, expressions: Vec::new() }
    }

    /// Whether it selects a role of which any of these may be the labels.
    pub(super) fn selects_any(&self, copies: &[Labels]) -> bool {
        copies.iter().any(|labels| self.selects(labels))
    }

    fn selects(&self, labels: &Labels) -> bool {
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

/// The labels of a mapping.
pub(super) fn labels(node: Option<&Node>) -> Labels {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned())))
        .collect()
}
