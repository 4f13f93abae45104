//! One Kubernetes object of a file.

use std::sync::Arc;

use super::kubectl::AliasUse;
use super::node::Node;
use super::sops;
use source_files::{Position, SourceText, Span};

/// A Kubernetes object with the text it is in. The path is not part of it: the same blob may
/// are at several paths and is parsed once.
#[derive(Debug)]
pub struct Object {
    /// The text of the whole file.
    pub source: Arc<SourceText>,
    /// The aliases of the file, to say where a value comes from.
    pub aliases: Arc<[AliasUse]>,
    /// The object itself.
    pub root: Node,
    /// `apiVersion`, empty if absent.
    pub api_version: Box<str>,
    /// `kind`, empty if absent.
    pub kind: Box<str>,
    /// `metadata.namespace` as written.
    pub namespace: Option<Box<str>>,
    /// `metadata.name`, empty if absent (the API server may generate one).
    pub name: Box<str>,
}

impl Object {
    /// Reads the identity out of a document's mapping.
    pub fn new(source: Arc<SourceText>, aliases: Arc<[AliasUse]>, root: Node) -> Self {
        // A value that is not known names the object by its text: the same text is the same object.
        let text = |keys: &[&str]| root.at(keys).and_then(Node::spelling).map(Box::<str>::from);
        let namespace = text(&["metadata", "namespace"]).filter(|namespace| !namespace.is_empty());
        let api_version = text(&["apiVersion"]).unwrap_or_default();
        let kind = text(&["kind"]).unwrap_or_default();
        let name = text(&["metadata", "name"]).unwrap_or_default();
        Self { source, aliases, root, api_version, kind, namespace, name }
    }

    /// Whether it has `apiVersion` and `kind`, without which no API server takes it.
    pub fn is_typed(&self) -> bool {
        !self.api_version.is_empty() && !self.kind.is_empty()
    }

    /// The object as it is known if SOPS has encrypted it: without what SOPS adds, its encrypted values unknown.
    pub fn opened(mut self) -> Self {
        if !sops::is_encrypted(&self.root) {
            return self;
        }
        sops::open(&mut self.root);
        Self::new(self.source, self.aliases, self.root)
    }

    /// Whether its values are secret.
    pub fn holds_secret(&self) -> bool {
        self.group().is_empty() && &*self.kind == "Secret"
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

    /// The alias through which a node belongs to this object, if its text is elsewhere.
    pub fn alias_of(&self, node: &Node) -> Option<Span> {
        if self.aliases.is_empty() {
            return None;
        }
        let path = self.root.path_to(node)?;
        let pairs = path.windows(2).filter_map(|pair| pair.first().copied().zip(pair.get(1).copied()));
        let (holder, brought) =
            pairs.into_iter().find(|(holder, child)| !contains(holder.span(), child.span()))?;
        let brings = |alias: &&AliasUse| {
            contains(holder.span(), alias.site) && contains(alias.anchored, brought.span())
        };
        self.aliases.iter().find(brings).map(|alias| alias.site)
    }

    /// The position at which a node of this object begins.
    pub fn position(&self, node: &Node) -> Position {
        self.source.position(node.span().start)
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
