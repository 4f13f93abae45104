//! `namespace` (`filters/namespace`): the objects' own, that of subjects, and that of references to services.

use kube_manifest::{Node, Value};

use super::super::decode::Setting;
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::{Creation, FieldSpec, Made};
use super::super::identity::Scope;
use super::super::resource::{Resource, put};
use super::super::resources::Resources;
use super::super::session::Session;
use super::super::writing::BuildStep;
use super::count_visits;

/// The subjects of role bindings that get the namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SubjectMode {
    #[default]
    NamedDefault,
    EveryServiceAccount,
    None,
}

/// Whether a namespace that is written is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unset {
    #[default]
    Overwrite,
    Only,
}

/// A namespace for all objects.
#[derive(Debug)]
pub(crate) struct NamespaceChange {
    pub(crate) namespace: Setting,
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) subjects: SubjectMode,
    pub(crate) unset: Unset,
}

const OWN: &str = "metadata/namespace";
const NAME: &str = "metadata/name";
const SUBJECT: &str = "subjects/namespace";

fn is_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

impl NamespaceChange {
    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        count_visits(session, resources)?;
        for resource in resources.0.iter_mut().filter(|resource| !resource.is_empty()) {
            resource.remember_id(&session.schemas)?;
            self.change(session, resource)?;
        }
        resources.refuse_twins(&session.schemas)
    }

    pub(crate) fn change(&self, session: &mut Session<'_>, resource: &mut Resource) -> Outcome<()> {
        let api_version = resource.api_version().to_owned();
        let kind = resource.kind().to_owned();
        let node = &mut resource.node;
        if session.schemas.scope(&api_version, &kind) != Scope::Cluster {
            let own = FieldSpec::new(OWN, Creation::IfAbsent);
            own.apply(node, Made::Scalar, &mut |node| self.set(session, node))?;
        }
        if is_binding(&kind) {
            self.change_subjects(session, node)?;
        }
        for spec in &self.fields {
            let is_own = &*spec.path == OWN || (&*spec.path == NAME && api_version != "v1");
            let is_subject = is_binding(&kind) && is_binding(&spec.gvk.kind) && &*spec.path == SUBJECT;
            if !is_own && !is_subject {
                spec.apply(node, Made::Scalar, &mut |node| self.set(session, node))?;
            }
        }
        Ok(())
    }

    fn change_subjects(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        let (field, wanted) = match self.subjects {
            SubjectMode::None => return Ok(()),
            SubjectMode::NamedDefault => ("name", "default"),
            SubjectMode::EveryServiceAccount => ("kind", "ServiceAccount"),
        };
        let subjects = match node.get_mut("subjects").map(|subjects| &mut subjects.value) {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Sequence(items)) => items,
            Some(_) => return Err(RenderError::new(RefusalKind::InvalidInput, "`subjects` is no list")),
        };
        for subject in subjects {
            if !matches!(subject.value, Value::Mapping(_) | Value::Null) {
                return Err(RenderError::new(RefusalKind::InvalidInput, "a subject is no mapping"));
            }
            if subject.text_at(&[field]) != Some(wanted) {
                continue;
            }
            if subject.get("namespace").is_none() {
                let value = Node { origin: subject.origin, value: Value::String(Box::default()) };
                put(subject, "namespace", value);
            }
            if let Some(namespace) = subject.get_mut("namespace") {
                self.set(session, namespace)?;
            }
        }
        Ok(())
    }

    fn set(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) {
            return Err(RenderError::new(RefusalKind::InvalidInput, "a namespace is no text"));
        }
        if self.unset == Unset::Only && !session.writings.scalar_text(node).is_empty() && !node.is_null() {
            return Ok(());
        }
        session.budget.write(&self.namespace.text)?;
        let origin = session.writings.derive(self.namespace.origin, BuildStep::Namespace, Some(node.origin));
        *node = Node { origin, value: Value::String(self.namespace.text.clone()) };
        Ok(())
    }
}
