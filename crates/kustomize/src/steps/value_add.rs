//! `ValueAddTransformer` (`filters/valueadd`): one text at chosen fields.

use kube_manifest::{Entry, Node, Value};

use super::super::decode::Setting;
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::resources::Resources;
use super::super::selector::Selector;
use super::super::session::Session;
use super::super::writing::{BuildStep, NOWHERE};
use super::count_visits;
use super::namespace::{NamespaceChange, SubjectMode, Unset};

/// A text and the fields that get it.
#[derive(Debug)]
pub(crate) struct ValueAdd {
    pub(crate) value: Setting,
    pub(crate) targets: Vec<ValueTarget>,
}

/// The fields of some objects.
#[derive(Debug)]
pub(crate) struct ValueTarget {
    pub(crate) selector: Option<Selector>,
    pub(crate) path: Box<str>,
    /// The place in a path of files, from 1; 0 replaces the whole value.
    pub(crate) position: usize,
}

impl ValueAdd {
    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        count_visits(session, resources)?;
        for target in &self.targets {
            for resource in &mut resources.0 {
                if let Some(selector) = &target.selector
                    && !selector.selects(session, resource)?
                {
                    continue;
                }
                if &*target.path == "metadata/namespace" {
                    let change = NamespaceChange {
                        namespace: self.value.clone(),
                        fields: Vec::new(),
                        subjects: SubjectMode::NamedDefault,
                        unset: Unset::Overwrite,
                    };
                    change.change(session, resource)?;
                } else {
                    self.set(session, &mut resource.node, target)?;
                }
            }
        }
        Ok(())
    }

    fn set(&self, session: &mut Session<'_>, root: &mut Node, target: &ValueTarget) -> Outcome<()> {
        let mut node = root;
        for part in path_parts(&target.path) {
            node = made(node, &part)?;
        }
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) {
            return Err(RenderError::new(RefusalKind::InvalidInput, "the field to set is no text"));
        }
        let old = session.writings.scalar_text(node).into_owned();
        let text = match target.position.checked_sub(1) {
            Some(position) => inserted(&old, position, &self.value.text),
            None => self.value.text.to_string(),
        };
        let origin = session.writings.derive(self.value.origin, BuildStep::ValueAdd, Some(node.origin));
        *node = Node { origin, value: Value::String(text.into()) };
        Ok(())
    }
}

fn made<'n>(node: &'n mut Node, key: &str) -> Outcome<&'n mut Node> {
    let origin = node.origin;
    let refusal = || RenderError::new(RefusalKind::InvalidInput, format!("`{key}` is expected in a mapping"));
    if matches!(&node.value, Value::String(text) if text.is_empty()) {
        node.value = Value::Mapping(Vec::new());
    }
    let entries = match &mut node.value {
        Value::Mapping(entries) => entries,
        Value::Sequence(items) => {
            let place = key.parse::<usize>().map_err(|_| refusal())?;
            return items.get_mut(place).ok_or_else(refusal);
        }
        _ => return Err(refusal()),
    };
    if !entries.iter().any(|entry| &*entry.key == key) {
        let value = Node { origin, value: Value::String(Box::default()) };
        entries.push(Entry { key: key.into(), key_span: NOWHERE, value });
    }
    entries.iter_mut().find(|entry| &*entry.key == key).map(|entry| &mut entry.value).ok_or_else(refusal)
}

/// The parts of a path; a backslash keeps the slash after it.
fn path_parts(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in path.split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(piece);
            }
            Some(_) | None => parts.push(piece.to_owned()),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A path of files with one more part (`filesys.InsertPathPart`).
fn inserted(path: &str, position: usize, part: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/"))
}
