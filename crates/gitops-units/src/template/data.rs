//! Values of templates, as Go prints and compares them.

use std::fmt::Write;

use kube_manifest::{Entry, Node, Origin, Value};
use source_files::Span;

/// What Go writes for a value that is not there.
pub(super) const NO_VALUE: &str = "<no value>";

pub(crate) fn made(value: Value) -> Node {
    Node { origin: Origin::default(), value }
}

pub(super) fn text(text: impl Into<Box<str>>) -> Node {
    made(Value::String(text.into()))
}

pub(super) fn list(items: Vec<Node>) -> Node {
    made(Value::Sequence(items))
}

pub(super) fn flag(value: bool) -> Node {
    made(Value::Bool(value))
}

pub(super) fn integer(value: i64) -> Node {
    made(Value::Integer(value))
}

pub(super) fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), key_span: Span::default(), value }
}

/// Whether Go takes a value for false: the zero of its type, or an empty list or map.
pub(crate) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Integer(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::String(text) | Value::Unknown(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
    }
}

/// The text that `fmt.Sprint` gives. Numbers of parameters are floats, as they come from JSON.
pub(crate) fn to_text(node: &Node) -> String {
    let mut written = String::new();
    write_value(node, Place::Outside, &mut written);
    written
}

/// Where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In a list or a map, where nothing is `<nil>`.
    Inside,
}

fn write_value(node: &Node, place: Place, written: &mut String) {
    match &node.value {
        Value::Null if place == Place::Inside => written.push_str("<nil>"),
        Value::Null => written.push_str(NO_VALUE),
        Value::Bool(value) => written.push_str(if *value { "true" } else { "false" }),
        // An integer of a parameter is a float for Go; one that a function gave has no origin.
        #[expect(clippy::cast_precision_loss, reason = "Go's JSON reader loses it too")]
        Value::Integer(value) if node.origin != Origin::default() => {
            written.push_str(&go_float(*value as f64));
        }
        Value::Integer(value) => {
            let _ = write!(written, "{value}");
        }
        Value::Float(value) => written.push_str(&go_float(*value)),
        Value::String(text) | Value::Unknown(text) => written.push_str(text),
        Value::Sequence(items) => {
            written.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    written.push(' ');
                }
                write_value(item, Place::Inside, written);
            }
            written.push(']');
        }
        Value::Mapping(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|one, other| one.key.cmp(&other.key));
            written.push_str("map[");
            for (index, entry) in sorted.into_iter().enumerate() {
                if index > 0 {
                    written.push(' ');
                }
                let _ = write!(written, "{}:", entry.key);
                write_value(&entry.value, Place::Inside, written);
            }
            written.push(']');
        }
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`: with an exponent below -4 and from 6 on.
fn go_float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return value.to_string() };
    let number: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&number) {
        return value.to_string();
    }
    let sign = if number < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", number.abs())
}

/// The JSON of a value, keys sorted.
pub(super) fn to_json(node: &Node) -> String {
    kustomize::canonical(node).to_string()
}
