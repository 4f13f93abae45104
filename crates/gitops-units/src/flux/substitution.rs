//! Filling variables into what a build gives (`SubstituteVariables` in `fluxcd/pkg/kustomize/kustomize_varsub.go`).
//!
//! In: an object and variables. Out: the object that Flux reads from the text with the variables filled in, with the
//! place of each variable as the origin of what it changed. Never: guesses the value of a variable.

use std::collections::{BTreeMap, BTreeSet};

use kube_manifest::{Limits, Node, Origin, Reading, Value, documents};
use kustomize::{Adoption, BuildStep, RefusalKind, RenderError, Writing, Writings, to_yaml};

use crate::assumptions::UnsetVariables;
use crate::unit::{OtherVariables, Substitutions, VariableValue};

use super::envsubst::{Evaluation, Failure, Lookup};

/// The label or annotation that keeps an object as it is.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The substitution in the objects of one unit.
pub(super) struct Substitution<'s> {
    substitutions: &'s Substitutions,
    unset: UnsetVariables,
    most_bytes: usize,
    limits: Limits,
    /// The place of each variable, in the writings of the rendering.
    places: BTreeMap<&'s str, Origin>,
}

impl<'s> Substitution<'s> {
    /// # Errors
    /// A name that is no name of a variable.
    pub(super) fn new(
        substitutions: &'s Substitutions,
        unset: UnsetVariables,
        most_bytes: usize,
        limits: Limits,
        writings: &mut Writings,
    ) -> Result<Self, RenderError> {
        let mut places = BTreeMap::new();
        for (name, variable) in &substitutions.variables {
            if !is_name(name) {
                return Err(refuse(format!("`{name}` is no name of a variable")));
            }
            let origin = Adoption::default().origin(variable.origin, &variable.writings, writings);
            places.insert(&**name, origin);
        }
        Ok(Self { substitutions, unset, most_bytes, limits, places })
    }

    /// Fills the variables into an object.
    ///
    /// # Errors
    /// What Flux refuses.
    pub(super) fn apply(&self, object: &mut Node, writings: &mut Writings) -> Result<(), RenderError> {
        let has_variables =
            !self.substitutions.variables.is_empty() || self.substitutions.others == OtherVariables::Possible;
        if !has_variables || is_switched_off(object) {
            return Ok(());
        }
        let mut unknown = BTreeSet::new();
        let mut known = object.clone();
        self.set_unknown_aside(&mut known, "", &mut unknown)?;
        let text = to_yaml(std::iter::once(&known), &|_| None);
        if !text.contains('$') && unknown.is_empty() {
            return Ok(());
        }
        let filled = self.evaluate(&text).map_err(|failure| explain(failure, object))?;
        let (_, roots, problems) = documents(filled.into_bytes(), &self.limits);
        let refusal = problems.iter().find(|problem| problem.refusal.includes(Reading::Kubectl));
        if let Some(problem) = refusal {
            return Err(refuse(format!(
                "with its variables filled in, an object is no YAML: {}",
                problem.reason
            )));
        }
        let Some(mut new) = roots.into_iter().next() else { return Ok(()) };
        self.place(&mut new, Some(object), object.origin, writings);
        restore_unknown(&mut new, object, "", &unknown);
        *object = new;
        Ok(())
    }

    fn evaluate(&self, text: &str) -> Result<String, Failure> {
        let refused = std::cell::RefCell::new(None);
        let lookup = |name: &str| {
            let found = self.lookup(name);
            if found == Lookup::Unset && self.unset == UnsetVariables::Refused {
                refused.borrow_mut().get_or_insert_with(|| name.to_owned());
            }
            found
        };
        let value = Evaluation::new(&lookup, self.most_bytes).of(text)?;
        match refused.into_inner() {
            Some(name) => Err(Failure::Refused(format!("the variable `{name}` is not set"))),
            None => Ok(value),
        }
    }

    fn lookup(&self, name: &str) -> Lookup {
        match self.substitutions.variables.get(name).map(|variable| &variable.value) {
            Some(VariableValue::Known(value)) => Lookup::Set(value.clone()),
            Some(VariableValue::Unknown) => Lookup::Unknown,
            None => match self.substitutions.others {
                OtherVariables::None => Lookup::Unset,
                OtherVariables::Possible => Lookup::Unknown,
            },
        }
    }

    /// Puts a text without variables in place of each value that is not known.
    fn set_unknown_aside(
        &self,
        node: &mut Node,
        pointer: &str,
        unknown: &mut BTreeSet<String>,
    ) -> Result<(), RenderError> {
        match &mut node.value {
            Value::String(text) if text.contains("${") => {
                if self.evaluate(text) == Err(Failure::Unknown) {
                    unknown.insert(pointer.to_owned());
                    *text = "unknown".into();
                }
            }
            Value::Unknown(text) => {
                unknown.insert(pointer.to_owned());
                *text = "unknown".into();
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.set_unknown_aside(item, &format!("{pointer}/{index}"), unknown)?;
                }
            }
            Value::Mapping(entries) => {
                for entry in entries {
                    if entry.key.contains("${") && self.evaluate(&entry.key) == Err(Failure::Unknown) {
                        return Err(refuse(format!(
                            "the key `{}` has a variable that is not known",
                            entry.key
                        )));
                    }
                    let below = format!("{pointer}/{}", entry.key);
                    self.set_unknown_aside(&mut entry.value, &below, unknown)?;
                }
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
        }
        Ok(())
    }

    /// Gives every value of the new object its origin: that of the old one, or the place of the variable.
    fn place(&self, new: &mut Node, old: Option<&Node>, above: Origin, writings: &mut Writings) {
        let before = old.map_or(above, |old| old.origin);
        match &mut new.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    let below = old.and_then(|old| old.get(&entry.key));
                    self.place(&mut entry.value, below, before, writings);
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let below = old.and_then(|old| old.items().get(index));
                    self.place(item, below, before, writings);
                }
            }
            _ => {}
        }
        let is_same = old.is_some_and(|old| match (&old.value, &new.value) {
            (Value::Mapping(_), Value::Mapping(_)) | (Value::Sequence(_), Value::Sequence(_)) => true,
            (old, new) => old == new,
        });
        new.origin = if is_same { before } else { self.origin_of_change(old, before, writings) };
    }

    /// The place of the first variable of a value, over what was there before. Others are behind it.
    fn origin_of_change(&self, old: Option<&Node>, before: Origin, writings: &mut Writings) -> Origin {
        let text = old.and_then(Node::as_str).unwrap_or_default();
        let names = text.match_indices("${").filter_map(|(at, _)| {
            let inside = text.get(at + 2..)?.trim_start_matches('#');
            let end =
                inside.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(inside.len());
            inside.get(..end)
        });
        let mut places: Vec<Origin> = names.filter_map(|name| self.places.get(name).copied()).collect();
        places.dedup();
        let mut origin = before;
        for place in places.into_iter().rev() {
            let file = writings.writing(place).map_or(0, |writing| writing.file);
            let id = writings.add(Writing { file, step: BuildStep::Substitution, before: Some(origin) });
            origin = Origin { file: id, ..place };
        }
        if origin == before { writings.derive(before, BuildStep::Substitution, Some(before)) } else { origin }
    }
}

fn explain(failure: Failure, object: &Node) -> RenderError {
    let name = object.text_at(&["metadata", "name"]).unwrap_or_default();
    match failure {
        Failure::Unknown => {
            refuse(format!("a variable that is not known goes through several values of `{name}`"))
        }
        Failure::Refused(reason) => refuse(format!("the variables of `{name}`: {reason}")),
    }
}

fn restore_unknown(new: &mut Node, old: &Node, pointer: &str, unknown: &BTreeSet<String>) {
    if unknown.contains(pointer) {
        let text = old.spelling().unwrap_or_default();
        *new = Node { origin: old.origin, value: Value::Unknown(text.into()) };
        return;
    }
    match &mut new.value {
        Value::Mapping(entries) => {
            for entry in entries {
                if let Some(below) = old.get(&entry.key) {
                    restore_unknown(&mut entry.value, below, &format!("{pointer}/{}", entry.key), unknown);
                }
            }
        }
        Value::Sequence(items) => {
            for (index, (item, below)) in items.iter_mut().zip(old.items()).enumerate() {
                restore_unknown(item, below, &format!("{pointer}/{index}"), unknown);
            }
        }
        _ => {}
    }
}

fn is_switched_off(object: &Node) -> bool {
    ["labels", "annotations"]
        .iter()
        .any(|field| object.text_at(&["metadata", field, SWITCH]) == Some("disabled"))
}

/// `varsubRegex`.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn refuse(reason: String) -> RenderError {
    RenderError::new(RefusalKind::InvalidInput, reason)
}
