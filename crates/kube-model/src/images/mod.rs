//! Every image that an object names.
//!
//! In: an object, and the kinds that the policy adds. Out: its [`ImageUse`]s: of Pods, of the custom kinds that are
//! listed here, of the values of charts. Never: guesses that another kind names images, or how a chart uses its
//! values.

mod kinds;
mod values;
mod walk;

use std::borrow::Cow;

use super::builtin;
use super::workload::pod_spec;
use kinds::{KUSTOMIZE, PARAMETERS, ROWS, Row, VALUE_TEXTS, VALUES, VERSIONED};
use kube_manifest::{Node, Object};
use walk::ImageWalk;

/// The form in which an image is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One text, which is passed to a runtime.
    Reference,
    /// Several parts, or a hint to a program that makes Pods itself: an environment variable, an argument.
    Parts,
}

/// A place where an object names an image.
#[derive(Clone, Debug)]
pub struct ImageUse<'a> {
    /// The word for such a place, such as `container`.
    pub noun: &'static str,
    /// The name of the place, which is the same in another version of the object.
    pub name: Cow<'a, str>,
    /// The node to report.
    pub node: &'a Node,
    /// The image, joined if it is written in parts.
    pub text: Cow<'a, str>,
    /// The form in which it is written.
    pub form: Form,
    /// Says whether all of it is known.
    pub certainty: ImageCertainty,
}

/// Says whether a text is the value that the cluster will see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageCertainty {
    /// It is.
    Known,
    /// A part of it is set elsewhere.
    Unknown,
}

impl ImageCertainty {
    fn of<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Self {
        if nodes.into_iter().any(Node::is_unknown) { Self::Unknown } else { Self::Known }
    }
}

/// A custom kind that names images, by the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageKind {
    /// Its API group; empty for the core group.
    pub group: Box<str>,
    /// The kind.
    pub kind: Box<str>,
    /// Paths to Pod specifications, containers or texts, their keys separated by dots.
    pub paths: Vec<Box<str>>,
}

/// Returns every image of an object. Empty for kinds that name none.
pub fn images<'a>(object: &'a Object, added: &[ImageKind]) -> Vec<ImageUse<'a>> {
    let mut walk = ImageWalk::default();
    if let Some(spec) = pod_spec(object) {
        walk.visit_pod(spec, "");
    }
    visit_kind(&object.root, object.group(), &object.kind, "", &mut walk);
    let own = |kind: &&ImageKind| *kind.group == *object.group() && kind.kind == object.kind;
    for path in added.iter().filter(own).flat_map(|kind| &kind.paths) {
        walk.follow(&object.root, &split_keys(path), "", ImageWalk::visit_any);
    }
    walk.found
}

/// Returns the images of the list `images` of a kustomization.
pub fn images_of_kustomization(root: &Node) -> Vec<ImageUse<'_>> {
    let mut walk = ImageWalk::default();
    walk.follow(root, &["images"], "", values::visit_kustomize);
    walk.found
}

/// Returns the images of a file `.argocd-source.yaml`, with which Argo CD overrides the source of an application.
pub fn images_of_source_override(root: &Node) -> Vec<ImageUse<'_>> {
    let mut walk = ImageWalk::default();
    walk.follow(root, &["kustomize", "images"], "", values::visit_kustomize);
    walk.follow(root, &["helm", "parameters"], "", values::visit_parameter);
    walk.follow(root, &["helm", "valuesObject"], "", values::visit_chart);
    walk.found
}

/// Follows the paths of a kind.
fn visit_kind<'a>(root: &'a Node, group: &str, kind: &str, place: &str, walk: &mut ImageWalk<'a>) {
    let group = builtin::storage_group(group, kind);
    let tables: [(&[Row], walk::Visit<'a>); 5] = [
        (ROWS, ImageWalk::visit_any),
        (VALUES, values::visit_chart),
        (VALUE_TEXTS, values::visit_text),
        (KUSTOMIZE, values::visit_kustomize),
        (PARAMETERS, values::visit_parameter),
    ];
    for (rows, visit) in tables {
        let own = rows.iter().filter(|row| row.group == group && row.kinds.contains(&kind));
        for path in own.flat_map(|row| row.paths) {
            walk.follow(root, &split_keys(path), place, visit);
        }
    }
    let versioned = VERSIONED.iter().find(|row| row.group == group && row.kind == kind);
    if let Some(row) = versioned.filter(|_| root.at(&["spec", "image"]).is_none()) {
        values::visit_version(root, row.repository, walk);
    }
}

/// Splits a path into keys. `[]` and `[*]` behind a key are dropped, because lists are always entered.
fn split_keys(path: &str) -> Vec<&str> {
    path.split('.').map(|key| key.trim_end_matches("[]").trim_end_matches("[*]")).collect()
}
