//! The walk from an object to its images.

use std::borrow::Cow;

use super::{Form, ImageCertainty, ImageUse, visit_kind};
use crate::workload::ContainerList;
use kube_manifest::{Node, Value};

/// The function to call at the end of a path.
pub(super) type Visit<'a> = for<'w> fn(&'w mut ImageWalk<'a>, &'a Node, &str);

/// Collects images.
#[derive(Default)]
pub(super) struct ImageWalk<'a> {
    pub(super) found: Vec<ImageUse<'a>>,
}

impl<'a> ImageWalk<'a> {
    /// Follows keys from a node and visits the nodes at the end.
    pub(super) fn follow(&mut self, node: &'a Node, keys: &[&str], place: &str, visit: Visit<'a>) {
        if let Value::Sequence(items) = &node.value {
            for (index, item) in items.iter().enumerate() {
                self.follow(item, keys, &format!("{place}[{}]", name_item(item, index)), visit);
            }
            return;
        }
        match keys.split_first() {
            None => visit(self, node, place),
            Some((&"*", rest)) => {
                for entry in node.entries() {
                    self.follow(&entry.value, rest, &join_place(place, &entry.key), visit);
                }
            }
            Some((key, rest)) => {
                if let Some(child) = node.get(key) {
                    self.follow(child, rest, &join_place(place, key), visit);
                }
            }
        }
    }

    /// Visits a text that names an image, a container, a Pod specification or a whole object.
    pub(super) fn visit_any(&mut self, node: &'a Node, place: &str) {
        if let (Some(version), Some(kind)) = (node.text_at(&["apiVersion"]), node.text_at(&["kind"])) {
            let group = version.split_once('/').map_or("", |(group, _)| group);
            visit_kind(node, group, kind, &format!("{place} "), self);
        }
        if node.spelling().is_some() {
            self.push("image", place.to_owned().into(), node, node, Form::Reference);
        }
        if let Some(image) = node.get("image").filter(|image| image.spelling().is_some()) {
            self.push("container", place.to_owned().into(), image, image, Form::Reference);
            self.visit_hints(node, place);
        }
        if ContainerList::all().iter().any(|list| node.get(list.field()).is_some()) {
            self.visit_pod(node, place);
        }
    }

    /// Visits the lists of a Pod specification.
    pub(super) fn visit_pod(&mut self, spec: &'a Node, place: &str) {
        for list in ContainerList::all() {
            let items = spec.get(list.field()).map(Node::items).unwrap_or_default();
            for item in items {
                let image = match list {
                    ContainerList::Volumes => item.at(&["image", "reference"]),
                    ContainerList::Containers
                    | ContainerList::InitContainers
                    | ContainerList::EphemeralContainers => item.get("image"),
                };
                let own = item.text_at(&["name"]).unwrap_or_default();
                let name = if place.is_empty() { Cow::from(own) } else { format!("{place} {own}").into() };
                if let Some(image) = image {
                    self.push(list.noun(), name.clone(), image, image, Form::Reference);
                }
                self.visit_hints(item, &name);
            }
        }
    }

    /// Visits images that a container is configured to run: variables `RELATED_IMAGE_…`, arguments `--…image=`.
    fn visit_hints(&mut self, container: &'a Node, container_name: &str) {
        for variable in container.get("env").map(Node::items).unwrap_or_default() {
            let name = variable.text_at(&["name"]).unwrap_or_default();
            let value = variable.get("value").filter(|_| name.starts_with("RELATED_IMAGE_"));
            if let Some(value) = value {
                let name = format!("{container_name} {name}").into();
                self.push("variable", name, value, value, Form::Parts);
            }
        }
        for list in ["args", "command"] {
            for argument in container.get(list).map(Node::items).unwrap_or_default() {
                let option = argument.spelling().and_then(|text| text.split_once('='));
                let Some((option, image)) = option.filter(|(name, _)| names_image(name)) else { continue };
                self.found.push(ImageUse {
                    noun: "argument",
                    name: format!("{container_name} {option}").into(),
                    node: argument,
                    text: image.into(),
                    form: Form::Parts,
                    certainty: ImageCertainty::of([argument]),
                });
            }
        }
    }

    /// Adds an image whose text is that of a node.
    pub(super) fn push(
        &mut self,
        noun: &'static str,
        name: Cow<'a, str>,
        node: &'a Node,
        text: &'a Node,
        form: Form,
    ) {
        let certainty = ImageCertainty::of([text]);
        let Some(text) = text.spelling().filter(|text| !text.is_empty()) else { return };
        if !self.found.iter().any(|known| std::ptr::eq(known.node, node)) {
            self.found.push(ImageUse { noun, name, node, text: text.into(), form, certainty });
        }
    }
}

/// Recognises options such as `--image` and `--sidecar-image`.
fn names_image(option: &str) -> bool {
    option.starts_with("--") && option.ends_with("image")
}

/// Returns the place of a key below another one.
pub(super) fn join_place(place: &str, key: &str) -> String {
    match place.chars().last() {
        None | Some(' ') => format!("{place}{key}"),
        Some(_) => format!("{place}.{key}"),
    }
}

/// Names an item for people, by its name if it has one.
fn name_item(item: &Node, index: usize) -> Cow<'_, str> {
    let name = ["name", "groupName"].iter().find_map(|key| item.text_at(&[key]));
    name.map_or_else(|| index.to_string().into(), Cow::from)
}
