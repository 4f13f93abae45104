//! One Kubernetes object of a file.

use std::sync::Arc;

use super::kubectl::AliasUse;
use super::node::Node;
use crate::source::{Position, SourceText};

/// A Kubernetes object with the text it stands in. The path is not part of it: the same blob may
/// stand at several paths and is parsed once.
#[derive(Debug)]
pub struct Object {
    /// The text of the whole file.
    pub source: Arc<SourceText>,
    /// The aliases of the file, for saying where a value comes from.
    pub aliases: Arc<[AliasUse]>,
    /// The object itself.
    pub root: Node,
    /// `apiVersion`, empty where absent.
    pub api_version: Box<str>,
    /// `kind`, empty where absent.
    pub kind: Box<str>,
    /// `metadata.namespace` as written.
    pub namespace: Option<Box<str>>,
    /// `metadata.name`, empty where absent (the API server may generate one).
    pub name: Box<str>,
}

impl Object {
    /// Reads the identity out of a document's mapping.
    pub fn new(source: Arc<SourceText>, aliases: Arc<[AliasUse]>, root: Node) -> Self {
        let text = |keys: &[&str]| root.text_at(keys).map(Box::<str>::from);
        let namespace = text(&["metadata", "namespace"]).filter(|namespace| !namespace.is_empty());
        let api_version = text(&["apiVersion"]).unwrap_or_default();
        let kind = text(&["kind"]).unwrap_or_default();
        let name = text(&["metadata", "name"]).unwrap_or_default();
        Self { source, aliases, root, api_version, kind, namespace, name }
    }

    /// The API group: empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The API version without its group.
    pub fn version(&self) -> &str {
        self.api_version.rsplit_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// The value at the end of a chain of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        self.root.at(keys)
    }

    /// Where a node of this object begins.
    pub fn position(&self, node: &Node) -> Position {
        self.source.position(node.span.start)
    }
}
