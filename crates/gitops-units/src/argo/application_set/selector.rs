//! Selectors of labels (`metav1.LabelSelector`), over the flat parameters of a set or the labels of a cluster.

use std::collections::BTreeMap;

use kube_manifest::Node;

use crate::unjudged::Unjudged;

/// A selector.
pub(super) struct Selector {
    requirements: Vec<Requirement>,
}

struct Requirement {
    key: Box<str>,
    operator: Operator,
    values: Vec<Box<str>>,
}

#[derive(Clone, Copy)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    pub(super) fn read(node: &Node) -> Result<Self, Unjudged> {
        let mut requirements = Vec::new();
        for entry in node.get("matchLabels").map(Node::entries).unwrap_or_default() {
            let Some(value) = entry.value.as_str() else {
                return Err(Unjudged::field("selector.matchLabels", format!("`{}` is no text", entry.key)));
            };
            let values = vec![value.into()];
            requirements.push(Requirement { key: entry.key.clone(), operator: Operator::In, values });
        }
        for item in node.get("matchExpressions").map(Node::items).unwrap_or_default() {
            let operator = match item.text_at(&["operator"]) {
                Some("In") => Operator::In,
                Some("NotIn") => Operator::NotIn,
                Some("Exists") => Operator::Exists,
                Some("DoesNotExist") => Operator::DoesNotExist,
                _ => return Err(Unjudged::field("selector.matchExpressions", "the operator does not exist")),
            };
            let values = item.get("values").map(Node::items).unwrap_or_default();
            requirements.push(Requirement {
                key: item.text_at(&["key"]).unwrap_or_default().into(),
                operator,
                values: values.iter().filter_map(Node::as_str).map(Box::from).collect(),
            });
        }
        Ok(Self { requirements })
    }

    pub(super) fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = labels.get(&*requirement.key);
            let is_listed =
                value.is_some_and(|value| requirement.values.iter().any(|listed| **listed == **value));
            match requirement.operator {
                Operator::In => is_listed,
                Operator::NotIn => !is_listed,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }
}
