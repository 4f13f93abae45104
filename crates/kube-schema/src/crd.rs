//! Custom resource definitions as JSON Schema.
//!
//! In: `spec.versions[].schema.openAPIV3Schema` of a CustomResourceDefinition. Out: a JSON Schema that refuses what
//! `kubectl apply --validate=strict` refuses, by the rules of apiextensions-apiserver (`pkg/apiserver/schema`,
//! `pkg/apiserver/validation`). Never: evaluates CEL rules (`x-kubernetes-validations`), and never follows a `$ref` of
//! the definition itself.

use serde_json::{Map, Value, json};

use super::closure::{Closure, reference_to};
use super::defaults::DEFAULT;
use super::duplicates::{KEY_DEFAULTS, LIST_MAP_KEYS, LIST_TYPE};
use super::embedded::embedded;
use super::formats;
use super::problem::SchemaProblem;
use kube_model::KubernetesVersion;

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";
const INT_OR_STRING: &str = "x-kubernetes-int-or-string";

/// Keywords that mean the same in JSON Schema and are copied.
const COPIED: &[&str] = &[
    "type",
    "required",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
    "minimum",
    "maximum",
];

/// Says whether a schema lists fields, or only restricts a value inside `allOf` and the like, where unknown fields do
/// not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SchemaRole {
    Structure,
    Restriction,
}

/// Converts the schema of one version of a definition.
pub(super) fn convert(schema: &Value) -> Result<Value, SchemaProblem> {
    let mut converted = convert_part(schema)?;
    if let Some(root) = converted.as_object_mut() {
        add_object_fields(root);
    }
    Ok(converted)
}

/// Converts a schema inside of a definition, which describes a part of an object.
pub(super) fn convert_part(schema: &Value) -> Result<Value, SchemaProblem> {
    let mut converted = convert_schema(schema, SchemaRole::Structure)?;
    let closure = embedded()
        .and_then(|embedded| {
            Closure::of(embedded, OBJECT_META, KubernetesVersion::NEWEST)?.definitions(embedded)
        })
        .ok_or(SchemaProblem::EmbeddedDataDamaged)?;
    if let Some(root) = converted.as_object_mut() {
        root.insert("$defs".into(), closure.into());
    }
    Ok(converted)
}

fn convert_schema(schema: &Value, layer: SchemaRole) -> Result<Value, SchemaProblem> {
    let not_object = || SchemaProblem::NotStructural("a schema is not an object".into());
    let source = schema.as_object().ok_or_else(not_object)?;
    for forbidden in ["$ref", "definitions", "patternProperties", "dependencies"] {
        if source.get(forbidden).is_some_and(|value| !value.is_null()) {
            return Err(SchemaProblem::NotStructural(format!("it uses `{forbidden}`")));
        }
    }
    let mut result = Map::new();
    for keyword in COPIED {
        copy(source, &mut result, keyword);
    }
    convert_scalars(source, &mut result);
    if layer == SchemaRole::Structure {
        convert_list(source, &mut result);
        copy(source, &mut result, DEFAULT);
    }
    convert_children(source, &mut result, layer)?;
    if layer == SchemaRole::Structure {
        close_fields(source, &mut result);
    }
    Ok(Value::Object(result))
}

fn copy(source: &Map<String, Value>, result: &mut Map<String, Value>, keyword: &str) {
    if let Some(value) = source.get(keyword).filter(|value| !value.is_null()) {
        result.insert(keyword.to_owned(), value.clone());
    }
}

/// Converts bounds, formats, `nullable` and `x-kubernetes-int-or-string`.
fn convert_scalars(source: &Map<String, Value>, result: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if is_true(source, exclusive)
            && let Some(limit) = result.remove(bound)
        {
            result.insert(exclusive.to_owned(), limit);
        }
    }
    convert_format(source, result);
    if is_true(source, INT_OR_STRING) {
        result.insert("type".into(), json!(["integer", "string"]));
    }
    if is_true(source, "nullable") {
        admit_null(result);
    }
}

/// Converts a format, which counts for its own type only. Kubernetes ignores all others.
fn convert_format(source: &Map<String, Value>, result: &mut Map<String, Value>) {
    let text = |keyword: &str| source.get(keyword).and_then(Value::as_str).unwrap_or_default();
    match (text("type"), text("format")) {
        // The API server reads 64 bits of every whole number, whatever its format.
        ("integer", _) => set_bounds(result, i64::MIN, i64::MAX),
        ("" | "string", format) => {
            let format = format.replace('-', "");
            // Kubernetes' own kinds have a format of the same name that allows more.
            let format = if format == "byte" { "base64".to_owned() } else { format };
            if formats::CUSTOM.iter().any(|(known, _)| *known == format) {
                result.insert("format".into(), format.into());
            }
        }
        _ => {}
    }
}

/// Converts the keywords by which items of a list have to differ. Defaults of the keys are filled in first.
fn convert_list(source: &Map<String, Value>, result: &mut Map<String, Value>) {
    copy(source, result, LIST_TYPE);
    copy(source, result, LIST_MAP_KEYS);
    let properties = source.get("items").and_then(|items| items.get("properties"));
    let keys = source.get(LIST_MAP_KEYS).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let default = |key: &Value| {
        let key = key.as_str()?;
        Some((key.to_owned(), properties?.get(key)?.get("default")?.clone()))
    };
    let defaults: Map<String, Value> = keys.iter().filter_map(default).collect();
    if !defaults.is_empty() {
        result.insert(KEY_DEFAULTS.to_owned(), defaults.into());
    }
}

fn set_bounds(result: &mut Map<String, Value>, minimum: i64, maximum: i64) {
    for (keyword, limit) in [("minimum", minimum), ("maximum", maximum)] {
        result.entry(keyword).or_insert_with(|| limit.into());
    }
}

fn admit_null(result: &mut Map<String, Value>) {
    match result.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(single) => *single = json!([single.clone(), "null"]),
        None => {}
    }
}

fn convert_children(
    source: &Map<String, Value>,
    result: &mut Map<String, Value>,
    layer: SchemaRole,
) -> Result<(), SchemaProblem> {
    if let Some(properties) = source.get("properties").and_then(Value::as_object) {
        let convert = |(name, schema): (&String, &Value)| Ok((name.clone(), convert_schema(schema, layer)?));
        let properties = properties.iter().map(convert).collect::<Result<Map<_, _>, SchemaProblem>>()?;
        result.insert("properties".into(), properties.into());
    }
    for keyword in ["items", "additionalProperties", "not"] {
        let child_layer = if keyword == "not" { SchemaRole::Restriction } else { layer };
        match source.get(keyword) {
            Some(Value::Bool(allowed)) => {
                result.insert(keyword.to_owned(), (*allowed).into());
            }
            Some(schema) if !schema.is_null() => {
                result.insert(keyword.to_owned(), convert_schema(schema, child_layer)?);
            }
            Some(_) | None => {}
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(branches) = source.get(keyword).and_then(Value::as_array) {
            let convert = |branch| convert_schema(branch, SchemaRole::Restriction);
            let branches = branches.iter().map(convert).collect::<Result<Vec<_>, _>>()?;
            result.insert(keyword.to_owned(), branches.into());
        }
    }
    forgive_defaulted(source, result);
    Ok(())
}

/// Removes fields with a default from `required`, because defaults are filled in first.
fn forgive_defaulted(source: &Map<String, Value>, result: &mut Map<String, Value>) {
    let Some(required) = result.get_mut("required").and_then(Value::as_array_mut) else { return };
    let has_default = |name: &Value| {
        let field = source.get("properties").zip(name.as_str()).and_then(|(all, name)| all.get(name));
        field.and_then(|field| field.get("default")).is_some()
    };
    required.retain(|name| !has_default(name));
}

/// Refuses unknown fields, as the API server drops them unless the schema keeps them (`pkg/apiserver/schema/pruning`).
/// An object that lists no field drops all of them.
fn close_fields(source: &Map<String, Value>, result: &mut Map<String, Value>) {
    if is_true(source, EMBEDDED) {
        add_object_fields(result);
        require_fields(result, &["apiVersion", "kind"]);
    }
    let open = is_true(source, PRESERVE) || result.contains_key("additionalProperties");
    let is_object = source.get("type").is_some_and(|name| name == "object");
    if (is_object || result.contains_key("properties")) && !open {
        result.insert("additionalProperties".into(), false.into());
    }
}

/// Requires fields. An embedded object needs its type, but no name (`pkg/apiserver/schema/objectmeta`).
fn require_fields(result: &mut Map<String, Value>, names: &[&str]) {
    let required = result.entry("required").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(required) = required.as_array_mut() {
        let missing = names.iter().filter(|name| !required.iter().any(|known| known == **name));
        let missing: Vec<Value> = missing.map(|name| (*name).into()).collect();
        required.extend(missing);
    }
}

/// Adds the fields of every object, which a definition may restrict but need not list.
fn add_object_fields(result: &mut Map<String, Value>) {
    let properties = result.entry("properties").or_insert_with(|| Map::new().into());
    let Some(properties) = properties.as_object_mut() else { return };
    let types = [("apiVersion", "^([^/]+/)?[^/]+$"), ("kind", "^[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$")];
    for (name, pattern) in types {
        properties.entry(name).or_insert_with(|| json!({ "type": "string", "pattern": pattern }));
    }
    let mut metadata = properties.remove("metadata").unwrap_or_else(|| json!({}));
    if let Some(restriction) = metadata.as_object_mut() {
        restriction.remove("additionalProperties");
    }
    let object_meta = json!({ "$ref": reference_to(OBJECT_META) });
    properties.insert("metadata".into(), json!({ "allOf": [object_meta, metadata] }));
}

fn is_true(source: &Map<String, Value>, keyword: &str) -> bool {
    source.get(keyword).and_then(Value::as_bool) == Some(true)
}
