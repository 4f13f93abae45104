//! A manifest's own tree as the validator's input, so that no object is copied to be judged.
//!
//! In: [`Node`]s. Out: the interface of a JSON value for the validator. Never: changes a value; a number is an integer
//! if the API server would decode it as one.

use std::borrow::Cow;

use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object};
use jsonschema::types::JsonType;

use kube_manifest::{Entry, Node, Value};
use source_files::Span;

/// The representation.
#[derive(Debug)]
pub(super) struct Tree;

/// A number of a manifest.
#[derive(Clone, Copy, Debug)]
pub(super) enum ManifestNumber {
    /// A whole number.
    Integer(i64),
    /// Any other.
    Float(f64),
}

impl Json for Tree {
    type Node<'a> = &'a Node;
    type PreparedKey = Box<str>;
    type StringBuffer = Option<Node>;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Option<Node>, string: &str, f: impl FnOnce(&Node) -> T) -> T {
        f(buffer.insert(Node::new(Span::default(), Value::String(string.into()))))
    }
}

impl<'a> JsonNode<'a, Tree> for &'a Node {
    type Object = &'a [Entry];
    type Array = &'a [Node];
    type Number = ManifestNumber;

    fn as_object(&self) -> Option<&'a [Entry]> {
        if let Value::Mapping(entries) = &self.value { Some(entries) } else { None }
    }

    fn as_array(&self) -> Option<&'a [Node]> {
        if let Value::Sequence(items) = &self.value { Some(items) } else { None }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.spelling().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<ManifestNumber> {
        match self.value {
            Value::Integer(whole) => Some(ManifestNumber::Integer(whole)),
            Value::Float(float) => Some(ManifestNumber::Float(float)),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Unknown(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        Node::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match self.value {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Integer(_) | Value::Float(_) => JsonType::Number,
            // No type of the validator fits every schema. Its errors about such a value are left out later.
            Value::String(_) | Value::Unknown(_) => JsonType::String,
            Value::Sequence(_) => JsonType::Array,
            Value::Mapping(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(self.to_json())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node>(self).addr()))
    }
}

impl<'a> Object<'a, Tree> for &'a [Entry] {
    type Node = &'a Node;
    type MemberName = &'a str;
    type MembersIter = std::iter::Map<std::slice::Iter<'a, Entry>, fn(&'a Entry) -> (&'a str, &'a Node)>;

    fn len(&self) -> usize {
        <[Entry]>::len(self)
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Node> {
        self.iter().find(|entry| entry.key == *key).map(|entry| &entry.value)
    }

    fn members(&self) -> Self::MembersIter {
        self.iter().map(|entry| (&*entry.key, &entry.value))
    }
}

impl<'a> Array<'a, Tree> for &'a [Node] {
    type Node = &'a Node;
    type ElementsIter = std::slice::Iter<'a, Node>;

    fn len(&self) -> usize {
        <[Node]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

impl JsonNumber for ManifestNumber {
    fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(whole) => u64::try_from(*whole).ok(),
            Self::Float(_) => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(whole) => Some(*whole),
            Self::Float(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        self.to_number().as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        let number = match self {
            Self::Integer(whole) => (*whole).into(),
            // `kube-manifest` refuses numbers that are not finite, so the fallback is never used.
            Self::Float(float) => serde_json::Number::from_f64(*float).unwrap_or_else(|| 0.into()),
        };
        Cow::Owned(number)
    }

    fn is_integer(&self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Float(float) => float.fract() == 0.0,
        }
    }
}
