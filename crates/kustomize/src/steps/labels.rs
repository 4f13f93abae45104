//! `labels`, `commonLabels` and `commonAnnotations` (`filters/labels`, `filters/annotations`).

use kube_manifest::{Node, Value};

use super::super::decode::{Setting, Settings};
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::{FieldSpec, Made};
use super::super::resource::{put, refuse_key};
use super::super::resources::Resources;
use super::super::session::Session;
use super::super::writing::BuildStep;
use super::count_visits;

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataField {
    Label,
    Annotation,
}

/// Entries that are set in every mapping at some fields.
#[derive(Debug)]
pub(crate) struct LabelChange {
    field: MetadataField,
    pairs: Settings,
    fields: Vec<FieldSpec>,
}

impl LabelChange {
    pub(crate) fn new(field: MetadataField, mut pairs: Settings, fields: Vec<FieldSpec>) -> Self {
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        Self { field, pairs, fields }
    }

    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        count_visits(session, resources)?;
        for resource in &mut resources.0 {
            for (key, value) in &self.pairs {
                for spec in &self.fields {
                    let mut set = |node: &mut Node| self.set(session, node, key, value);
                    spec.apply(&mut resource.node, Made::Mapping, &mut set)?;
                }
            }
        }
        Ok(())
    }

    fn set(&self, session: &mut Session<'_>, node: &mut Node, key: &str, value: &Setting) -> Outcome<()> {
        if !matches!(node.value, Value::Mapping(_)) {
            return Err(RenderError::new(
                RefusalKind::InvalidInput,
                "labels and annotations belong in a mapping",
            ));
        }
        let step = match self.field {
            MetadataField::Label => BuildStep::Label,
            MetadataField::Annotation => BuildStep::Annotation,
        };
        if node.get(key).is_none() {
            refuse_key(key)?;
        }
        session.budget.write(&value.text)?;
        let before = node.get(key).map(|known| known.origin);
        let origin = session.writings.derive(value.origin, step, before);
        put(node, key, Node { origin, value: Value::String(value.text.clone()) });
        Ok(())
    }
}
