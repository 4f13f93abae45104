//! Objects after Flux has filled in its variables.
//!
//! In: an object as its file writes it. Out: the same with the defaults of the variables, or with every value that a
//! variable decides unknown. Never: knows the value of a variable.

use std::sync::Arc;

use kube_manifest::{
    Entry, Expansion, Node, Object, Value, expand, leaves_a_variable_open, may_name_a_variable,
};

/// A treatment of the variables of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Substitution {
    /// As written: nothing fills in a variable.
    Literal,
    /// With the default in the text. Unknown without a default.
    Defaults,
    /// Unknown, whatever the variables are set to.
    Unknown,
}

/// Says whether something in the repository shows that Flux deploys it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flux {
    /// Something shows it.
    Shown,
    /// Nothing shows it.
    NotShown,
}

/// The key of a label or annotation by which an object keeps its text (`kustomize-controller`).
const OPT_OUT: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Returns true if Flux may fill in something of an object.
pub(super) fn has_variables(object: &Object) -> bool {
    names_variable(&object.root) && !is_opted_out(object)
}

/// Returns true if a text of an object gives a variable a default.
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

/// Returns the object after a substitution. Where Flux fills in variables, one that is not closed in its own value
/// may swallow any part of the object, so that nothing of the object is known.
pub(super) fn substitute(object: &Arc<Object>, substitution: Substitution, flux: Flux) -> Arc<Object> {
    let leaves_one_open = || any_text(&object.root, &leaves_a_variable_open) && !is_opted_out(object);
    if flux == Flux::Shown && substitution != Substitution::Literal && leaves_one_open() {
        let root = replace(&object.root, |text| Some(Value::Unknown(text.into())), Substitution::Unknown);
        return Arc::new(Object::new(Arc::clone(&object.source), Arc::clone(&object.aliases), root));
    }
    let value: fn(&str) -> Option<Value> = match substitution {
        Substitution::Literal => return Arc::clone(object),
        Substitution::Defaults => fill_in_default,
        Substitution::Unknown => unknown,
    };
    if !has_variables(object) {
        return Arc::clone(object);
    }
    let root = replace(&object.root, value, substitution);
    Arc::new(Object::new(Arc::clone(&object.source), Arc::clone(&object.aliases), root))
}

fn replace(node: &Node, value: fn(&str) -> Option<Value>, substitution: Substitution) -> Node {
    let replacement = match &node.value {
        Value::String(text) => value(text).unwrap_or_else(|| node.value.clone()),
        Value::Sequence(items) => {
            Value::Sequence(items.iter().map(|item| replace(item, value, substitution)).collect())
        }
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                key: substitute_key(&entry.key, substitution),
                key_span: entry.key_span,
                value: replace(&entry.value, value, substitution),
            });
            Value::Mapping(entries.collect())
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Unknown(_) => {
            node.value.clone()
        }
    };
    Node { origin: node.origin, value: replacement }
}

/// Substitutes a key. An unknown key keeps its text, so that it is not found by name.
fn substitute_key(text: &str, substitution: Substitution) -> Box<str> {
    match (substitution, expand(text)) {
        (Substitution::Defaults, Expansion::Default(expanded) | Expansion::Constant(expanded)) => {
            expanded.into()
        }
        (Substitution::Defaults | Substitution::Unknown | Substitution::Literal, _) => text.into(),
    }
}

fn unknown(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(_) => read_constant(text),
        Expansion::Default(_) | Expansion::Unknown => Some(Value::Unknown(text.into())),
    }
}

/// Fills in defaults. kustomize writes a text without quotes if it can, so a substituted text may become a number or a
/// list. Only one that stays text is known.
fn fill_in_default(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(_) => read_constant(text),
        Expansion::Default(expanded) if is_plain_text(&expanded) => Some(Value::String(expanded.into())),
        Expansion::Default(_) | Expansion::Unknown => Some(Value::Unknown(text.into())),
    }
}

/// Returns a text without a variable, with `$$` as `$`.
fn read_constant(text: &str) -> Option<Value> {
    match expand(text) {
        Expansion::Constant(expanded) if expanded != text => Some(Value::String(expanded.into())),
        Expansion::Constant(_) | Expansion::Default(_) | Expansion::Unknown => None,
    }
}

/// Returns true if YAML reads an unquoted text as this text and nothing else.
fn is_plain_text(text: &str) -> bool {
    const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ""];
    let begins_as_text = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let ends_early = text.contains(": ") || text.contains(" #") || text.contains('\n') || text.ends_with(':');
    begins_as_text && !ends_early && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
