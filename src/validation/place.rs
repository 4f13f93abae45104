//! A place in an object: its node, its JSON pointer, and its path as people write it.
//!
//! In: a node. Out: [`Place`]s below it. Never: a `null`, which Kubernetes treats as an absent field,
//! and never a character that a terminal would act on.

use crate::manifest::{Node, Value};

/// A node and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The node.
    pub(super) node: &'a Node,
    /// Its JSON pointer.
    pub(super) pointer: String,
    /// `spec.ports[0].name`; empty for the object itself.
    path: String,
}

impl<'a> Place<'a> {
    /// The object itself.
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, pointer: String::new(), path: String::new() }
    }

    /// The path for people.
    pub(super) fn path(&self) -> &str {
        if self.path.is_empty() { "the object" } else { &self.path }
    }

    /// A field that is there and not `null`.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key).filter(|node| !node.is_null())?;
        Some(self.child(key, node))
    }

    /// The field at the end of a chain of keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |place, key| place.get(key))
    }

    /// The items of the list that a field holds; none for anything else.
    pub(super) fn items(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|list| list.elements()).unwrap_or_default()
    }

    /// The items of this list; none for anything else.
    pub(super) fn elements(&self) -> Vec<Self> {
        let item = |(index, node): (usize, &'a Node)| Self {
            node,
            pointer: format!("{}/{index}", self.pointer),
            path: format!("{}[{index}]", self.path),
        };
        self.node.items().iter().enumerate().map(item).collect()
    }

    /// The entries of the mapping that a field holds, `null` values included.
    pub(super) fn entries(&self, key: &str) -> Vec<(&'a str, Self)> {
        let Some(mapping) = self.get(key) else { return Vec::new() };
        let entries = mapping.node.entries().iter();
        entries.map(|entry| (&*entry.key, mapping.child(&entry.key, &entry.value))).collect()
    }

    /// Everything that a path such as `spec/ports/*/protocol` names.
    pub(super) fn find(&self, path: &str) -> Vec<Self> {
        let mut found = vec![self.clone()];
        for token in path.split('/').filter(|token| !token.is_empty()) {
            found = match token {
                "*" => found.iter().flat_map(Self::elements).collect(),
                key => found.iter().filter_map(|place| place.get(key)).collect(),
            };
        }
        found
    }

    /// The text of a field; an empty one is an absent one, as in Kubernetes' own types.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    /// The whole number of a field.
    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.node.get(key).and_then(Node::as_integer)
    }

    /// The yes or no of a field.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.node.get(key).and_then(Node::as_bool)
    }

    /// Whether a field holds something: a non-empty list, mapping or text, or any other value.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.get(key).is_some_and(|place| !is_empty(place.node))
    }

    fn child(&self, key: &str, node: &'a Node) -> Self {
        let pointer = format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1"));
        let plain = !key.is_empty() && key.chars().all(|next| next.is_ascii_alphanumeric() || next == '-');
        let path = match (plain, self.path.is_empty()) {
            (true, true) => key.to_owned(),
            (true, false) => format!("{}.{key}", self.path),
            (false, _) => format!("{}[{}]", self.path, quoted(key)),
        };
        Self { node, pointer, path }
    }
}

/// Whether a value is the zero value of Kubernetes' own types.
pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => false,
    }
}

/// A text in quotes, short and harmless.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let escaped = text.escape_debug().to_string();
    let mut characters = escaped.chars();
    let start: String = characters.by_ref().take(LONGEST).collect();
    let rest = if characters.next().is_some() { "…" } else { "" };
    format!("\"{start}{rest}\"")
}

/// A scalar as people write it.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Sequence(items) => format!("a list of {}", items.len()),
        Value::Mapping(entries) => format!("a mapping with {} keys", entries.len()),
    }
}
