//! The meaning of a scalar for go-yaml v2 (`resolve.go`), as JSON carries it.

use crate::agreement::Agreement;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::go_number;
use super::super::node::Value;
use super::super::syntax::{Item, Style, core_tag};
use super::super::timestamp;

/// The reason why a scalar has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScalarError {
    #[error("infinity and not-a-number have no JSON form")]
    NotJson,
    #[error("the value does not have the type of its tag")]
    TagMismatch,
    #[error("the value is not valid base64, as its tag requires")]
    NotBase64,
}

/// A scalar's value.
#[derive(Debug, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) value: Value,
    /// True for a tag that no real manifest needs and that tools treat differently.
    pub(crate) foreign_tag: bool,
    /// Whether kustomize reads it alike.
    pub(crate) agreement: Agreement,
}

/// The value of an untagged plain scalar, before the type that a tag asks for.
#[derive(Debug, PartialEq)]
enum Plain {
    Value(Value),
    Infinite,
    Timestamp,
}

/// Resolves a scalar.
pub(crate) fn resolve(tag: Option<&str>, text: &str, style: Style) -> Result<Resolved, ScalarError> {
    if let Some(tag) = tag {
        let (value, foreign_tag) = resolve_tagged(tag, text)?;
        return Ok(Resolved { value, foreign_tag, agreement: Agreement::Open });
    }
    if style != Style::Plain {
        // kustomize cannot read again what it writes for a block that begins with a tab.
        let is_peculiar = match style {
            Style::Folded => text.starts_with('\t') || text.strip_suffix('\n').unwrap_or(text).contains('\n'),
            Style::Literal => text.starts_with('\t'),
            Style::Plain | Style::Quoted => false,
        };
        return Ok(Resolved {
            value: string(text),
            foreign_tag: false,
            agreement: Agreement::unless(is_peculiar),
        });
    }
    match resolve_plain(text) {
        Plain::Value(value) => {
            let word = matches!(value, Value::Bool(_)) && !text.starts_with(['t', 'T', 'f', 'F']);
            Ok(Resolved { value, foreign_tag: false, agreement: Agreement::unless(word) })
        }
        Plain::Timestamp => {
            Ok(Resolved { value: string(text), foreign_tag: false, agreement: Agreement::Open })
        }
        Plain::Infinite => Err(ScalarError::NotJson),
    }
}

/// True for `<<` as go-yaml v2 takes it for a merge: plain, or with the tag `!` or `!!merge`.
pub(super) fn is_merge_key(key: &Item) -> bool {
    let Some(("<<", style)) = key.scalar() else { return false };
    match key.own_tag() {
        None => style == Style::Plain,
        Some(tag) => tag == "!" || core_tag(tag) == Some("merge"),
    }
}

/// The spelling of a key in JSON; `None` if kubectl refuses it.
pub(super) fn key_text(value: &Value) -> Option<Box<str>> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        // A whole number beyond 63 bits is a Go type that no key may have.
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 18_446_744_073_709_551_616.0 => None,
        Value::Float(number) => Some(go_number::float_key(*number).into()),
        Value::Null | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn resolve_tagged(tag: &str, text: &str) -> Result<(Value, bool), ScalarError> {
    let name = core_tag(tag).unwrap_or_default();
    match name {
        "str" => Ok((string(text), false)),
        "null" | "bool" | "int" | "float" | "timestamp" => Ok((promised(name, text)?, false)),
        "binary" => Ok((binary(text)?, true)),
        _ => Ok((string(text), true)),
    }
}

fn promised(name: &str, text: &str) -> Result<Value, ScalarError> {
    let value = match (name, resolve_plain(text)) {
        ("timestamp", Plain::Timestamp) => string(text),
        ("float", Plain::Infinite) => return Err(ScalarError::NotJson),
        // With these tags go-yaml does not try a timestamp first, and what is one is not a number.
        (_, Plain::Timestamp | Plain::Infinite) | ("timestamp", Plain::Value(_)) => {
            return Err(ScalarError::TagMismatch);
        }
        (_, Plain::Value(value)) => value,
    };
    let fits = match &value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "bool",
        Value::Integer(_) | Value::Float(_) => {
            name == "float" || (name == "int" && is_written_as_integer(text))
        }
        Value::String(_) => name == "timestamp",
        Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    };
    if fits { Ok(value) } else { Err(ScalarError::TagMismatch) }
}

fn is_written_as_integer(text: &str) -> bool {
    go_number::parse_integer(&text.replace('_', "")).is_some()
}

/// Go's decoder skips line ends; bytes that are no UTF-8 become U+FFFD on the way through JSON.
pub(crate) fn decode_binary(text: &str) -> Option<String> {
    let packed: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = STANDARD.decode(packed).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn binary(text: &str) -> Result<Value, ScalarError> {
    decode_binary(text).map(|text| string(&text)).ok_or(ScalarError::NotBase64)
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

fn resolve_plain(text: &str) -> Plain {
    let Some(first) = text.as_bytes().first() else { return Plain::Value(Value::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            Plain::Value(resolve_word(text))
        }
        b'0'..=b'9' | b'.' | b'+' | b'-' => resolve_number(text),
        _ => Plain::Value(string(text)),
    }
}

fn resolve_word(text: &str) -> Value {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => string(text),
    }
}

fn resolve_number(text: &str) -> Plain {
    if timestamp::normalise(text).is_some() {
        return Plain::Timestamp;
    }
    match go_number::resolve(text) {
        Ok(number) => Plain::Value(number.unwrap_or_else(|| string(text))),
        Err(go_number::Infinite) => Plain::Infinite,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<Value, ScalarError> {
        resolve(None, text, Style::Plain).map(|resolved| resolved.value)
    }

    #[test]
    fn plain_scalars_resolve_as_go_yaml_v2_does() {
        let cases = [
            ("yes", Value::Bool(true)),
            ("off", Value::Bool(false)),
            ("tRue", string("tRue")),
            ("0777", Value::Integer(511)),
            ("0o8", string("0o8")),
            ("0x_1F", Value::Integer(31)),
            ("1__0", Value::Integer(10)),
            ("_1", string("_1")),
            ("0.0", Value::Integer(0)),
            (".5", Value::Float(0.5)),
            ("1e400", string("1e400")),
            ("1:30", string("1:30")),
            ("2001-12-14", string("2001-12-14")),
            ("-", string("-")),
            ("", Value::Null),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), Ok(expected), "{text}");
        }
        assert_eq!(plain(".inf"), Err(ScalarError::NotJson));
    }

    #[test]
    fn tags_promise_a_type_or_are_foreign() {
        let tagged = |tag: &str, text| resolve(Some(tag), text, Style::Quoted);
        let value = |tag: &str, text| tagged(&format!("tag:yaml.org,2002:{tag}"), text).map(|it| it.value);
        assert_eq!(value("bool", "yes"), Ok(Value::Bool(true)));
        assert_eq!(value("int", "0777"), Ok(Value::Integer(511)));
        assert_eq!(value("int", "1.5"), Err(ScalarError::TagMismatch));
        assert_eq!(value("float", "1_0.5"), Ok(Value::Float(10.5)));
        assert_eq!(value("binary", "aGVsbG8="), Ok(string("hello")));
        assert_eq!(value("binary", "!!"), Err(ScalarError::NotBase64));
        assert!(tagged("!foo", "bar").is_ok_and(|resolved| resolved.foreign_tag));
    }
}
