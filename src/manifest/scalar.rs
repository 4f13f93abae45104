//! What a scalar means in the `kubectl` reading: YAML 1.1 as go-yaml v2 resolves it (its
//! `resolve.go`), then through JSON as `sigs.k8s.io/yaml` does.

use super::node::Value;

/// Why a scalar has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarError {
    /// Infinity and not-a-number have no JSON form: kubectl refuses the file.
    NotJson,
    /// The tag promises a type that the text is not.
    TagMismatch,
    /// A tag that no real manifest needs and that tools treat differently.
    ForeignTag,
}

/// Resolves a plain scalar without a tag.
pub(super) fn resolve_plain(text: &str) -> Result<Value, ScalarError> {
    let Some(first) = text.chars().next() else { return Ok(Value::Null) };
    match first {
        'y' | 'Y' | 'n' | 'N' | 't' | 'T' | 'f' | 'F' | 'o' | 'O' | '~' => Ok(resolve_word(text)),
        '.' | '+' | '-' if is_not_finite(text) => Err(ScalarError::NotJson),
        '.' => Ok(parse_go_float(text).map_or_else(|| string(text), number)),
        '0'..='9' | '+' | '-' => Ok(resolve_number(text)),
        _ => Ok(string(text)),
    }
}

/// Resolves a scalar with an explicit tag, given in full (`tag:yaml.org,2002:int`) or as written.
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Result<Value, ScalarError> {
    let Some(name) = tag.strip_prefix("tag:yaml.org,2002:") else { return Err(ScalarError::ForeignTag) };
    if name == "str" {
        return Ok(string(text));
    }
    let value = resolve_plain(text)?;
    let promised = match (name, &value) {
        ("null", Value::Null) | ("bool", Value::Bool(_)) | ("float", Value::Integer(_) | Value::Float(_)) => {
            true
        }
        ("int", Value::Integer(_)) => !text.contains(['.', 'e', 'E']) || text.starts_with("0x"),
        ("null" | "bool" | "float" | "int", _) => false,
        _ => return Err(ScalarError::ForeignTag),
    };
    if promised { Ok(value) } else { Err(ScalarError::TagMismatch) }
}

/// How a key is spelled in JSON; `None` where kubectl refuses it.
pub(super) fn key_text(value: &Value) -> Option<Box<str>> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        #[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml formats float keys as float32")]
        Value::Float(number) => Some((*number as f32).to_string().into()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn string(text: &str) -> Value {
    Value::String(text.into())
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

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn resolve_number(text: &str) -> Value {
    let digits = text.replace('_', "");
    let whole = parse_go_integer(&digits);
    if let Some(value) = whole {
        return i64::try_from(value).map_or_else(|_| big(value, text), Value::Integer);
    }
    if is_yaml_float(&digits) {
        return parse_go_float(&digits).map_or_else(|| string(text), number);
    }
    string(text)
}

/// Go parses up to 64 unsigned bits; JSON then carries what exceeds 63 as a double.
#[expect(clippy::cast_precision_loss, reason = "this is the double that kubectl sends")]
fn big(value: i128, text: &str) -> Value {
    if (0..=i128::from(u64::MAX)).contains(&value) {
        Value::Float(value as f64)
    } else if is_yaml_float(text) {
        parse_go_float(text).map_or_else(|| string(text), number)
    } else {
        string(text)
    }
}

/// `strconv.ParseInt(s, 0, …)`: base prefixes, and a leading zero means octal.
fn parse_go_integer(text: &str) -> Option<i128> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (digits, radix) = match (lower.get(..2), lower.get(2..)) {
        (Some("0x"), Some(rest)) => (rest, 16),
        (Some("0o"), Some(rest)) => (rest, 8),
        (Some("0b"), Some(rest)) => (rest, 2),
        _ if lower.len() > 1 && lower.starts_with('0') => (lower.get(1..)?, 8),
        _ => (&*lower, 10),
    };
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    Some(if negative { -value } else { value })
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    mantissa_fits && exponent_fits
}

/// `strconv.ParseFloat`: out of range is no number.
fn parse_go_float(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    if !is_yaml_float(&plain) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Go writes a whole double below 1e21 without an exponent, so the API server reads an integer.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before the cast")]
fn number(value: f64) -> Value {
    let exact = value.fract() == 0.0 && value.abs() < 9.0e18;
    if exact { Value::Integer(value as i64) } else { Value::Float(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_as_go_yaml_v2_does() {
        let cases = [
            ("yes", Value::Bool(true)),
            ("off", Value::Bool(false)),
            ("tRue", string("tRue")),
            ("0777", Value::Integer(511)),
            ("08", Value::Integer(8)),
            ("0o8", string("0o8")),
            ("0x_1F", Value::Integer(31)),
            ("-0b101", Value::Integer(-5)),
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
            assert_eq!(resolve_plain(text), Ok(expected), "{text}");
        }
        assert_eq!(resolve_plain(".inf"), Err(ScalarError::NotJson));
        assert_eq!(resolve_tagged("tag:yaml.org,2002:bool", "yes"), Ok(Value::Bool(true)));
        assert_eq!(resolve_tagged("!foo", "bar"), Err(ScalarError::ForeignTag));
    }
}
