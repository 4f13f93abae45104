//! `images`: new names, tags and digests of container images (`filters/imagetag`).

use kube_manifest::{Node, Origin, Value};
use regex::Regex;

use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::{FieldSpec, Made};
use super::super::resources::Resources;
use super::super::selector::compile;
use super::super::session::Session;
use super::super::version::KustomizeVersion;
use super::super::writing::BuildStep;
use super::count_visits;

/// One entry.
#[derive(Debug)]
pub(crate) struct ImageChange {
    /// An expression, or `None` if it does not compile, which matches no image.
    pattern: Option<Regex>,
    new_name: Box<str>,
    new_tag: Box<str>,
    tag_suffix: Box<str>,
    digest: Box<str>,
    origin: Origin,
    others: Vec<Origin>,
    fields: Vec<FieldSpec>,
}

/// The texts of an entry.
#[derive(Debug)]
pub(crate) struct ImageTexts {
    /// The places of its texts that another tool has put in from another file.
    pub(crate) others: Vec<Origin>,
    pub(crate) name: Box<str>,
    pub(crate) new_name: Box<str>,
    pub(crate) new_tag: Box<str>,
    pub(crate) tag_suffix: Box<str>,
    pub(crate) digest: Box<str>,
}

/// The tag and the digest behind the name.
const REST: &str = r"(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$";

const OLD_REST: &str = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";

impl ImageChange {
    /// # Errors
    /// An expression that older versions crash on.
    pub(crate) fn new(
        texts: ImageTexts,
        origin: Origin,
        fields: Vec<FieldSpec>,
        version: KustomizeVersion,
    ) -> Outcome<Self> {
        let pattern = if version.has_new_image_pattern() {
            compile(&format!("^{}{REST}", texts.name)).ok()
        } else {
            Some(compile(&format!("^{}{OLD_REST}", texts.name))?)
        };
        let ImageTexts { others, name: _, new_name, new_tag, tag_suffix, digest } = texts;
        Ok(Self { pattern, new_name, new_tag, tag_suffix, digest, origin, others, fields })
    }

    pub(crate) fn apply(&self, session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
        count_visits(session, resources)?;
        for resource in
            resources.0.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition")
        {
            self.apply_everywhere(session, &mut resource.node)?;
        }
        for resource in
            resources.0.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition")
        {
            for spec in &self.fields {
                spec.apply(&mut resource.node, Made::Nothing, &mut |node| self.set(session, node))?;
            }
        }
        Ok(())
    }

    /// Containers of any field of this name, wherever they are.
    fn apply_everywhere(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        match &mut node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    self.apply_everywhere(session, &mut entry.value)?;
                    if matches!(&*entry.key, "containers" | "initContainers") {
                        self.set_containers(session, &mut entry.value)?;
                    }
                }
                Ok(())
            }
            Value::Sequence(items) => {
                items.iter_mut().try_for_each(|item| self.apply_everywhere(session, item))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_) => Ok(()),
        }
    }

    fn set_containers(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        let Value::Sequence(items) = &mut node.value else { return Ok(()) };
        for item in items {
            match &item.value {
                Value::Mapping(_) | Value::Null => {}
                _ => return Err(RenderError::new(RefusalKind::InvalidInput, "a container is no mapping")),
            }
            if let Some(image) = item.get_mut("image") {
                self.set(session, image)?;
            }
        }
        Ok(())
    }

    fn set(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) {
            return Err(RenderError::new(RefusalKind::InvalidInput, "an image is no text"));
        }
        let text = session.writings.scalar_text(node).into_owned();
        if !self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(&text)) {
            return Ok(());
        }
        let mut before = node.origin;
        for other in &self.others {
            before = session.writings.derive(*other, BuildStep::Image, Some(before));
        }
        let origin = session.writings.derive(self.origin, BuildStep::Image, Some(before));
        let changed = self.changed(&text);
        session.budget.write(&changed)?;
        let value = session.writings.untagged(node, &changed);
        *node = Node { origin, value };
        Ok(())
    }

    fn changed(&self, text: &str) -> String {
        let (name, tag, digest) = split(text);
        let name = if self.new_name.is_empty() { name } else { &self.new_name };
        let suffixed = format!("{tag}{}", self.tag_suffix);
        let (tag, digest) = match (&*self.new_tag, &*self.digest) {
            ("", "") if self.tag_suffix.is_empty() => (tag, digest),
            ("", "") => (suffixed.as_str(), ""),
            ("", digest) => ("", digest),
            (tag, digest) => (tag, digest),
        };
        let mut changed = name.to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                changed.push(mark);
                changed.push_str(part);
            }
        }
        changed
    }
}

/// Name, tag and digest (`image.Split`).
fn split(image: &str) -> (&str, &str, &str) {
    let start = image.find('/').unwrap_or(0);
    let rest = image.get(start..).unwrap_or_default();
    let digest = rest.find('@').map(|place| start + place);
    let tag = rest.find(':').map(|place| start + place);
    let part = |from: usize, to: usize| image.get(from..to).unwrap_or_default();
    match (tag, digest) {
        (None, None) => (image, "", ""),
        (Some(tag), Some(digest)) if tag < digest => {
            (part(0, tag), part(tag + 1, digest), part(digest + 1, image.len()))
        }
        (_, Some(digest)) => (part(0, digest), "", part(digest + 1, image.len())),
        (Some(tag), None) => (part(0, tag), part(tag + 1, image.len()), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_image_is_split_where_kustomize_splits_it() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("host:5000/a/nginx:1"), ("host:5000/a/nginx", "1", ""));
        assert_eq!(split("nginx:1@sha256:ab"), ("nginx", "1", "sha256:ab"));
        assert_eq!(split("a/nginx@sha256:ab"), ("a/nginx", "", "sha256:ab"));
    }
}
