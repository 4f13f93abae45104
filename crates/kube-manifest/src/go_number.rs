//! Numbers as Go's `strconv` reads them and as the JSON between kubectl and the API server carries
//! them.

use super::node::Value;

/// Infinity or not-a-number, which JSON cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Infinite;

/// The number that a plain text is, if it is one (go-yaml `resolve.go`, the same in v2 and v3).
pub(super) fn resolve(text: &str) -> Result<Option<Value>, Infinite> {
    match text.as_bytes().first() {
        Some(b'.' | b'+' | b'-') if is_not_finite(text) => Err(Infinite),
        Some(b'.') => Ok(resolve_fraction(text)),
        Some(b'0'..=b'9' | b'+' | b'-') if text.contains('_') => Ok(parse(&text.replace('_', ""))),
        Some(b'0'..=b'9' | b'+' | b'-') => Ok(parse(text)),
        Some(_) | None => Ok(None),
    }
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Here go-yaml asks strconv, which takes `_` between two digits only.
fn resolve_fraction(text: &str) -> Option<Value> {
    let between_digits = text.as_bytes().windows(3).all(|window| match window {
        [left, b'_', right] => left.is_ascii_digit() && right.is_ascii_digit(),
        _other => true,
    });
    if between_digits && !text.ends_with('_') { parse_float(&text.replace('_', "")) } else { None }
}

fn parse(digits: &str) -> Option<Value> {
    parse_integer(digits).or_else(|| parse_float(digits))
}

/// `strconv.ParseInt(s, 0, 64)`, then `ParseUint`: base prefixes, and a leading zero means octal.
pub(super) fn parse_integer(text: &str) -> Option<Value> {
    let (negative, unsigned, signed) = match text.strip_prefix('-') {
        Some(rest) => (true, rest, true),
        None => text.strip_prefix('+').map_or((false, text, false), |rest| (false, rest, true)),
    };
    let magnitude = parse_magnitude(unsigned)?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Value::Integer);
    }
    match i64::try_from(magnitude) {
        Ok(value) => Some(Value::Integer(value)),
        // Go parses unsigned numbers only without a sign; JSON then carries them as a double.
        Err(_) if !signed => Some(unsigned_double(magnitude)),
        Err(_) => None,
    }
}

fn parse_magnitude(unsigned: &str) -> Option<u64> {
    let bytes = unsigned.as_bytes();
    let prefixed = |radix| unsigned.get(2..).map(|digits| (digits, radix));
    let (digits, radix) = match (bytes.first(), bytes.get(1)) {
        (Some(b'0'), Some(b'x' | b'X')) => prefixed(16)?,
        (Some(b'0'), Some(b'o' | b'O')) => prefixed(8)?,
        (Some(b'0'), Some(b'b' | b'B')) => prefixed(2)?,
        (Some(b'0'), Some(_)) => (unsigned.get(1..)?, 8),
        (_, _) => (unsigned, 10),
    };
    // Rust's parser would take a sign here.
    let starts_with_digit = digits.starts_with(|first: char| first.is_digit(radix));
    starts_with_digit.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

#[expect(clippy::cast_precision_loss, reason = "this is the double that kubectl sends")]
fn unsigned_double(magnitude: u64) -> Value {
    Value::Float(magnitude as f64)
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, then `strconv.ParseFloat`, for to which a number
/// out of range does not belong.
fn parse_float(text: &str) -> Option<Value> {
    if !is_yaml_float(text) {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map(float)
}

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

/// Go writes a whole double below 1e21 without an exponent, so that the API server reads the digits
/// as an integer if they fit.
pub(super) fn float(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value.abs() < 1e19;
    let integer = whole.then(|| format!("{value}").parse::<i64>().ok()).flatten();
    integer.map_or(Value::Float(value), Value::Integer)
}

/// A number as `sigs.k8s.io/yaml` spells it when it is a key: `strconv.FormatFloat(f, 'g', -1, 32)`.
pub(super) fn float_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "the keys are formatted as float32")]
    let single = value as f32;
    let plain = format!("{single}");
    let scientific = format!("{single:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(power) if !(-4..21).contains(&power) => {
            let sign = if power < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", power.abs())
        }
        Ok(_) | Err(_) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let cases = [
            ("0777", Some(Value::Integer(511))),
            ("0o8", None),
            ("08", Some(Value::Integer(8))),
            ("-0b101", Some(Value::Integer(-5))),
            ("+9223372036854775808", Some(Value::Float(9_223_372_036_854_775_808.0))),
            ("-9223372036854775808", Some(Value::Integer(i64::MIN))),
            ("18446744073709551615", Some(Value::Float(18_446_744_073_709_551_615.0))),
            ("1e18", Some(Value::Integer(1_000_000_000_000_000_000))),
            ("1e400", None),
            ("0x", None),
            ("0x-1", None),
            ("5.", Some(Value::Integer(5))),
            (".e1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn keys_are_single_precision() {
        assert_eq!(float_key(1.123_456_789), "1.1234568");
        assert_eq!(float_key(1e22), "1e+22");
        assert_eq!(float_key(0.000_01), "1e-05");
    }
}
