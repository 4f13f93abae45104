//! A definition of Kubernetes, reduced to what decides about acceptance.
//!
//! In: the JSON text of a definition. Out: [`Shape`]. Never: a shape for a keyword that is not known here.

use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json};

use super::duplicates::{self, Uniqueness};
use super::embedded::{Embedded, Name};
use super::formats;
use kube_manifest::Value;

const REFERENCE: &str = "#/$defs/";

/// The form that a value must have.
#[derive(Debug)]
pub(super) struct Shape {
    /// Another definition that it must fit as well.
    pub(super) reference: Option<Name>,
    pub(super) types: Types,
    /// The listed fields, sorted by name.
    fields: Vec<(Box<str>, Shape)>,
    pub(super) others: Others,
    pub(super) required: Vec<Box<str>>,
    pub(super) items: Option<Box<Shape>>,
    /// The only texts that are accepted.
    pub(super) words: Option<Vec<Box<str>>>,
    pub(super) bounds: Option<RangeInclusive<i64>>,
    pub(super) format: Option<Reads>,
    pub(super) uniqueness: Option<Uniqueness>,
}

/// Recognises a text of a format.
type Reads = fn(&str) -> bool;

/// Fields that are not listed.
#[derive(Debug)]
pub(super) enum Others {
    Free,
    Refused,
    Shaped(Box<Shape>),
}

/// The types that a value may have. Empty means any.
#[derive(Debug)]
pub(super) struct Types(Vec<Type>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Shape {
    /// Reads a definition. Returns `None` if it has a keyword that is not known here.
    pub(super) fn read(embedded: &Embedded, index: usize) -> Option<Self> {
        Self::of(&serde_json::from_str(embedded.text(index)?).ok()?, embedded)
    }

    /// Returns the shape of a listed field.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let index = self.fields.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.fields.get(index).map(|(_, shape)| shape)
    }

    fn of(schema: &Json, embedded: &Embedded) -> Option<Self> {
        Self::of_keywords(schema.as_object()?, embedded).ok()
    }

    fn of_keywords(schema: &Map<String, Json>, embedded: &Embedded) -> Result<Self, Foreign> {
        if schema.keys().any(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
            return Err(Foreign);
        }
        Ok(Self {
            reference: read_keyword(schema.get("$ref"), |name| read_reference(name, embedded))?,
            types: Types(read_keyword(schema.get("type"), read_types)?.unwrap_or_default()),
            fields: read_keyword(schema.get("properties"), |all| read_fields(all, embedded))?
                .unwrap_or_default(),
            others: read_keyword(schema.get("additionalProperties"), |all| read_others(all, embedded))?
                .unwrap_or(Others::Free),
            required: read_keyword(schema.get("required"), read_texts)?.unwrap_or_default(),
            items: read_keyword(schema.get("items"), |items| Self::of(items, embedded).map(Box::new))?,
            words: read_keyword(schema.get("enum"), read_texts)?,
            bounds: read_bounds(schema)?,
            format: read_keyword(schema.get("format"), read_format)?,
            uniqueness: Uniqueness::of(schema),
        })
    }
}

/// The keywords that are known here, or do not affect validity.
const KEYWORDS: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "additionalProperties",
    "required",
    "items",
    "enum",
    "minimum",
    "maximum",
    "format",
    duplicates::LIST_TYPE,
    duplicates::LIST_MAP_KEYS,
    duplicates::KEY_DEFAULTS,
    duplicates::DUPLICATES,
];

/// The format that restricts numbers only.
const OF_NUMBERS: &str = "double";

/// A keyword that is not known here.
struct Foreign;

/// Reads the value of a keyword, if it is there.
fn read_keyword<'a, T>(
    value: Option<&'a Json>,
    read: impl Fn(&'a Json) -> Option<T>,
) -> Result<Option<T>, Foreign> {
    value.map(|value| read(value).ok_or(Foreign)).transpose()
}

fn read_reference(value: &Json, embedded: &Embedded) -> Option<Name> {
    embedded.name(value.as_str()?.strip_prefix(REFERENCE)?)
}

fn read_types(value: &Json) -> Option<Vec<Type>> {
    let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    names.iter().map(|name| Type::of(name.as_str()?)).collect()
}

fn read_fields(value: &Json, embedded: &Embedded) -> Option<Vec<(Box<str>, Shape)>> {
    let listed = value.as_object()?.iter();
    let mut fields: Vec<(Box<str>, Shape)> = listed
        .map(|(name, schema)| Some((name.as_str().into(), Shape::of(schema, embedded)?)))
        .collect::<Option<_>>()?;
    fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Some(fields)
}

fn read_others(value: &Json, embedded: &Embedded) -> Option<Others> {
    match value {
        Json::Bool(true) => Some(Others::Free),
        Json::Bool(false) => Some(Others::Refused),
        schema => Shape::of(schema, embedded).map(|shape| Others::Shaped(Box::new(shape))),
    }
}

fn read_texts(value: &Json) -> Option<Vec<Box<str>>> {
    value.as_array()?.iter().map(|text| text.as_str().map(Into::into)).collect()
}

fn read_bounds(schema: &Map<String, Json>) -> Result<Option<RangeInclusive<i64>>, Foreign> {
    let least = read_keyword(schema.get("minimum"), Json::as_i64)?;
    let most = read_keyword(schema.get("maximum"), Json::as_i64)?;
    let bounded = least.is_some() || most.is_some();
    Ok(bounded.then(|| least.unwrap_or(i64::MIN)..=most.unwrap_or(i64::MAX)))
}

fn read_format(value: &Json) -> Option<Reads> {
    let name = value.as_str()?;
    let known = formats::BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, reads)| *reads);
    known.or((name == OF_NUMBERS).then_some(|_| true))
}

impl Types {
    /// Returns true if a value has one of the types. A number with a fraction is never taken for a whole one, not even
    /// `2.0`: the validator decides on it.
    pub(super) fn take(&self, value: &Value) -> bool {
        let named = |types: &[Type]| types.iter().any(|name| self.0.contains(name));
        self.0.is_empty()
            || match value {
                Value::Null => named(&[Type::Null]),
                Value::Bool(_) => named(&[Type::Boolean]),
                Value::Integer(_) => named(&[Type::Integer, Type::Number]),
                Value::Float(_) => named(&[Type::Number]),
                Value::String(_) => named(&[Type::String]),
                Value::Unknown(_) => true,
                Value::Sequence(_) => named(&[Type::Array]),
                Value::Mapping(_) => named(&[Type::Object]),
            }
    }
}

impl Type {
    fn of(name: &str) -> Option<Self> {
        match name {
            "null" => Some(Self::Null),
            "boolean" => Some(Self::Boolean),
            "integer" => Some(Self::Integer),
            "number" => Some(Self::Number),
            "string" => Some(Self::String),
            "array" => Some(Self::Array),
            "object" => Some(Self::Object),
            _ => None,
        }
    }
}
