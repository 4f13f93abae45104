//! Images in the values of charts, in kustomize's lists and in versions.

use std::borrow::Cow;

use super::walk::{ImageWalk, join_place};
use super::{Form, ImageCertainty, ImageUse};
use crate::image::ImageReference;
use kube_manifest::{Limits, Node, Value, documents};

/// The name used for the repository that the chart chooses, if the values give only a tag.
const DEFAULT: &str = "chart-default";

/// Visits values of a chart: an object with `repository` and `tag` (or `version`, `digest`), and any text whose key
/// ends in `image`.
pub(super) fn visit_chart<'a>(walk: &mut ImageWalk<'a>, node: &'a Node, place: &str) {
    match &node.value {
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                visit_chart(walk, item, &format!("{place}[{index}]"));
            }
        }
        Value::Mapping(entries) => {
            add_parts(walk, node, place);
            for entry in entries {
                let place = join_place(place, &entry.key);
                let is_unknown = entry.value.is_unknown();
                if is_image(&entry.key) && (is_unknown || entry.value.as_str().is_some_and(is_exact)) {
                    walk.push("image", place.into(), &entry.value, &entry.value, Form::Parts);
                } else {
                    visit_chart(walk, &entry.value, &place);
                }
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => {}
    }
}

/// Visits values of a chart in one text. A text that is not YAML names no image that could be compared.
pub(super) fn visit_text<'a>(walk: &mut ImageWalk<'a>, node: &'a Node, place: &str) {
    let Some(text) = node.as_str() else { return };
    let (_, roots, _) = documents(text.as_bytes().to_vec(), &Limits::default());
    let mut inside = ImageWalk::default();
    for root in &roots {
        visit_chart(&mut inside, root, place);
    }
    for found in inside.found {
        let (name, text) = (found.name.into_owned().into(), found.text.into_owned().into());
        let (noun, form, certainty) = (found.noun, found.form, found.certainty);
        walk.found.push(ImageUse { noun, name, node, text, form, certainty });
    }
}

fn is_image(key: &str) -> bool {
    key.len() >= 5 && key.to_ascii_lowercase().ends_with("image")
}

/// Returns true if a text is an image with a tag or a digest.
fn is_exact(text: &str) -> bool {
    ImageReference::parse(text).is_ok_and(|image| image.tag.is_some() || image.digest.is_some())
}

/// Adds an image from `{registry, repository, tag, digest}`. One whose key is `image` may leave the repository to the
/// chart.
fn add_parts<'a>(walk: &mut ImageWalk<'a>, node: &'a Node, place: &str) {
    let tag_node = ["tag", "version"].iter().find_map(|key| node.get(key));
    let digest = ["digest", "sha"].iter().find_map(|key| text_of(node, key));
    let repository = match text_of(node, "repository").or_else(|| text_of(node, "name")) {
        Some(repository) if node.get("repository").is_some() || is_image(place) => repository,
        Some(_) | None if is_image(place) => DEFAULT,
        Some(_) | None => return,
    };
    let tag = tag_node.and_then(print_scalar).filter(|tag| !tag.is_empty());
    let marked = tag_node.or_else(|| node.get("digest")).or_else(|| node.get("sha"));
    let (Some(marked), true) = (marked, tag.is_some() || digest.is_some()) else { return };
    let text = join_parts(text_of(node, "registry"), repository, tag.as_deref(), digest);
    let parts = ["registry", "repository", "name", "tag", "version", "digest", "sha"];
    walk.found.push(ImageUse {
        noun: "image",
        name: place.to_owned().into(),
        node: marked,
        text: text.into(),
        form: Form::Parts,
        certainty: ImageCertainty::of(parts.iter().filter_map(|key| node.get(key))),
    });
}

/// Returns a text as written. An empty one counts as absent.
fn text_of<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::spelling).filter(|text| !text.is_empty())
}

fn join_parts(registry: Option<&str>, repository: &str, tag: Option<&str>, digest: Option<&str>) -> String {
    let mut text = registry.map_or_else(String::new, |registry| format!("{registry}/"));
    text.push_str(repository);
    if let Some(tag) = tag {
        text.push(':');
        text.push_str(tag);
    }
    if let Some(digest) = digest {
        text.push_str(if digest.contains(':') { "@" } else { "@sha256:" });
        text.push_str(digest);
    }
    text
}

/// Returns the text of a scalar, as Helm prints it.
fn print_scalar(node: &Node) -> Option<Cow<'_, str>> {
    match &node.value {
        Value::String(text) | Value::Unknown(text) => Some((&**text).into()),
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Float(number) => Some(number.to_string().into()),
        Value::Null | Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Visits one of kustomize's images. If there is a digest, kustomize ignores the tag.
pub(super) fn visit_kustomize<'a>(walk: &mut ImageWalk<'a>, node: &'a Node, place: &str) {
    if let Some(text) = node.spelling() {
        let (name, image) = text.split_once('=').unwrap_or((text, text));
        let found = ImageUse {
            noun: "image",
            name: format!("{} {}", list_of(place), name.split([':', '@']).next().unwrap_or(name)).into(),
            node,
            text: image.into(),
            form: Form::Parts,
            certainty: ImageCertainty::of([node]),
        };
        walk.found.push(found);
        return;
    }
    let Some(name) = text_of(node, "newName").or_else(|| text_of(node, "name")) else { return };
    let digest = text_of(node, "digest");
    let parts = ["name", "newName", "newTag", "digest"];
    let tag = node.get("newTag").and_then(print_scalar).filter(|tag| !tag.is_empty() && digest.is_none());
    let marked = node.get("digest").filter(|_| digest.is_some()).or_else(|| node.get("newTag"));
    let (Some(marked), true) = (marked, tag.is_some() || digest.is_some()) else { return };
    walk.found.push(ImageUse {
        noun: "image",
        name: place.to_owned().into(),
        node: marked,
        text: join_parts(None, name, tag.as_deref(), digest).into(),
        form: Form::Parts,
        certainty: ImageCertainty::of(parts.iter().filter_map(|key| node.get(key))),
    });
}

/// Returns a place without the index of its last item, which is not a name.
fn list_of(place: &str) -> &str {
    place.rsplit_once('[').map_or(place, |(list, _)| list)
}

/// Visits a parameter such as `{name: image.tag, value: 1.2.3}`.
pub(super) fn visit_parameter<'a>(walk: &mut ImageWalk<'a>, node: &'a Node, _: &str) {
    let (Some(name), Some(value)) = (node.text_at(&["name"]), node.get("value")) else { return };
    let lower = name.to_ascii_lowercase();
    let Some(text) = print_scalar(value).filter(|text| !text.is_empty()) else { return };
    let text = match lower.rsplit_once('.') {
        Some((owner, "tag")) if is_image(owner) => join_parts(None, DEFAULT, Some(&text), None),
        _ if is_image(&lower) && is_exact(&text) => text.into_owned(),
        _ => return,
    };
    walk.found.push(ImageUse {
        noun: "parameter",
        name: name.into(),
        node: value,
        text: text.into(),
        form: Form::Parts,
        certainty: ImageCertainty::of([value]),
    });
}

/// Visits `spec.version`, from which an operator makes the tag.
pub(super) fn visit_version<'a>(root: &'a Node, repository: &str, walk: &mut ImageWalk<'a>) {
    let Some(node) = root.at(&["spec", "version"]) else { return };
    let Some(tag) = print_scalar(node).filter(|tag| !tag.is_empty()) else { return };
    walk.found.push(ImageUse {
        noun: "version of",
        name: repository.to_owned().into(),
        node,
        text: join_parts(None, repository, Some(&tag), None).into(),
        form: Form::Parts,
        certainty: ImageCertainty::of([node]),
    });
}
