//! `replicas` (`ReplicaCountTransformer`).

use kube_manifest::{Node, Origin, Value};

use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::{FieldSpec, Made};
use super::super::resources::Resources;
use super::super::session::Session;
use super::super::writing::BuildStep;
use super::count_visits;

/// A count for the objects of a name.
#[derive(Debug)]
pub(crate) struct ReplicaChange {
    pub(crate) name: Box<str>,
    pub(crate) count: i64,
    pub(crate) origin: Origin,
    pub(crate) fields: Vec<FieldSpec>,
}

impl ReplicaChange {
    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        count_visits(session, resources)?;
        let mut is_found = false;
        for spec in &self.fields {
            let fits = |id: super::super::identity::Id<'_>| {
                id.name == &*self.name && id.gvk.is_selected(spec.gvk.view())
            };
            for place in resources.with_any_id(&session.schemas, fits) {
                is_found = true;
                let Some(resource) = resources.0.get_mut(place) else { continue };
                spec.apply(&mut resource.node, Made::Scalar, &mut |node| self.set(session, node))?;
            }
        }
        if is_found || session.is_incomplete() {
            return Ok(());
        }
        let reason = format!("`replicas` names `{}`, and no object of such a kind has this name", self.name);
        Err(RenderError::new(RefusalKind::NoTarget, reason))
    }

    fn set(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) {
            return Err(RenderError::new(RefusalKind::InvalidInput, "the number of replicas is no number"));
        }
        let is_quoted =
            node.as_str().is_some_and(|text| !text.is_empty()) && session.writings.is_quoted(node);
        let origin = session.writings.derive(self.origin, BuildStep::Replicas, Some(node.origin));
        let text = || Value::String(self.count.to_string().into());
        *node = Node { origin, value: if is_quoted { text() } else { Value::Integer(self.count) } };
        Ok(())
    }
}
