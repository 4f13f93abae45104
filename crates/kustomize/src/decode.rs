//! Reads configuration as Go's `encoding/json` fills a struct.
//!
//! In: resolved nodes. Out: texts with their origins, lists, maps and flags. Never: takes a value of another type for
//! the right one; what Go refuses is an error here.

use kube_manifest::{Node, Origin, Value};

use super::error::{Outcome, RefusalKind, RenderError};

/// A text of a configuration, with the place that says it.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) text: Box<str>,
    pub(crate) origin: Origin,
}

/// A mapping of texts, keys in the order of the file.
pub(crate) type Settings = Vec<(Box<str>, Setting)>;

/// What is done about fields that are not known and scalars that are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Both are errors: the kustomization itself.
    Strict,
    /// Unknown fields are errors, other scalars become text (`yaml.UnmarshalStrict`).
    Known,
    /// Unknown fields are left out, other scalars become text (`yaml.Unmarshal`).
    Lenient,
}

/// The fields of a struct that are set.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    found: Vec<(&'static str, &'n Node)>,
    strictness: Strictness,
}

impl<'n> Fields<'n> {
    /// Reads a mapping. `null` is a struct without fields. Go matches names whatever their case.
    pub(crate) fn read(node: &'n Node, known: &[&'static str], strictness: Strictness) -> Outcome<Self> {
        let mut fields = Self { found: Vec::new(), strictness };
        if !matches!(node.value, Value::Mapping(_) | Value::Null) {
            return Err(wrong("a mapping is expected", node));
        }
        for entry in node.entries() {
            let exact = known.iter().find(|name| **name == &*entry.key);
            let name = exact.or_else(|| known.iter().find(|name| name.eq_ignore_ascii_case(&entry.key)));
            match name {
                Some(name) if entry.value.is_null() => fields.found.retain(|(other, _)| other != name),
                Some(name) => {
                    fields.found.retain(|(other, _)| other != name);
                    fields.found.push((name, &entry.value));
                }
                None if strictness == Strictness::Lenient => {}
                None => return Err(invalid(format!("unknown field `{}`", entry.key))),
            }
        }
        Ok(fields)
    }

    pub(crate) fn node(&self, name: &str) -> Option<&'n Node> {
        self.found.iter().find(|(found, _)| *found == name).map(|(_, node)| *node)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    /// A text that is not empty.
    pub(crate) fn setting(&self, name: &str) -> Outcome<Option<Setting>> {
        let Some(node) = self.node(name) else { return Ok(None) };
        let setting = self.text_of(node)?;
        Ok(Some(setting).filter(|setting| !setting.text.is_empty()))
    }

    pub(crate) fn text(&self, name: &str) -> Outcome<Box<str>> {
        Ok(self.setting(name)?.map(|setting| setting.text).unwrap_or_default())
    }

    pub(crate) fn settings(&self, name: &str) -> Outcome<Vec<Setting>> {
        let Some(node) = self.node(name) else { return Ok(Vec::new()) };
        let mut texts = Vec::new();
        for item in list(node)? {
            texts.push(self.text_of(item)?);
        }
        Ok(texts)
    }

    pub(crate) fn map(&self, name: &str) -> Outcome<Settings> {
        let Some(node) = self.node(name) else { return Ok(Vec::new()) };
        if !matches!(node.value, Value::Mapping(_)) {
            return Err(wrong("a mapping is expected", node));
        }
        let mut map = Vec::new();
        for entry in node.entries() {
            map.push((entry.key.clone(), self.text_of(&entry.value)?));
        }
        Ok(map)
    }

    pub(crate) fn items(&self, name: &str) -> Outcome<&'n [Node]> {
        self.node(name).map_or(Ok(&[]), list)
    }

    pub(crate) fn flag(&self, name: &str) -> Outcome<Flag> {
        match self.node(name).map(|node| (&node.value, node)) {
            None | Some((Value::Bool(false), _)) => Ok(Flag::Unset),
            Some((Value::Bool(true), _)) => Ok(Flag::Set),
            Some((_, node)) => Err(wrong("`true` or `false` is expected", node)),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Outcome<i64> {
        match self.node(name).map(|node| (&node.value, node)) {
            None => Ok(0),
            Some((Value::Integer(value), _)) => Ok(*value),
            Some((_, node)) => Err(wrong("a whole number is expected", node)),
        }
    }

    fn text_of(&self, node: &Node) -> Outcome<Setting> {
        let text: Box<str> = match &node.value {
            Value::String(text) | Value::Unknown(text) => text.clone(),
            Value::Null => Box::default(),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) if self.strictness != Strictness::Strict => {
                node.to_json().to_string().into()
            }
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Sequence(_) | Value::Mapping(_) => {
                return Err(wrong("a text is expected", node));
            }
        };
        Ok(Setting { text, origin: node.origin })
    }
}

/// A setting that is on or off, off where it is not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flag {
    #[default]
    Unset,
    Set,
}

impl Flag {
    pub(crate) fn is_set(self) -> bool {
        self == Self::Set
    }

    pub(crate) fn or(self, other: Self) -> Self {
        if self.is_set() { self } else { other }
    }
}

pub(crate) fn list(node: &Node) -> Outcome<&[Node]> {
    match &node.value {
        Value::Sequence(items) => Ok(items),
        Value::Null => Ok(&[]),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_)
        | Value::Mapping(_) => Err(wrong("a list is expected", node)),
    }
}

pub(crate) fn invalid(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidKustomization, reason)
}

fn wrong(expected: &str, node: &Node) -> RenderError {
    let mut text = node.to_json().to_string();
    if text.len() > 80 {
        text.truncate(text.floor_char_boundary(80));
        text.push('…');
    }
    invalid(format!("{expected}, not `{text}`"))
}
