//! Changes of a kustomization's document, as tools make them that write it again.
//!
//! In: a document and values with origins. Out: the changed document. Never: a value without an origin.

use kube_manifest::{Entry, Node, Origin, Value};
use kustomize::{RefusalKind, RenderError};
use source_files::Span;

/// A mapping that is being changed. Names of fields have no case, as for Go's `encoding/json`.
pub(crate) struct DocumentEdit {
    root: Node,
}

impl DocumentEdit {
    /// # Errors
    /// A document that is no mapping.
    pub(crate) fn new(root: Node) -> Result<Self, RenderError> {
        match root.value {
            Value::Mapping(_) => Ok(Self { root }),
            _ => Err(refuse("the kustomization is no mapping")),
        }
    }

    pub(crate) fn into_root(self) -> Node {
        self.root
    }

    /// The value of a field, if it is set.
    pub(crate) fn get(&self, field: &str) -> Option<&Node> {
        let mut entries = self.root.entries().iter().rev();
        let entry = entries.find(|entry| entry.key.eq_ignore_ascii_case(field))?;
        Some(&entry.value).filter(|value| !value.is_null())
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, field: &str, value: Node) {
        let Value::Mapping(entries) = &mut self.root.value else { return };
        entries.retain(|entry| !entry.key.eq_ignore_ascii_case(field));
        entries.push(entry(field, value));
    }

    /// Adds items to a list.
    ///
    /// # Errors
    /// A field that is no list.
    pub(crate) fn append(
        &mut self,
        field: &str,
        items: Vec<Node>,
        origin: Origin,
    ) -> Result<(), RenderError> {
        let mut list = match self.get(field) {
            None => sequence(Vec::new(), origin),
            Some(list) if matches!(list.value, Value::Sequence(_)) => list.clone(),
            Some(_) => return Err(refuse(format!("`{field}` is no list"))),
        };
        if let Value::Sequence(known) = &mut list.value {
            known.extend(items);
        }
        self.set(field, list);
        Ok(())
    }

    /// The value of a mapping, or an empty one.
    ///
    /// # Errors
    /// A field that is no mapping.
    pub(crate) fn map(&self, field: &str, origin: Origin) -> Result<Node, RenderError> {
        match self.get(field) {
            None => Ok(mapping(Vec::new(), origin)),
            Some(map) if matches!(map.value, Value::Mapping(_)) => Ok(map.clone()),
            Some(_) => Err(refuse(format!("`{field}` is no mapping"))),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self, field: &str) -> &[Node] {
        self.get(field).map(Node::items).unwrap_or_default()
    }
}

pub(crate) fn refuse(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidKustomization, reason)
}

pub(crate) fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), key_span: Span::default(), value }
}

pub(crate) fn text(text: &str, origin: Origin) -> Node {
    Node { origin, value: Value::String(text.into()) }
}

pub(crate) fn sequence(items: Vec<Node>, origin: Origin) -> Node {
    Node { origin, value: Value::Sequence(items) }
}

pub(crate) fn mapping(entries: Vec<Entry>, origin: Origin) -> Node {
    Node { origin, value: Value::Mapping(entries) }
}
