//! Translates the validator's errors to violations.
//!
//! In: an error, the schema and the object. Out: [`Violation`]s; of a union only those of the branch that was meant.
//! Never: a value of a Secret.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::duplicates::{Repetition, Uniqueness};
use super::fields;
use super::nearest::find_nearest;
use super::violation::{Violation, ViolationKind};
use super::wording::{Quoting, describe, describe_error, quote, type_for_people, type_of};
use kube_manifest::Node;
use source_files::pointer;

/// The schema and the object of an error.
#[derive(Clone, Copy)]
pub(super) struct ErrorContext<'a> {
    /// The schema.
    pub(super) document: &'a Value,
    /// The object.
    pub(super) root: &'a Node,
    /// Says whether its values may be quoted.
    pub(super) quoting: Quoting,
}

impl ErrorContext<'_> {
    /// Translates an error; one error may name several unknown fields or items.
    pub(super) fn translate(self, error: &ValidationError<'_>) -> Vec<Violation> {
        let at = error.instance_path().as_str();
        let kind = error.kind();
        match kind {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                unexpected.iter().map(|field| self.unknown_field(at, field)).collect()
            }
            // An object that lists no fields refuses everything below it.
            ValidationErrorKind::FalseSchema => {
                let fields = self.root.resolve_pointer(at).map(Node::entries).unwrap_or_default();
                fields.iter().map(|entry| self.unknown_field(at, &entry.key)).collect()
            }
            ValidationErrorKind::Custom { .. } => self.find_repetitions(at),
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                self.translate_union(at, context, error)
            }
            ValidationErrorKind::Required { property } => {
                vec![required(at, property.as_str().unwrap_or_default())]
            }
            ValidationErrorKind::Type { kind } => {
                vec![self.wrong_type(at, &type_names(kind), error.instance())]
            }
            // The errors of the validator are not an exhaustive enum, and a new one is still an error.
            _ => vec![self.wrong_value(at, kind, error.instance())],
        }
    }

    fn unknown_field(self, at: &str, field: &str) -> Violation {
        let known = fields::known_at(self.document, at);
        let nearest = find_nearest(field, known.iter().map(String::as_str)).map(str::to_owned);
        let path = pointer::for_people(&pointer::join(at, field));
        let suggestion =
            nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"));
        let message = format!("there is no field {path}{suggestion}");
        let kind = ViolationKind::UnknownField { field: field.to_owned(), nearest };
        Violation::new(pointer::join(at, field), kind, message)
    }

    fn wrong_type(self, at: &str, names: &[String], found: &Value) -> Violation {
        let known = names.iter().map(String::as_str).filter(|name| *name != "null").map(type_for_people);
        let expected = known.collect::<Vec<_>>().join(" or ");
        let path = pointer::for_people(at);
        let message = format!("{path} must be {expected}, not {}", describe(found, self.quoting));
        Violation::new(at, ViolationKind::Type { expected, found: type_of(found) }, message)
    }

    fn wrong_value(self, at: &str, kind: &ValidationErrorKind, found: &Value) -> Violation {
        let path = pointer::for_people(at);
        let subject = match self.quoting {
            Quoting::Allowed => format!("{path} is {}, which", quote(found)),
            Quoting::Forbidden => format!("{path} has a value that"),
        };
        let message = format!("{subject} {}", describe_error(kind, self.quoting));
        let rule = match kind {
            ValidationErrorKind::Format { format } => format,
            other => other.keyword(),
        };
        Violation::new(at, ViolationKind::Value { rule: rule.to_owned() }, message)
    }

    /// Returns the items of a list that repeat earlier ones.
    fn find_repetitions(self, at: &str) -> Vec<Violation> {
        let schema = fields::schema_at(self.document, at).and_then(Value::as_object);
        let Some(uniqueness) = schema.and_then(Uniqueness::of) else { return Vec::new() };
        let items = self.root.resolve_pointer(at).map(Node::items).unwrap_or_default();
        let found = uniqueness.find_repetitions(items);
        found.iter().map(|repetition| self.repetition(at, items, &uniqueness, *repetition)).collect()
    }

    fn repetition(
        self,
        at: &str,
        items: &[Node],
        uniqueness: &Uniqueness,
        repetition: Repetition,
    ) -> Violation {
        let place = format!("{at}/{}", repetition.index);
        let list = pointer::tokens(at).last().unwrap_or_default();
        let first = pointer::for_people(&format!("{}/{}", pointer::join("", &list), repetition.first));
        let item = items.get(repetition.index);
        let keys = item.map(|item| uniqueness.named_keys(item)).unwrap_or_default();
        let value = |node: &Node| match self.quoting {
            Quoting::Allowed => format!(" {}", quote(&node.to_json())),
            Quoting::Forbidden => String::new(),
        };
        let named: Vec<String> =
            keys.iter().map(|(name, node)| format!("the {}{}", name.escape_debug(), value(node))).collect();
        let what = if named.is_empty() {
            format!("the value{}", item.map(value).unwrap_or_default())
        } else {
            named.join(" and ")
        };
        let message = format!("{} repeats {what} of {first}", pointer::for_people(&place));
        Violation::new(place, ViolationKind::Duplicate { refusal: uniqueness.refusal }, message)
    }

    /// Translates alternatives of which none fits. Types and missing fields of all of them are reported at once;
    /// otherwise the best fit was meant.
    fn translate_union(
        self,
        at: &str,
        branches: &[Vec<ValidationError<'static>>],
        error: &ValidationError<'_>,
    ) -> Vec<Violation> {
        let types: Option<Vec<_>> = branches.iter().map(|branch| find_types(branch, at)).collect();
        let missing: Option<Vec<_>> = branches.iter().map(|branch| find_missing(branch, at)).collect();
        if let Some(types) = types.filter(|types| !types.is_empty()) {
            return vec![self.wrong_type(at, &types.concat(), error.instance())];
        }
        if let Some(missing) = missing.filter(|missing| !missing.is_empty()) {
            return vec![one_of(at, &missing)];
        }
        let rating = |branch: &&Vec<ValidationError<'static>>| {
            let depths = branch.iter().map(|error| pointer::tokens(error.instance_path().as_str()).count());
            (find_types(branch, at).is_some(), branch.len(), std::cmp::Reverse(depths.max()))
        };
        match branches.iter().filter(|branch| !branch.is_empty()).min_by_key(rating) {
            Some(meant) => meant.iter().flat_map(|error| self.translate(error)).collect(),
            None => vec![self.wrong_value(at, error.kind(), error.instance())],
        }
    }
}

fn type_names(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(single) => vec![single.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|name| name.to_string()).collect(),
    }
}

/// Returns the types that a branch asks for, if it asks for nothing else.
fn find_types(branch: &[ValidationError<'static>], at: &str) -> Option<Vec<String>> {
    let [error] = branch else { return None };
    match error.kind() {
        ValidationErrorKind::Type { kind } if error.instance_path().as_str() == at => Some(type_names(kind)),
        _ => None,
    }
}

/// Returns the field that a branch misses, if it misses nothing else.
fn find_missing(branch: &[ValidationError<'static>], at: &str) -> Option<String> {
    let field = |error: &ValidationError<'static>| match error.kind() {
        ValidationErrorKind::Required { property } if error.instance_path().as_str() == at => {
            property.as_str().map(|name| format!("`{}`", name.escape_debug()))
        }
        _ => None,
    };
    let fields: Vec<String> = branch.iter().map(field).collect::<Option<_>>()?;
    (!fields.is_empty()).then(|| fields.join(" and "))
}

fn required(at: &str, field: &str) -> Violation {
    let kind = ViolationKind::Required { field: field.to_owned() };
    let message = format!("{} lacks the field `{}`", pointer::for_people(at), field.escape_debug());
    Violation::new(at, kind, message)
}

fn one_of(at: &str, alternatives: &[String]) -> Violation {
    let field = alternatives.join(" or ");
    let message = format!("{} lacks {field}", pointer::for_people(at));
    Violation::new(at, ViolationKind::Required { field }, message)
}
