//! A document as a tree in which every key and value knows where it is.

use std::collections::HashMap;

use super::origin::Origin;
use source_files::Span;
use source_files::pointer::{escaped, unescaped};

/// A value and the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Node {
    /// The origin of the value.
    pub origin: Origin,
    /// The value.
    pub value: Value,
}

/// A resolved value, as the API server would see it in JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 signed bits.
    Integer(i64),
    /// Any other number, as its JSON form is a double.
    Float(f64),
    /// Text.
    String(Box<str>),
    /// A value that is not known here, with its text as written: SOPS has encrypted it, or Flux sets it from a
    /// variable. It may turn out to be of any type.
    Unknown(Box<str>),
    /// A list.
    Sequence(Vec<Node>),
    /// An object, in the order of the file; keys are unique.
    Mapping(Vec<Entry>),
}

/// One `key: value` of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as JSON spells it.
    pub key: Box<str>,
    /// The place of the key.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl PartialEq for Node {
    /// Two nodes are equal when the API server would see the same value, wherever they are and whatever the order of
    /// their keys.
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Mapping(left), Value::Mapping(right)) => {
                left.len() == right.len() && same_entries(left, right)
            }
            (left, right) => left == right,
        }
    }
}

/// Keys are nearly always in the same order.
fn same_entries(left: &[Entry], right: &[Entry]) -> bool {
    if left.iter().zip(right).all(|(left, right)| left.key == right.key) {
        return left.iter().zip(right).all(|(left, right)| left.value == right.value);
    }
    let by_key: HashMap<&str, &Node> = right.iter().map(|entry| (&*entry.key, &entry.value)).collect();
    left.iter().all(|entry| by_key.get(&*entry.key).is_some_and(|value| **value == entry.value))
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Node {
    /// A value that is written in the object's own file.
    pub const fn new(span: Span, value: Value) -> Self {
        Self { origin: Origin::written(span), value }
    }

    /// The bytes of the file that it comes from.
    pub fn span(&self) -> Span {
        self.origin.span
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value at the end of a chain of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| &*entry.key == key).map(|entry| &mut entry.value)
    }

    /// The value at the end of a chain of keys, to be changed.
    pub fn at_mut(&mut self, keys: &[&str]) -> Option<&mut Self> {
        let mut node = self;
        for key in keys {
            node = node.get_mut(key)?;
        }
        Some(node)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Value::Mapping(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        if let Value::Sequence(items) = &self.value { items } else { &[] }
    }

    /// The text of a string; `None` for anything else, numbers and values that are not known included.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The text as the file spells it, whether or not the cluster will see this text.
    pub fn spelling(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Unknown(text) => Some(text),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    /// Whether nothing is known of the value but that it is there.
    pub fn is_unknown(&self) -> bool {
        matches!(self.value, Value::Unknown(_))
    }

    /// Whether this value, or one below it, is not known.
    pub fn holds_unknown(&self) -> bool {
        self.is_unknown()
            || self.entries().iter().any(|entry| entry.value.holds_unknown())
            || self.items().iter().any(Node::holds_unknown)
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    /// The value of a whole number.
    pub fn as_integer(&self) -> Option<i64> {
        if let Value::Integer(value) = self.value { Some(value) } else { None }
    }

    /// True for `null`, which Kubernetes treats as an absent field.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The text at the end of a chain of keys.
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys).and_then(Node::as_str)
    }

    /// The node that a JSON pointer names (RFC 6901).
    pub fn resolve_pointer(&self, pointer: &str) -> Option<&Node> {
        let (node, is_exact) = self.follow(pointer);
        is_exact.then_some(node)
    }

    /// The same, or the deepest node on the way to it: the place of something that is missing, or that the API server
    /// fills in.
    pub fn nearest(&self, pointer: &str) -> &Node {
        self.follow(pointer).0
    }

    /// The last value that a pointer reaches, and whether the pointer ends there.
    fn follow(&self, pointer: &str) -> (&Node, bool) {
        let mut node = self;
        for raw in pointer.split('/').skip(1) {
            let token = unescaped(raw);
            let item = || node.items().get(token.parse::<usize>().ok()?);
            let Some(child) = node.get(&token).or_else(item) else { return (node, false) };
            node = child;
        }
        (node, true)
    }

    /// Changes this value and then every value below it.
    pub fn visit_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        match &mut self.value {
            Value::Mapping(entries) => entries.iter_mut().for_each(|entry| entry.value.visit_mut(visit)),
            Value::Sequence(items) => items.iter_mut().for_each(|item| item.visit_mut(visit)),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_) => {}
        }
    }

    /// The number of values in this one, itself included.
    pub fn count(&self) -> usize {
        let entries = self.entries().iter().map(|entry| entry.value.count());
        let items = self.items().iter().map(Node::count);
        1 + entries.chain(items).sum::<usize>()
    }

    /// The JSON pointer of a node of this tree, found by identity.
    pub fn pointer_to(&self, wanted: &Node) -> Option<String> {
        if std::ptr::eq(self, wanted) {
            return Some(String::new());
        }
        for entry in self.entries() {
            if let Some(rest) = entry.value.pointer_to(wanted) {
                return Some(format!("/{}{rest}", escaped(&entry.key)));
            }
        }
        let mut items = self.items().iter().enumerate();
        items.find_map(|(index, item)| item.pointer_to(wanted).map(|rest| format!("/{index}{rest}")))
    }

    /// The values from this one down to a node of its tree, both included, found by identity.
    pub fn path_to<'a>(&'a self, wanted: &Node) -> Option<Vec<&'a Node>> {
        if std::ptr::eq(self, wanted) {
            return Some(vec![self]);
        }
        let mut children = self.entries().iter().map(|entry| &entry.value).chain(self.items());
        let mut path = children.find_map(|child| child.path_to(wanted))?;
        path.insert(0, self);
        Some(path)
    }

    /// The same value as JSON, for the schema validator.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::String(text) | Value::Unknown(text) => (&**text).into(),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => serde_json::Value::Object(
                entries.iter().map(|entry| (entry.key.to_string(), entry.value.to_json())).collect(),
            ),
        }
    }
}
