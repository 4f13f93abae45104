//! What is wrong with an object, for programs and for people.
//!
//! In: an error of the validator. Out: [`Violation`]s. Never: a value of a Secret, a value longer
//! than a few words, or a character that a terminal would act on.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::nearest::nearest;
use super::{fields, pointer};
use crate::kube::KubernetesVersion;

/// One thing that the API server would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind of thing.
    pub kind: ViolationKind,
    /// Where: a JSON pointer to the value; for an unknown field to that field, for a missing field
    /// to the object that lacks it.
    pub pointer: String,
    /// One clause for people, without object and place of file.
    pub message: String,
    /// The Kubernetes versions that refuse it; all targets for a custom resource.
    pub versions: Vec<KubernetesVersion>,
}

/// What kind of thing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// A field that the schema does not have.
    UnknownField {
        /// The field.
        field: String,
        /// The field that was probably meant.
        nearest: Option<String>,
    },
    /// A value of another type.
    Type {
        /// What it has to be.
        expected: String,
        /// What it is.
        found: &'static str,
    },
    /// A field that has to be there.
    Required {
        /// The field.
        field: String,
    },
    /// A value of the right type that is not allowed.
    Value {
        /// The keyword of the schema that refuses it.
        rule: String,
    },
}

impl Violation {
    /// The pointer of the object or list that holds the value.
    pub fn parent(&self) -> &str {
        pointer::parent(&self.pointer)
    }
}

/// Whether values may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// They may.
    Allowed,
    /// The object is a Secret: no value is ever quoted.
    Forbidden,
}

/// Translates an error; one error may name several unknown fields.
pub(super) fn translate(error: &ValidationError<'_>, document: &Value, quoting: Quoting) -> Vec<Violation> {
    let at = error.instance_path().as_str();
    let kind = error.kind();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = kind {
        return unexpected.iter().map(|field| unknown_field(at, field, document)).collect();
    }
    let violation = if let ValidationErrorKind::Required { property } = kind {
        required(at, property.as_str().unwrap_or_default())
    } else if let ValidationErrorKind::Type { kind } = kind {
        wrong_type(at, kind, error.instance(), quoting)
    } else {
        wrong_value(at, kind, error.instance(), quoting)
    };
    vec![violation]
}

fn violation(at: String, kind: ViolationKind, message: String) -> Violation {
    Violation { kind, pointer: at, message, versions: Vec::new() }
}

fn unknown_field(at: &str, field: &str, document: &Value) -> Violation {
    let known = fields::known_at(document, at);
    let nearest = nearest(field, known.iter().map(String::as_str)).map(str::to_owned);
    let path = pointer::for_people(&pointer::join(at, field));
    let suggestion =
        nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"));
    let message = format!("there is no field {path}{suggestion}");
    let kind = ViolationKind::UnknownField { field: field.to_owned(), nearest };
    violation(pointer::join(at, field), kind, message)
}

fn required(at: &str, field: &str) -> Violation {
    let kind = ViolationKind::Required { field: field.to_owned() };
    let message = format!("{} lacks the field `{}`", pointer::for_people(at), field.escape_debug());
    violation(at.to_owned(), kind, message)
}

fn wrong_type(at: &str, kind: &TypeKind, found: &Value, quoting: Quoting) -> Violation {
    let names: Vec<String> = match kind {
        TypeKind::Single(single) => vec![single.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|name| name.to_string()).collect(),
    };
    let known = names.iter().map(String::as_str).filter(|name| *name != "null").map(type_for_people);
    let expected = known.collect::<Vec<_>>().join(" or ");
    let path = pointer::for_people(at);
    let message = format!("{path} must be {expected}, not {}", describe(found, quoting));
    violation(at.to_owned(), ViolationKind::Type { expected, found: type_of(found) }, message)
}

fn wrong_value(at: &str, kind: &ValidationErrorKind, found: &Value, quoting: Quoting) -> Violation {
    let path = pointer::for_people(at);
    let subject = match quoting {
        Quoting::Allowed => format!("{path} is {}, which", quote(found)),
        Quoting::Forbidden => format!("{path} has a value that"),
    };
    let message = format!("{subject} {}", complaint(kind, quoting));
    violation(at.to_owned(), ViolationKind::Value { rule: kind.keyword().to_owned() }, message)
}

/// The rest of the sentence `the value …`.
fn complaint(kind: &ValidationErrorKind, quoting: Quoting) -> String {
    if let ValidationErrorKind::Format { format } = kind {
        return format!("is not {}", format_for_people(format));
    }
    if let ValidationErrorKind::Maximum { limit } = kind {
        return format!("is greater than {limit}");
    }
    if let ValidationErrorKind::Minimum { limit } = kind {
        return format!("is less than {limit}");
    }
    if let ValidationErrorKind::Pattern { pattern } = kind {
        return format!("does not match the pattern {}", shorten(&pattern.escape_debug().to_string()));
    }
    if let (ValidationErrorKind::Enum { options }, Quoting::Allowed) = (kind, quoting) {
        let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
        let options: Vec<String> = options.iter().take(12).map(quote).collect();
        return format!("is not one of {}", options.join(", "));
    }
    format!("breaks the rule `{}` of the schema", kind.keyword())
}

fn format_for_people(format: &str) -> String {
    match format {
        "quantity" => "a quantity such as 250m, 2 or 512Mi".to_owned(),
        "byte" => "base64 (letters, digits, + and /, padded with =)".to_owned(),
        "date-time" => "a time such as 2026-01-31T12:00:00Z".to_owned(),
        other => format!("in the format `{other}`"),
    }
}

fn type_for_people(name: &str) -> &'static str {
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

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "mapping",
    }
}

fn describe(value: &Value, quoting: Quoting) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) if quoting == Quoting::Forbidden => {
            format!("a {}", type_of(value))
        }
        Value::String(_) => format!("the text {}", quote(value)),
        Value::Bool(_) | Value::Number(_) => quote(value),
    }
}

fn quote(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", shorten(&text.escape_debug().to_string())),
        Value::Array(_) | Value::Object(_) => describe(value, Quoting::Allowed),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The first forty characters.
fn shorten(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(40).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}
