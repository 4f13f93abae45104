//! `namePrefix` and `nameSuffix` (`PrefixTransformer`, `SuffixTransformer`).

use kube_manifest::{Node, Value};

use super::super::decode::Setting;
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::{FieldSpec, Made};
use super::super::identity::GvkView;
use super::super::resources::Resources;
use super::super::session::Session;
use super::super::writing::BuildStep;
use super::count_visits;

/// Where a text is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

/// A text that every name gets.
#[derive(Debug)]
pub(crate) struct Renaming {
    pub(crate) affix: Affix,
    pub(crate) text: Setting,
    pub(crate) fields: Vec<FieldSpec>,
}

/// The kinds whose names say what they are about.
const KEPT: [(&str, &str); 3] =
    [("", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService"), ("", "Namespace")];

fn is_kept(gvk: GvkView<'_>) -> bool {
    KEPT.iter().any(|(group, kind)| gvk.is_selected(GvkView { group, version: "", kind }))
}

impl Renaming {
    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        count_visits(session, resources)?;
        for resource in &mut resources.0 {
            for spec in &self.fields {
                let gvk = resource.original_id(&session.schemas).gvk;
                if is_kept(gvk) || !gvk.is_selected(spec.gvk.view()) {
                    continue;
                }
                if &*spec.path == "metadata/name" && !self.text.text.is_empty() {
                    match self.affix {
                        Affix::Prefix => resource.prefixes.push(self.text.text.clone()),
                        Affix::Suffix => resource.suffixes.push(self.text.text.clone()),
                    }
                    resource.remember_id(&session.schemas)?;
                }
                spec.apply(&mut resource.node, Made::Scalar, &mut |node| self.set(session, node))?;
                resource.read_odd_identity(&session.writings);
            }
        }
        Ok(())
    }

    fn set(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) {
            return Err(RenderError::new(RefusalKind::InvalidInput, "a name is no text"));
        }
        let name = session.writings.scalar_text(node).into_owned();
        let (renamed, step) = match self.affix {
            Affix::Prefix => (format!("{}{name}", self.text.text), BuildStep::NamePrefix),
            Affix::Suffix => (format!("{name}{}", self.text.text), BuildStep::NameSuffix),
        };
        session.budget.write(&renamed)?;
        let origin = session.writings.derive(self.text.origin, step, Some(node.origin));
        let value = session.writings.untagged(node, &renamed);
        *node = Node { origin, value };
        Ok(())
    }
}
