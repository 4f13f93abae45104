//! Strategic merge as kyaml does it (`yaml/merge2`, `yaml/walk`).
//!
//! In: an object and a patch. Out: the merged object, or nothing if the patch deletes it. Never: chooses the object.

mod directive;
mod elements;
mod list;
mod schema;
mod schema_file;
mod settle;

use kube_manifest::{Entry, Node, Step, Value};

use super::error::{Outcome, RefusalKind, RenderError};
use super::session::Session;
use super::writing::{BuildStep, is_old_boolean};
use directive::{Directive, take_directive};
pub(crate) use schema::{Position, Precedence, SchemaTable, Schemas};

/// The result of one place of the walk.
pub(super) struct Walked {
    /// What is there now.
    pub(super) value: Option<Node>,
    /// What was there, if the walk has not changed it in place.
    pub(super) kept: Option<Node>,
}

impl Walked {
    fn in_place(value: Node) -> Self {
        Self { value: Some(value), kept: None }
    }

    fn instead(value: Option<Node>, kept: Option<Node>) -> Self {
        Self { value, kept }
    }
}

/// Merges a patch into an object. `None` if nothing is left of the object.
pub(crate) fn merge(session: &mut Session<'_>, object: Node, patch: &Node) -> Outcome<Option<Node>> {
    let walked = Merger { session }.walk(None, Some(object), Some(patch))?;
    // kustomize looks only at whether anything is left: what would take the place of the whole object is lost.
    Ok(walked.value.map(|value| walked.kept.unwrap_or(value)))
}

pub(super) struct Merger<'m, 't> {
    pub(super) session: &'m mut Session<'t>,
}

/// The shape of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar,
    List,
    Mapping,
}

pub(super) fn shape_of(node: &Node) -> Option<Shape> {
    match &node.value {
        Value::Null => None,
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
            Some(Shape::Scalar)
        }
        Value::Sequence(_) => Some(Shape::List),
        Value::Mapping(_) => Some(Shape::Mapping),
    }
}

pub(super) fn refuse(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidPatch, reason)
}

/// A text such as `on` gets quotes when kyaml writes it a second time.
pub(super) fn quote_old_boolean(node: &mut Node) {
    if node.as_str().is_some_and(is_old_boolean) {
        node.origin.step = Step::Rewritten;
    }
}

impl Merger<'_, '_> {
    pub(super) fn walk(
        &mut self,
        at: Option<Position>,
        dest: Option<Node>,
        patch: Option<&Node>,
    ) -> Outcome<Walked> {
        self.session.budget.work(1)?;
        let shapes = [dest.as_ref().and_then(shape_of), patch.and_then(shape_of)];
        let shape = shapes.iter().flatten().next().copied();
        if shapes.iter().flatten().any(|other| Some(*other) != shape) {
            return Err(refuse("the patch has a value of another type than the object"));
        }
        let at = at.or_else(|| self.position_of(dest.as_ref(), patch));
        match shape {
            None | Some(Shape::Mapping) => self.walk_mapping(at, dest, patch),
            Some(Shape::Scalar) => Ok(self.walk_scalar(dest, patch)),
            Some(Shape::List) if Position::merges(at.as_ref()) => self.walk_list(at.as_ref(), dest, patch),
            Some(Shape::List) => self.replace_list(dest, patch),
        }
    }

    /// A mapping with `apiVersion` and `kind` has a type, wherever it is.
    fn position_of(&self, dest: Option<&Node>, patch: Option<&Node>) -> Option<Position> {
        [dest, patch].into_iter().flatten().find_map(|node| {
            let version = node.text_at(&["apiVersion"])?;
            self.session.schemas.kind(version, node.text_at(&["kind"])?)
        })
    }

    fn walk_scalar(&mut self, dest: Option<Node>, patch: Option<&Node>) -> Walked {
        match (dest, patch) {
            (dest, Some(patch)) => {
                let value = self.replacing(dest.as_ref(), patch.clone());
                Walked::instead(Some(value), dest)
            }
            (dest, None) => Walked { value: dest, kept: None },
        }
    }

    /// A value of the patch in place of one of the object.
    pub(super) fn replacing(&mut self, dest: Option<&Node>, mut value: Node) -> Node {
        if let Some(dest) = dest {
            let writings = &mut self.session.writings;
            value.origin = writings.derive(value.origin, BuildStep::StrategicMerge, Some(dest.origin));
            // The form is that of the value before.
            value.origin.step = Step::Written;
        }
        value
    }

    fn replace_list(&mut self, dest: Option<Node>, patch: Option<&Node>) -> Outcome<Walked> {
        let Some(patch) = patch else { return Ok(Walked { value: dest, kept: None }) };
        self.session.budget.make(patch)?;
        let value = self.replacing(dest.as_ref(), patch.clone());
        Ok(Walked::instead(Some(value), dest))
    }

    fn walk_mapping(
        &mut self,
        at: Option<Position>,
        dest: Option<Node>,
        patch: Option<&Node>,
    ) -> Outcome<Walked> {
        let dest = match dest {
            Some(dest) if !dest.is_null() => dest,
            empty => return self.fill(at, empty, patch),
        };
        let Some(patch) = patch else { return self.merge_fields(at.as_ref(), dest, &[]) };
        if patch.is_null() {
            return Ok(Walked::instead(None, Some(dest)));
        }
        match take_directive(patch)? {
            Directive::Delete => Ok(Walked::instead(None, Some(dest))),
            Directive::Replace => {
                let value = self.replacing(Some(&dest), directive::without(patch));
                Ok(Walked::instead(self.settle_fields(at, value)?, Some(dest)))
            }
            Directive::Merge => self.merge_fields(at.as_ref(), dest, &directive::entries_without(patch)),
        }
    }

    /// A mapping of the patch where the object has nothing.
    fn fill(&mut self, at: Option<Position>, dest: Option<Node>, patch: Option<&Node>) -> Outcome<Walked> {
        let Some(patch) = patch else {
            let value = dest.filter(|null| !self.session.writings.is_empty_null(null));
            return Ok(Walked { value, kept: None });
        };
        let value = match take_directive(patch) {
            _ if patch.is_null() => return Ok(Walked::instead(None, dest)),
            Ok(Directive::Delete) => return Ok(Walked::instead(None, dest)),
            Ok(Directive::Replace | Directive::Merge) => directive::without(patch),
            Err(_) => patch.clone(),
        };
        self.session.budget.make(&value)?;
        let value = self.replacing(dest.as_ref(), value);
        Ok(Walked::instead(self.settle_fields(at, value)?, dest))
    }

    fn merge_fields(&mut self, at: Option<&Position>, mut dest: Node, patch: &[&Entry]) -> Outcome<Walked> {
        let Value::Mapping(entries) = std::mem::replace(&mut dest.value, Value::Null) else {
            return Ok(Walked::in_place(dest));
        };
        let mut merged = Vec::with_capacity(entries.len() + patch.len());
        let is_fresh = |entry: &&&Entry| !entries.iter().any(|known| known.key == entry.key);
        let mut fresh: Vec<&&Entry> = patch.iter().filter(is_fresh).collect();
        fresh.sort_by(|one, other| one.key.cmp(&other.key));
        for mut entry in entries {
            let from_patch = patch.iter().find(|other| other.key == entry.key).map(|other| &other.value);
            let below = Position::field(at, &entry.key);
            let was_quoted = from_patch.is_some() && self.session.writings.is_quoted(&entry.value);
            let Some(value) = self.walk(below, Some(entry.value), from_patch)?.value else { continue };
            if value.is_null() && from_patch.is_some() {
                continue;
            }
            entry.value = if was_quoted { self.as_text(value) } else { value };
            if from_patch.is_none() {
                quote_old_boolean(&mut entry.value);
            }
            merged.push(entry);
        }
        for entry in fresh {
            let below = Position::field(at, &entry.key);
            let value = self.walk(below, None, Some(&entry.value))?.value;
            if let Some(mut value) = value.filter(|value| !value.is_null()) {
                quote_old_boolean(&mut value);
                merged.push(Entry { key: entry.key.clone(), key_span: entry.key_span, value });
            }
        }
        dest.value = Value::Mapping(merged);
        Ok(Walked::in_place(dest))
    }

    /// A scalar takes over the quotes of the one that it replaces, and is text with them.
    fn as_text(&self, mut value: Node) -> Node {
        if matches!(value.value, Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_)) {
            value.value = Value::String(self.session.writings.scalar_text(&value).into());
        }
        value
    }
}
