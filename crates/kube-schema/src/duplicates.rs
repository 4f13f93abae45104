//! Lists whose items have to differ: `x-kubernetes-list-type: map` and `set`.
//!
//! In: a list and its schema. Out: the items that repeat an earlier one. Never: counts an item that lacks a key, which
//! is reported as a missing field.

use std::collections::HashMap;
use std::fmt::Write as _;

use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value as Json};

use super::instance::Tree;
use kube_manifest::{Node, Value};
use source_files::Span;

/// The keyword of the schemas.
pub(super) const LIST_TYPE: &str = "x-kubernetes-list-type";
/// The keyword for the fields that identify the items of a list of type `map`.
pub(super) const LIST_MAP_KEYS: &str = "x-kubernetes-list-map-keys";
/// Our own keyword for the values of keys that a manifest leaves out.
pub(super) const KEY_DEFAULTS: &str = "x-portcullis-key-defaults";
/// Our own keyword, `tolerated` if only server-side apply refuses duplicates.
pub(super) const DUPLICATES: &str = "x-portcullis-duplicates";

/// The requests that are refused for two equal items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateRefusal {
    /// Every request.
    Always,
    /// Server-side apply only. Client-side apply keeps both items.
    ServerSideApply,
}

/// The criterion by which two items of a list are equal.
#[derive(Debug)]
pub(super) struct Uniqueness {
    /// The fields that identify the items, with the value of a field that is left out. Empty if whole items are
    /// compared.
    keys: Vec<(Box<str>, Option<Node>)>,
    /// The requests that are refused for equal items.
    pub(super) refusal: DuplicateRefusal,
}

/// An item that repeats an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    /// Its index.
    pub(super) index: usize,
    /// The index of the one that it repeats.
    pub(super) first: usize,
}

/// The number of items up to which comparing each with each is cheaper than spelling them out.
const FEW: usize = 16;

impl Uniqueness {
    /// Reads the criterion. Returns `None` for a list that may have equal items.
    pub(super) fn of(schema: &Map<String, Json>) -> Option<Self> {
        let keys = match schema.get(LIST_TYPE).and_then(Json::as_str)? {
            "set" => Vec::new(),
            "map" => {
                let names = schema.get(LIST_MAP_KEYS)?.as_array()?.iter().filter_map(Json::as_str);
                let defaults = schema.get(KEY_DEFAULTS);
                let default = |name: &str| defaults.and_then(|all| all.get(name)).map(scalar);
                names.map(|name| (name.into(), default(name))).collect()
            }
            _ => return None,
        };
        let tolerated = schema.get(DUPLICATES).is_some_and(|word| word == "tolerated");
        let refusal = if tolerated { DuplicateRefusal::ServerSideApply } else { DuplicateRefusal::Always };
        Some(Self { keys, refusal })
    }

    /// Returns the items that repeat an earlier one, each once.
    pub(super) fn find_repetitions(&self, items: &[Node]) -> Vec<Repetition> {
        if items.len() <= FEW { self.find_among_few(items) } else { self.find_among_many(items) }
    }

    fn find_among_few(&self, items: &[Node]) -> Vec<Repetition> {
        let identities: Vec<_> = items.iter().map(|item| self.identity_of(item)).collect();
        let earlier = |(index, identity): (usize, &Option<Vec<&Node>>)| {
            let known = identities.iter().take(index);
            let first = identity
                .as_ref()
                .and_then(|identity| known.clone().position(|other| other.as_ref() == Some(identity)))?;
            Some(Repetition { index, first })
        };
        identities.iter().enumerate().filter_map(earlier).collect()
    }

    fn find_among_many(&self, items: &[Node]) -> Vec<Repetition> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(identity) = self.identity_of(item) else { continue };
            let mut text = String::new();
            identity.iter().for_each(|node| spell(node, &mut text));
            let first = *seen.entry(text).or_insert(index);
            if first != index {
                found.push(Repetition { index, first });
            }
        }
        found
    }

    /// Returns the values to compare, or `None` for an item that lacks a key.
    fn identity_of<'a>(&'a self, item: &'a Node) -> Option<Vec<&'a Node>> {
        if self.keys.is_empty() {
            return Some(vec![item]);
        }
        let value = |(name, default): &'a (Box<str>, Option<Node>)| {
            item.get(name).filter(|value| !value.is_null()).or(default.as_ref())
        };
        self.keys.iter().map(value).collect()
    }

    /// Returns the keys of an item with their values.
    pub(super) fn named_keys<'a>(&'a self, item: &'a Node) -> Vec<(&'a str, &'a Node)> {
        let values = self.identity_of(item).unwrap_or_default();
        self.keys.iter().map(|(name, _)| &**name).zip(values).collect()
    }
}

fn scalar(json: &Json) -> Node {
    let value = match json {
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Null,
        },
        Json::String(text) => Value::String(text.as_str().into()),
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Null,
    };
    Node::new(Span::default(), value)
}

/// Writes a value so that two values have the same text if and only if they are equal.
fn spell(node: &Node, text: &mut String) {
    match &node.value {
        Value::Null => text.push_str("null,"),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
            let _ = write!(text, "{:?},", node.value);
        }
        Value::Sequence(items) => {
            text.push('[');
            items.iter().for_each(|item| spell(item, text));
            text.push(']');
        }
        Value::Mapping(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by(|one, other| one.key.cmp(&other.key));
            text.push('{');
            for entry in sorted {
                let _ = write!(text, "{:?}:", entry.key);
                spell(&entry.value, text);
            }
            text.push('}');
        }
    }
}

/// Creates the keyword for the validator.
#[expect(clippy::unnecessary_wraps, reason = "the validator asks for a result")]
pub(super) fn keyword<'a>(
    parent: &'a Map<String, Json>,
    _value: &'a Json,
    _path: Location,
) -> Result<Box<dyn for<'i> Keyword<'i, Tree>>, ValidationError<'a>> {
    Ok(Box::new(ListType(Uniqueness::of(parent))))
}

struct ListType(Option<Uniqueness>);

impl<'i> Keyword<'i, Tree> for ListType {
    fn validate(&self, list: &'i Node) -> Result<(), ValidationError<'i>> {
        if self.is_valid(list) { Ok(()) } else { Err(ValidationError::custom("items are equal")) }
    }

    fn is_valid(&self, list: &'i Node) -> bool {
        let items = list.items();
        items.len() < 2
            || self.0.as_ref().is_none_or(|uniqueness| uniqueness.find_repetitions(items).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<Node> {
        texts.iter().map(|text| scalar(&Json::from(*text))).collect()
    }

    #[test]
    fn short_and_long_lists_are_judged_alike() {
        let schema = serde_json::json!({"x-kubernetes-list-type": "set"});
        let uniqueness = Uniqueness::of(schema.as_object().unwrap()).unwrap();
        let mut texts: Vec<String> = (0..40).map(|index| format!("item {index}")).collect();
        texts[39] = "item 2".into();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(uniqueness.find_repetitions(&list(&texts)), [Repetition { index: 39, first: 2 }]);
        assert_eq!(uniqueness.find_repetitions(&list(&["a", "b", "a"])), [Repetition { index: 2, first: 0 }]);
    }

    #[test]
    fn the_default_of_a_key_counts() {
        let schema = serde_json::json!({"x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["port", "protocol"], "x-portcullis-key-defaults": {"protocol": "TCP"}});
        let uniqueness = Uniqueness::of(schema.as_object().unwrap()).unwrap();
        let text =
            b"- {port: 1}\n- {port: 1, protocol: TCP}\n- {port: 1, protocol: UDP}\n- {protocol: UDP}\n- {}\n";
        let wrapped = [b"a:\n".as_slice(), text].concat();
        let manifest = kube_manifest::parse(
            [b"apiVersion: v1\nkind: A\n".as_slice(), &wrapped].concat(),
            &kube_manifest::Limits::default(),
        );
        let items = manifest.objects[0].at(&["a"]).unwrap().items();
        assert_eq!(uniqueness.find_repetitions(items), [Repetition { index: 1, first: 0 }]);
    }
}
