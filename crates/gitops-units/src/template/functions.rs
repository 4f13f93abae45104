//! The functions of templates: those of Go, of sprig and of Argo CD (`applicationset/utils/utils.go`). Those that depend
//! on the time, chance, a network or the machine do not exist here.

use kube_manifest::{Limits, Node, Value, documents};

use super::data::{flag, integer, is_empty, text, to_json, to_text};
use super::{Outcome, fail, lists, numbers, strings};

/// The value of a function. `most_bytes` bounds each text that one makes.
pub(super) fn call(name: &str, arguments: &[Node], most_bytes: usize) -> Outcome<Node> {
    let known = general(name, arguments)
        .or_else(|| strings::call(name, arguments, most_bytes))
        .or_else(|| lists::call(name, arguments))
        .or_else(|| numbers::call(name, arguments));
    known.unwrap_or_else(|| fail(format!("the function `{name}` is not supported")))
}

/// An argument, or the failure that it is missing.
pub(super) fn argument<'n>(name: &str, arguments: &'n [Node], place: usize) -> Outcome<&'n Node> {
    arguments.get(place).map_or_else(|| fail(format!("`{name}` has too few arguments")), Ok)
}

/// An argument that is text.
pub(super) fn text_argument<'n>(name: &str, arguments: &'n [Node], place: usize) -> Outcome<&'n str> {
    let node = argument(name, arguments, place)?;
    node.as_str().map_or_else(|| fail(format!("an argument of `{name}` is no text")), Ok)
}

fn general(name: &str, arguments: &[Node]) -> Option<Outcome<Node>> {
    let at = |place| argument(name, arguments, place);
    Some(match name {
        "not" | "empty" => at(0).map(|value| flag(is_empty(value))),
        "default" => match (at(0), arguments.get(1)) {
            (Ok(_), Some(value)) if !is_empty(value) => Ok(value.clone()),
            (default, _) => default.cloned(),
        },
        "coalesce" => {
            let found = arguments.iter().find(|value| !is_empty(value));
            Ok(found.cloned().unwrap_or_else(|| super::data::made(Value::Null)))
        }
        "ternary" => at(2).and_then(|condition| if is_empty(condition) { at(1) } else { at(0) }).cloned(),
        "fail" => fail(arguments.first().map(to_text).unwrap_or_default()),
        "required" => match (at(0), at(1)) {
            (Ok(_), Ok(value)) if !is_empty(value) => Ok(value.clone()),
            (Ok(message), _) => fail(to_text(message)),
            (Err(failure), _) => Err(failure),
        },
        "eq" => equal(arguments),
        "ne" => equal(arguments).map(|value| flag(value.as_bool() == Some(false))),
        "toString" => at(0).map(|value| text(to_text(value))),
        "toJson" | "mustToJson" | "toRawJson" => at(0).map(|value| text(to_json(value))),
        "toYaml" => at(0).map(|value| text(kustomize::to_yaml(std::iter::once(value), &|_| None).trim_end())),
        "fromJson" | "mustFromJson" | "fromYaml" | "fromYamlArray" => read(name, arguments),
        "kindOf" | "typeOf" => at(0).map(|value| text(kind(value))),
        "kindIs" | "typeIs" => match (at(0), at(1)) {
            (Ok(wanted), Ok(value)) => Ok(flag(wanted.as_str() == Some(kind(value)))),
            (Err(failure), _) | (_, Err(failure)) => Err(failure),
        },
        "len" => at(0).and_then(length),
        _ => return None,
    })
}

fn length(value: &Node) -> Outcome<Node> {
    let length = match &value.value {
        Value::String(text) => text.len(),
        Value::Sequence(items) => items.len(),
        Value::Mapping(entries) => entries.len(),
        _ => return fail("`len` is of what has no length"),
    };
    Ok(integer(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// The first argument against each of the others. Values that Go does not compare are a failure.
fn equal(arguments: &[Node]) -> Outcome<Node> {
    let Some((first, rest)) = arguments.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return fail("`eq` has too few arguments");
    };
    for other in rest {
        let are_equal = match (&first.value, &other.value) {
            (Value::String(one), Value::String(other)) => one == other,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Null, Value::Null) => true,
            (Value::Null, _) | (_, Value::Null) => false,
            (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
                numbers::compare(first, other) == Some(std::cmp::Ordering::Equal)
            }
            _ => return fail("`eq` compares values of different types"),
        };
        if are_equal {
            return Ok(flag(true));
        }
    }
    Ok(flag(false))
}

/// The value of a text of JSON or YAML.
fn read(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let written = text_argument(name, arguments, 0)?;
    let limits = Limits { bytes: 1 << 20, nodes: 50_000, aliased: 5_000, ..Limits::default() };
    let (_, roots, problems) = documents(written.as_bytes().to_vec(), &limits);
    if let Some(problem) = problems.first() {
        return fail(format!("the text of `{name}` cannot be read: {}", problem.reason));
    }
    let Some(mut root) = roots.into_iter().next() else { return Ok(super::data::made(Value::Null)) };
    // Its numbers are floats, as those of parameters are; it has no place of its own.
    root.visit_mut(&mut |node| {
        node.origin = kube_manifest::Origin::default();
        if let Value::Integer(value) = node.value {
            #[expect(clippy::cast_precision_loss, reason = "Go's JSON reader loses it too")]
            let float = value as f64;
            node.value = Value::Float(float);
        }
    });
    Ok(root)
}

fn kind(value: &Node) -> &'static str {
    match &value.value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Integer(_) if value.origin == kube_manifest::Origin::default() => "int",
        Value::Integer(_) | Value::Float(_) => "float64",
        Value::String(_) | Value::Unknown(_) => "string",
        Value::Sequence(_) => "slice",
        Value::Mapping(_) => "map",
    }
}
