//! A text and the place that says it.

use kube_manifest::{Node, Origin};

/// A text of a deployer. Its origin is one of the deployer's own [`Writings`](kustomize::Writings).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenText {
    /// The text.
    pub text: Box<str>,
    /// Where it is written.
    pub origin: Origin,
}

impl WrittenText {
    /// The text of a node that is text and not empty.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        let text = node.as_str().filter(|text| !text.is_empty())?;
        Some(Self { text: text.into(), origin: node.origin })
    }

    /// The text at the end of a chain of keys.
    pub(crate) fn at(node: &Node, keys: &[&str]) -> Option<Self> {
        node.at(keys).and_then(Self::of)
    }
}
