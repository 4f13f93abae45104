//! Words for values, types and rules.
//!
//! In: values of a manifest and keywords of a schema. Out: clauses for people. Never: a value of a Secret, a value
//! longer than a few words, or a character that a terminal would act on.

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

/// Says whether values may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Values may be quoted.
    Allowed,
    /// No value is quoted, because the object is a Secret.
    Forbidden,
}

/// The most allowed words that are listed.
const OPTIONS: usize = 12;

/// Writes the rest of the sentence `the value …`.
pub(super) fn describe_error(kind: &ValidationErrorKind, quoting: Quoting) -> String {
    if let ValidationErrorKind::Format { format } = kind {
        return format!("is not {}", format_for_people(format));
    }
    if let ValidationErrorKind::Maximum { limit } = kind {
        return format!("is greater than {limit}{}", describe_width(limit));
    }
    if let ValidationErrorKind::Minimum { limit } = kind {
        return format!("is less than {limit}{}", describe_width(limit));
    }
    if let ValidationErrorKind::ExclusiveMaximum { limit } = kind {
        return format!("is not less than {limit}");
    }
    if let ValidationErrorKind::ExclusiveMinimum { limit } = kind {
        return format!("is not greater than {limit}");
    }
    if let ValidationErrorKind::Pattern { pattern } = kind {
        return format!("does not match the pattern {}", shorten(&pattern.escape_debug().to_string()));
    }
    if let (ValidationErrorKind::Enum { options }, Quoting::Allowed) = (kind, quoting) {
        return format!("is not one of {}", options_for_people(options));
    }
    if let ValidationErrorKind::OneOfMultipleValid { .. } = kind {
        return "matches several alternatives but may match only one".to_owned();
    }
    describe_count(kind).unwrap_or_else(|| format!("breaks the rule `{}` of the schema", kind.keyword()))
}

/// Describes rules about numbers of things.
fn describe_count(kind: &ValidationErrorKind) -> Option<String> {
    let (comparison, limit, noun) = match kind {
        ValidationErrorKind::MinLength { limit } => ("shorter", limit, "character"),
        ValidationErrorKind::MaxLength { limit } => ("longer", limit, "character"),
        ValidationErrorKind::MinItems { limit } => ("shorter", limit, "item"),
        ValidationErrorKind::MaxItems { limit } => ("longer", limit, "item"),
        ValidationErrorKind::MinProperties { limit } => ("smaller", limit, "key"),
        ValidationErrorKind::MaxProperties { limit } => ("larger", limit, "key"),
        _ => return None,
    };
    let plural = if *limit == 1 { "" } else { "s" };
    Some(format!("is {comparison} than {limit} {noun}{plural}"))
}

/// Explains a limit that is that of a type.
fn describe_width(limit: &Value) -> &'static str {
    match limit.as_i64() {
        Some(limit) if limit == i64::from(i32::MAX) || limit == i64::from(i32::MIN) => {
            ", the limit of a 32-bit number"
        }
        Some(i64::MAX | i64::MIN) => ", the limit of a 64-bit number",
        Some(_) | None => "",
    }
}

fn options_for_people(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let quoted: Vec<String> = options.iter().take(OPTIONS).map(quote).collect();
    let more = options.len().saturating_sub(OPTIONS);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", quoted.join(", "))
}

fn format_for_people(format: &str) -> String {
    match format {
        "quantity" => "a quantity such as 250m, 2 or 512Mi".to_owned(),
        "byte" | "base64" => "base64 (letters, digits, + and /, padded with =)".to_owned(),
        "date-time" | "datetime" => "a time such as 2026-01-31T12:00:00Z".to_owned(),
        "date" => "a date such as 2026-01-31".to_owned(),
        "duration" => "a duration such as 1h30m or 300ms".to_owned(),
        "cidr" => "a range of addresses such as 10.0.0.0/8".to_owned(),
        other => format!("in the format `{other}`"),
    }
}

/// Names a type of JSON Schema.
pub(super) fn type_for_people(name: &str) -> &'static str {
    match name {
        "array" => "a list",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "object" => "a mapping (key: value)",
        "string" => "text",
        _ => "null",
    }
}

/// Names the type of a value.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "mapping",
    }
}

/// Names the type of a value and, if that is allowed, quotes the value.
pub(super) fn describe(value: &Value, quoting: Quoting) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        Value::String(_) if quoting == Quoting::Forbidden => "text".to_owned(),
        Value::Bool(_) | Value::Number(_) if quoting == Quoting::Forbidden => {
            format!("a {}", type_of(value))
        }
        Value::String(_) => format!("the text {}", quote(value)),
        Value::Bool(_) | Value::Number(_) => quote(value),
    }
}

/// Writes a value as JSON, shortened.
pub(super) fn quote(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", shorten(&text.escape_debug().to_string())),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Cuts a text after forty characters.
fn shorten(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(40).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}
