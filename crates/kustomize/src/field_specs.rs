//! Fields of objects that transformers change: where they are, and how they are visited (`filters/fieldspec`).
//!
//! In: an object and a path such as `spec/template/metadata/labels`. Out: every value at that path, given to a setter.
//! Never: knows what the setter does.

use kube_manifest::{Entry, Node, Value};

use super::error::{Outcome, RefusalKind, RenderError};
use super::identity::{Gvk, GvkView};
use super::writing::NOWHERE;

/// A field of objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    pub(crate) path: Box<str>,
    pub(crate) creation: Creation,
    parts: Vec<String>,
}

/// Whether a field is made where it does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creation {
    Never,
    IfAbsent,
}

/// The value with which a missing field begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// No field is made, whatever the specification says.
    Nothing,
    Scalar,
    Mapping,
}

/// What changes a value.
pub(crate) type Setter<'s> = &'s mut dyn FnMut(&mut Node) -> Outcome<()>;

impl FieldSpec {
    pub(crate) fn new(path: &str, creation: Creation) -> Self {
        Self::of(Gvk::default(), path, creation)
    }

    pub(crate) fn of(gvk: Gvk, path: &str, creation: Creation) -> Self {
        Self { gvk, path: path.into(), creation, parts: split_path(path, '/') }
    }

    /// Whether one of the two makes the other one superfluous (`effectivelyEquals`).
    fn covers(&self, other: &Self) -> bool {
        self.gvk.view().is_selected(other.gvk.view()) && self.path == other.path
    }

    /// Visits the values of an object.
    pub(crate) fn apply(&self, node: &mut Node, made: Made, set: Setter<'_>) -> Outcome<()> {
        let api_version = node.text_at(&["apiVersion"]).unwrap_or_default();
        let kind = node.text_at(&["kind"]).unwrap_or_default();
        if !GvkView::new(api_version, kind).is_selected(self.gvk.view()) {
            return Ok(());
        }
        self.apply_to_any(node, made, set)
    }

    /// The same whatever the kind of the object.
    pub(crate) fn apply_to_any(&self, node: &mut Node, made: Made, set: Setter<'_>) -> Outcome<()> {
        let made = if self.creation == Creation::IfAbsent { made } else { Made::Nothing };
        visit(node, &self.parts, made, set).map_err(|error| {
            let reason = format!("the field `{}`: {}", self.path, error.reason);
            RenderError { reason, ..error }
        })
    }
}

fn visit(node: &mut Node, path: &[String], made: Made, set: Setter<'_>) -> Outcome<()> {
    let Some((first, rest)) = path.split_first() else { return set(node) };
    match &mut node.value {
        Value::Null => Ok(()),
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| visit(item, path, made, set)),
        Value::Mapping(_) => visit_field(node, first, rest, made, set),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
            Err(RenderError::new(
                RefusalKind::InvalidInput,
                format!("`{first}` is expected in a mapping or a list"),
            ))
        }
    }
}

fn visit_field(node: &mut Node, name: &str, rest: &[String], made: Made, set: Setter<'_>) -> Outcome<()> {
    let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |short| (short, true));
    if name.is_empty() {
        return Err(RenderError::new(RefusalKind::InvalidInput, "a field without a name"));
    }
    let begins = match (is_list, made, rest.is_empty()) {
        (true, _, _) => Some(Value::Sequence(Vec::new())),
        (false, Made::Nothing, _) => None,
        (false, Made::Scalar, true) => Some(Value::String(Box::default())),
        (false, Made::Mapping, true) | (false, Made::Scalar | Made::Mapping, false) => {
            Some(Value::Mapping(Vec::new()))
        }
    };
    let origin = node.origin;
    let Value::Mapping(entries) = &mut node.value else { return Ok(()) };
    if !entries.iter().any(|entry| &*entry.key == name) {
        let Some(value) = begins.clone().filter(|_| !is_list) else { return Ok(()) };
        entries.push(Entry { key: name.into(), key_span: NOWHERE, value: Node { origin, value } });
    }
    let Some(entry) = entries.iter_mut().find(|entry| &*entry.key == name) else { return Ok(()) };
    if entry.value.is_null()
        && let Some(value) = begins
    {
        entry.value.value = value;
    }
    visit(&mut entry.value, rest, made, set)
}

/// The parts of a path (`utils.PathSplitter`): a backslash keeps the delimiter after it.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut pieces: Vec<&str> = path.split(delimiter).collect();
    if pieces.len() > 1 && pieces.first().is_some_and(|first| first.is_empty()) {
        pieces.remove(0);
    }
    let mut parts: Vec<String> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(piece);
            }
            Some(_) | None => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// A list of fields in which no two mean the same.
pub(crate) type FieldSpecs = Vec<FieldSpec>;

/// Adds fields that are not there yet.
pub(crate) fn merge(specs: &mut FieldSpecs, incoming: &[FieldSpec]) -> Outcome<()> {
    for spec in incoming {
        match specs.iter().find(|known| known.covers(spec)) {
            Some(known) if known.creation != spec.creation => {
                let reason = format!("two configurations differ about creating the field `{}`", spec.path);
                return Err(RenderError::new(RefusalKind::InvalidInput, reason));
            }
            Some(_) => {}
            None => specs.push(spec.clone()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::split_path;

    #[test]
    fn a_backslash_keeps_a_delimiter() {
        assert_eq!(split_path("metadata/annotations/a.b\\/c", '/'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_path("/spec/x", '/'), ["spec", "x"]);
    }
}
