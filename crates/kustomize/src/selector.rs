//! Selectors of objects (`types/selector.go`): regular expressions for the identity, and label selectors.
//!
//! In: the `target` of a patch. Out: the objects that it means. Never: an expression that is not anchored.

use kube_manifest::Node;
use regex::{Regex, RegexBuilder};

use super::configuration::read_gvk;
use super::decode::{Fields, Strictness};
use super::error::{Outcome, RefusalKind, RenderError};
use super::identity::{Gvk, GvkView, Id};
use super::label_selector::LabelSelector;
use super::resource::Resource;
use super::session::Session;

/// Bytes that a compiled expression may have.
const LARGEST_PROGRAM: usize = 1 << 20;

/// A selector. What it leaves out matches anything.
#[derive(Debug)]
pub(crate) struct Selector {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: LabelSelector,
    annotations: LabelSelector,
    /// The name as it is written.
    pub(crate) name_text: Box<str>,
    namespace_text: Box<str>,
    gvk: Gvk,
}

pub(crate) const FIELDS: [&str; 7] =
    ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];

impl Selector {
    pub(crate) fn read(node: &Node, strictness: Strictness) -> Outcome<Self> {
        let fields = Fields::read(node, &FIELDS, strictness)?;
        let gvk = read_gvk(&fields)?;
        let name_text = fields.text("name")?;
        let namespace_text = fields.text("namespace")?;
        Ok(Self {
            group: anchored(&gvk.group)?,
            version: anchored(&gvk.version)?,
            kind: anchored(&gvk.kind)?,
            name: anchored(&name_text)?,
            namespace: anchored(&namespace_text)?,
            labels: LabelSelector::parse(&fields.text("labelSelector")?),
            annotations: LabelSelector::parse(&fields.text("annotationSelector")?),
            name_text,
            namespace_text,
            gvk,
        })
    }

    pub(crate) fn fits_gvk(&self, gvk: GvkView<'_>) -> bool {
        is_match(self.group.as_ref(), gvk.group)
            && is_match(self.version.as_ref(), gvk.version)
            && is_match(self.kind.as_ref(), gvk.kind)
    }

    /// Whether one identity has exactly what is written, as older versions compare.
    pub(crate) fn is_id(&self, id: Id<'_>) -> bool {
        let same = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
        let namespace = |text: &str| if text.is_empty() { "default".to_owned() } else { text.to_owned() };
        id.gvk.is_selected(self.gvk.view())
            && same(&self.name_text, id.name)
            && (self.namespace_text.is_empty() || namespace(&self.namespace_text) == namespace(id.namespace))
    }

    /// Whether one identity fits, by the namespace that is written.
    pub(crate) fn fits_id(&self, id: Id<'_>) -> bool {
        self.fits_gvk(id.gvk)
            && is_match(self.name.as_ref(), id.name)
            && is_match(self.namespace.as_ref(), id.namespace)
    }

    /// Whether nothing of the identity is asked.
    pub(crate) fn asks_no_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .iter()
            .all(|part| part.is_none())
    }

    pub(crate) fn asks_no_metadata(&self) -> bool {
        self.labels.is_empty() && self.annotations.is_empty()
    }

    /// Whether an object is meant (`resWrangler.Select`).
    pub(crate) fn selects(&self, session: &Session<'_>, resource: &Resource) -> Outcome<bool> {
        let now = resource.id(&session.schemas);
        let first = resource.original_id(&session.schemas);
        let in_namespace = |id: Id<'_>| is_match(self.namespace.as_ref(), id.effective_namespace());
        let has_name = |id: Id<'_>| is_match(self.name.as_ref(), id.name);
        if !(in_namespace(first) || in_namespace(now)) || !(has_name(first) || has_name(now)) {
            return Ok(false);
        }
        Ok(self.fits_gvk(resource.gvk()) && self.fits_metadata(session, resource)?)
    }

    /// Whether labels and annotations fit. A selector that does not parse is an error once it is used.
    pub(crate) fn fits_metadata(&self, session: &Session<'_>, resource: &Resource) -> Outcome<bool> {
        let labels = resource.metadata_map("labels", &session.writings);
        let annotations = resource.metadata_map("annotations", &session.writings);
        Ok(self.labels.matches(&labels)? && self.annotations.matches(&annotations)?)
    }
}

fn is_match(expression: Option<&Regex>, text: &str) -> bool {
    expression.is_none_or(|expression| expression.is_match(text))
}

fn anchored(pattern: &str) -> Outcome<Option<Regex>> {
    if pattern.is_empty() {
        return Ok(None);
    }
    compile(&format!("^(?:{pattern})$")).map(Some)
}

/// Compiles an expression of a kustomization.
pub(crate) fn compile(pattern: &str) -> Outcome<Regex> {
    RegexBuilder::new(pattern).size_limit(LARGEST_PROGRAM).build().map_err(|error| {
        RenderError::new(
            RefusalKind::InvalidInput,
            format!("the expression `{pattern}` cannot be used: {error}"),
        )
    })
}
