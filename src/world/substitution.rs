//! What objects become once Flux has filled in its variables.
//!
//! In: an object as its file writes it. Out: the same with the defaults of the variables, or with every value that a
//! variable decides unknown. Never: knows what a variable is set to.

use std::sync::Arc;

use kube_manifest::{
    Entry, Expansion, Node, Object, Value, expand, leaves_a_variable_open, may_name_a_variable,
};

/// One way to take the variables of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Substitution {
    /// As it is written: nothing fills in a variable.
    Literal,
    /// With the default that the text gives; unknown where it gives none.
    Defaults,
    /// Whatever the variables are set to.
    Unknown,
}

/// Whether something in the repository shows that Flux deploys it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flux {
    /// It does.
    Shown,
    /// Nothing does.
    NotShown,
}

/// The key of a label or annotation by which an object keeps its text (`kustomize-controller`).
const OPT_OUT: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Whether Flux may fill in something of an object.
pub(super) fn has_variables(object: &Object) -> bool {
    names_variable(&object.root) && !is_opted_out(object)
}

/// Whether a text of an object gives a variable a default.
pub(super) fn has_defaults(object: &Object) -> bool {
    any_text(&object.root, &|text| matches!(expand(text), Expansion::Default(_)))
}

fn names_variable(node: &Node) -> bool {
    let names = |text: &str| {
        may_name_a_variable(text)
            && (!matches!(expand(text), Expansion::Constant(_)) || leaves_a_variable_open(text))
    };
    any_text(node, &names)
}

fn any_text(node: &Node, wanted: &impl Fn(&str) -> bool) -> bool {
    node.as_str().is_some_and(wanted)
        || node.entries().iter().any(|entry| wanted(&entry.key) || any_text(&entry.value, wanted))
        || node.items().iter().any(|item| any_text(item, wanted))
}

fn is_opted_out(object: &Object) -> bool {
    ["labels", "annotations"].iter().any(|holder| {
        let value = object.at(&["metadata", holder]).and_then(|entries| entries.get(OPT_OUT));
        value.and_then(Node::as_str) == Some("disabled")
    })
}

/// The object as it is after a substitution. A variable that ends in another value, where Flux fills it in, may take any
/// part of the object along: then nothing of it is known.
pub(super) fn substituted(object: &Arc<Object>, substitution: Substitution, flux: Flux) -> Arc<Object> {
    let leaves_one_open = || any_text(&object.root, &leaves_a_variable_open) && !is_opted_out(object);
    if flux == Flux::Shown && substitution != Substitution::Literal && leaves_one_open() {
        let root = replaced(&object.root, |text| Some(Value::Unknown(text.into())), Substitution::Unknown);
        return Arc::new(Object::new(Arc::clone(&object.source), Arc::clone(&object.aliases), root));
    }
    let value: fn(&str) -> Option<Value> = match substitution {
        Substitution::Literal => return Arc::clone(object),
        Substitution::Defaults => with_default,
        Substitution::Unknown => unknown,
    };
    if !has_variables(object) {
        return Arc::clone(object);
    }
    let root = replaced(&object.root, value, substitution);
    Arc::new(Object::new(Arc::clone(&object.source), Arc::clone(&object.aliases), root))
}

fn replaced(node: &Node, value: fn(&str) -> Option<Value>, substitution: Substitution) -> Node {
    let replacement = match &node.value {
        Value::String(text) => value(text).unwrap_or_else(|| node.value.clone()),
        Value::Sequence(items) => {
            Value::Sequence(items.iter().map(|item| replaced(item, value, substitution)).collect())
        }
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                key: key(&entry.key, substitution),
                key_span: entry.key_span,
                value: replaced(&entry.value, value, substitution),
            });
            Value::Mapping(entries.collect())
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Unknown(_) => {
            node.value.clone()
        }
    };
    Node { origin: node.origin, value: replacement }
}

/// A key that is not known keeps its text: what asks for it by name does not find it.
fn key(text: &str, substitution: Substitution) -> Box<str> {
    match (substitution, expand(text)) {
        (Substitution::Defaults, Expansion::Default(expanded) | Expansion::Constant(expanded)) => {
            expanded.into()
        }
        (Substitution::Defaults | Substitution::Unknown | Substitution::Literal, _) => text.into(),
    }
}

fn unknown(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(_) => constant(text),
        Expansion::Default(_) | Expansion::Unknown => Some(Value::Unknown(text.into())),
    }
}

/// kustomize writes a text without quotes where it can, so that what Flux fills in may be a number or a list. Only
/// a text that stays one is known.
fn with_default(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(_) => constant(text),
        Expansion::Default(expanded) if is_plain_text(&expanded) => Some(Value::String(expanded.into())),
        Expansion::Default(_) | Expansion::Unknown => Some(Value::Unknown(text.into())),
    }
}

/// A text without a variable, `$$` written as `$`.
fn constant(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(expanded) if expanded != text => Some(Value::String(expanded.into())),
        Expansion::Constant(_) | Expansion::Default(_) | Expansion::Unknown => None,
    }
}

/// Whether YAML reads an unquoted text as this text and nothing else.
fn is_plain_text(text: &str) -> bool {
    const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ""];
    let begins_as_text = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let ends_early = text.contains(": ") || text.contains(" #") || text.contains('\n') || text.ends_with(':');
    begins_as_text && !ends_early && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
