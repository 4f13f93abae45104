//! Reads a schema of `openapi` (`AddDefinitions` in `kyaml/openapi`).

use std::collections::HashMap;
use std::rc::Rc;

use kube_manifest::Node;

use super::super::identity::Scope;
use super::schema::{Completeness, FieldSchema, FieldShape, SchemaTable};

impl SchemaTable {
    /// Reads an OpenAPI 2 document.
    pub(crate) fn read(document: &Node) -> Self {
        let mut reader = Reader { table: Self::default(), names: HashMap::new() };
        reader.table.completeness = Completeness::Complete;
        let definitions = document.get("definitions").map(Node::entries).unwrap_or_default();
        for entry in definitions {
            reader.table.types.push(HashMap::new());
            reader.names.insert(entry.key.clone(), reader.table.types.len() - 1);
        }
        for entry in definitions {
            let Some(index) = reader.names.get(&entry.key).copied() else { continue };
            reader.read_fields(index, &entry.value, 0);
            reader.read_kinds(index, &entry.value);
        }
        for entry in document.get("paths").map(Node::entries).unwrap_or_default() {
            reader.read_scope(&entry.key, &entry.value);
        }
        reader.table
    }
}

/// Schemas inside each other.
const DEEPEST: usize = 64;

struct Reader {
    table: SchemaTable,
    names: HashMap<Box<str>, usize>,
}

impl Reader {
    fn read_fields(&mut self, index: usize, schema: &Node, depth: usize) {
        let mut fields = HashMap::new();
        for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
            fields.insert(entry.key.clone(), Rc::new(self.read_field(&entry.value, depth)));
        }
        if let Some(known) = self.table.types.get_mut(index) {
            *known = fields;
        }
    }

    fn read_field(&mut self, schema: &Node, depth: usize) -> FieldSchema {
        let strategy = schema.text_at(&["x-kubernetes-patch-strategy"]).unwrap_or_default().into();
        let listed = schema.get("x-kubernetes-list-map-keys").map(Node::items).unwrap_or_default();
        let single = schema.text_at(&["x-kubernetes-patch-merge-key"]);
        let mut keys: Vec<Box<str>> = listed.iter().filter_map(Node::as_str).map(Box::from).collect();
        if keys.is_empty() {
            keys.extend(single.map(Box::from));
        }
        let (shape, below) = self.follow(schema, depth);
        FieldSchema { shape, below, strategy, keys }
    }

    fn follow(&mut self, schema: &Node, depth: usize) -> (FieldShape, Option<usize>) {
        if schema.get("$ref").is_some() {
            return (FieldShape::Object, self.type_of(schema, depth));
        }
        if schema.text_at(&["type"]) == Some("array") {
            return (FieldShape::List, schema.get("items").and_then(|items| self.type_of(items, depth)));
        }
        if schema.get("properties").is_some() {
            return (FieldShape::Object, self.type_of(schema, depth));
        }
        match schema.get("additionalProperties") {
            Some(values) => (FieldShape::Map, self.type_of(values, depth)),
            None => (FieldShape::Value, None),
        }
    }

    fn type_of(&mut self, schema: &Node, depth: usize) -> Option<usize> {
        if let Some(reference) = schema.text_at(&["$ref"]) {
            return self.names.get(reference.strip_prefix("#/definitions/")?).copied();
        }
        if depth > DEEPEST || schema.get("properties").is_none() {
            return None;
        }
        self.table.types.push(HashMap::new());
        let index = self.table.types.len() - 1;
        self.read_fields(index, schema, depth + 1);
        Some(index)
    }

    fn read_kinds(&mut self, index: usize, schema: &Node) {
        let kinds = schema.get("x-kubernetes-group-version-kind").map(Node::items).unwrap_or_default();
        for key in kinds.iter().filter_map(kind_of) {
            self.table.kinds.insert(key, Some(index));
        }
    }

    fn read_scope(&mut self, path: &str, item: &Node) {
        let key =
            item.get("get").and_then(|get| get.get("x-kubernetes-group-version-kind")).and_then(kind_of);
        let Some(key) = key else { return };
        if path.contains("namespaces/{namespace}") {
            self.table.scopes.insert(key, Scope::Other);
        } else {
            self.table.scopes.entry(key).or_insert(Scope::Cluster);
        }
    }
}

fn kind_of(node: &Node) -> Option<(Box<str>, Box<str>)> {
    let version = node.text_at(&["version"])?;
    let api_version = match node.text_at(&["group"]) {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        Some(_) | None => version.to_owned(),
    };
    Some((api_version.into(), node.text_at(&["kind"])?.into()))
}
