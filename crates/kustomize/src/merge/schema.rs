//! Which lists merge, and by which keys.
//!
//! In: the table of kustomize's built-in schema, and schemas of `openapi`. Out: [`Position`]s in a type. Never: knows
//! more of a schema than what a merge needs.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::identity::{Scope, builtin_scopes};
use super::super::version::KustomizeVersion;

/// A place in the type of an object.
#[derive(Clone, Debug)]
pub(crate) enum Position {
    /// A type.
    Type(Rc<SchemaTable>, usize),
    /// A field of a type.
    Field(Rc<SchemaTable>, Rc<FieldSchema>),
    /// Known, and nothing below it merges.
    Opaque,
}

/// A field.
#[derive(Debug, Default)]
pub(crate) struct FieldSchema {
    pub(super) shape: FieldShape,
    pub(super) below: Option<usize>,
    pub(super) strategy: Box<str>,
    pub(super) keys: Vec<Box<str>>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FieldShape {
    #[default]
    Value,
    Object,
    List,
    Map,
}

/// The types of one schema.
#[derive(Debug, Default)]
pub(crate) struct SchemaTable {
    pub(super) kinds: HashMap<(Box<str>, Box<str>), Option<usize>>,
    pub(super) types: Vec<HashMap<Box<str>, Rc<FieldSchema>>>,
    pub(super) scopes: HashMap<(Box<str>, Box<str>), Scope>,
    pub(super) completeness: Completeness,
}

/// Whether the table holds every field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Completeness {
    /// Only those below which something merges.
    #[default]
    Pruned,
    Complete,
}

/// The schemas of a build.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    custom: Option<Rc<SchemaTable>>,
    precedence: Precedence,
    version: KustomizeVersion,
}

/// What a schema of `openapi` does to the built-in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Precedence {
    /// It is added to it.
    #[default]
    Beside,
    /// It is used alone.
    Instead,
}

/// The start of the kinds that older versions do not know.
const ADMISSION_POLICY: &str = "ValidatingAdmissionPolicy";

impl Schemas {
    pub(crate) fn new(version: KustomizeVersion) -> Self {
        Self { version, ..Self::default() }
    }

    /// Takes the schema of an `openapi` field. Only the first one counts.
    pub(crate) fn set(&mut self, table: SchemaTable, precedence: Precedence) {
        if self.custom.is_none() {
            self.custom = Some(Rc::new(table));
            self.precedence = precedence;
        }
    }

    fn tables(&self) -> impl Iterator<Item = Rc<SchemaTable>> {
        let builtin = match (&self.custom, self.precedence) {
            (Some(_), Precedence::Instead) => None,
            (Some(_), Precedence::Beside) | (None, _) => Some(builtin()),
        };
        builtin.into_iter().chain(self.custom.clone())
    }

    /// The type of a kind. Of two schemas, the built-in one is read last and wins.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Position> {
        let key = (Box::from(api_version), Box::from(kind));
        self.tables().find_map(|table| {
            let found = *table.kinds.get(&key)?;
            Some(found.map_or(Position::Opaque, |index| Position::Type(table, index)))
        })
    }

    /// Whether a kind is known to belong to no namespace.
    pub(crate) fn scope(&self, api_version: &str, kind: &str) -> Scope {
        let is_late = kind.starts_with(ADMISSION_POLICY) && !self.version.knows_admission_policies();
        if builtin_scopes().contains(&(api_version, kind)) && !is_late {
            return Scope::Cluster;
        }
        let Some(custom) = self.custom.as_ref().filter(|custom| !custom.scopes.is_empty()) else {
            return Scope::Other;
        };
        custom.scopes.get(&(api_version.into(), kind.into())).copied().unwrap_or(Scope::Other)
    }
}

impl Position {
    pub(crate) fn field(at: Option<&Position>, name: &str) -> Option<Position> {
        match at? {
            Position::Opaque => Some(Position::Opaque),
            Position::Type(table, index) => field_of(table, *index, name),
            Position::Field(table, field) => match (field.shape, field.below) {
                (FieldShape::Object, Some(below)) => field_of(table, below, name),
                (FieldShape::Map, Some(below)) => Some(Position::Type(Rc::clone(table), below)),
                (FieldShape::Value | FieldShape::List | FieldShape::Object | FieldShape::Map, _) => {
                    without_table(table)
                }
            },
        }
    }

    pub(crate) fn elements(at: Option<&Position>) -> Option<Position> {
        match at? {
            Position::Field(table, field) if field.shape == FieldShape::List => match field.below {
                Some(below) => Some(Position::Type(Rc::clone(table), below)),
                None => without_table(table),
            },
            Position::Opaque => Some(Position::Opaque),
            Position::Field(table, _) | Position::Type(table, _) => without_table(table),
        }
    }

    /// Whether a list at this place merges.
    pub(crate) fn merges(at: Option<&Position>) -> bool {
        let Some(Position::Field(_, field)) = at else { return false };
        field.strategy.split(',').any(|strategy| strategy == "merge")
    }

    /// The keys by which a list at this place merges; none for a list of scalars.
    pub(crate) fn keys(at: Option<&Position>) -> Vec<Box<str>> {
        let Some(Position::Field(_, field)) = at else { return Vec::new() };
        field.keys.clone()
    }
}

fn without_table(table: &SchemaTable) -> Option<Position> {
    match table.completeness {
        Completeness::Pruned => Some(Position::Opaque),
        Completeness::Complete => None,
    }
}

fn field_of(table: &Rc<SchemaTable>, index: usize, name: &str) -> Option<Position> {
    match table.types.get(index).and_then(|fields| fields.get(name)) {
        Some(field) => Some(Position::Field(Rc::clone(table), Rc::clone(field))),
        None => without_table(table),
    }
}

fn builtin() -> Rc<SchemaTable> {
    thread_local! {
        static BUILTIN: Rc<SchemaTable> = Rc::new(read_table());
    }
    BUILTIN.with(Rc::clone)
}

fn read_table() -> SchemaTable {
    let mut table = SchemaTable::default();
    for line in include_str!("../data/merge.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        match columns.as_slice() {
            ["kind", api_version, kind, index] => {
                table.kinds.insert(((*api_version).into(), (*kind).into()), index.parse().ok());
            }
            ["field", index, name, shape, below, strategy, keys] => {
                let Ok(index) = index.parse::<usize>() else { continue };
                if table.types.len() <= index {
                    table.types.resize_with(index + 1, HashMap::new);
                }
                let field = FieldSchema {
                    shape: shape_named(shape),
                    below: below.parse().ok(),
                    strategy: (*strategy).into(),
                    keys: keys.split(',').filter(|key| !key.is_empty()).map(Box::from).collect(),
                };
                if let Some(fields) = table.types.get_mut(index) {
                    fields.insert((*name).into(), Rc::new(field));
                }
            }
            _ => {}
        }
    }
    table
}

fn shape_named(name: &str) -> FieldShape {
    match name {
        "object" => FieldShape::Object,
        "list" => FieldShape::List,
        "map" => FieldShape::Map,
        _ => FieldShape::Value,
    }
}
