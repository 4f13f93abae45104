//! The workloads that may take the place of another one.
//!
//! Two workloads that use one image need not have anything to do with each other: many use the same base
//! image. An image alone is no evidence of an order.

use crate::world::Placed;
use kube_manifest::{Node, Object};
use kube_model::{ImageReference, ImageUse, pod_labels};

/// Whether a workload runs nothing: it has no replicas, or its schedule is suspended.
pub(super) fn is_stopped(object: &Object) -> bool {
    let no_replicas = object.at(&["spec", "replicas"]).and_then(Node::as_integer) == Some(0);
    let suspended = object.at(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true);
    no_replicas || suspended
}

/// Whether a new workload may replace one that ends. Their labels or names may say so; an image that is no
/// general one says it if both run it in the same way.
pub(super) fn may_replace(
    (new, at): (&Placed, &ImageUse<'_>),
    (old, known): (&Placed, &ImageUse<'_>),
    image: &ImageReference,
) -> bool {
    let alike = at.noun == known.noun && (new.id.kind == old.id.kind || at.name == known.name);
    share_labels(&new.object, &old.object)
        || share_name(&new.id.name, &old.id.name)
        || (alike && !is_general(image))
}

/// Whether the Pods of one have every label of the Pods of the other.
fn share_labels(new: &Object, old: &Object) -> bool {
    let (Some(new), Some(old)) = (pod_labels(new), pod_labels(old)) else { return false };
    let holds = |all: &[(&str, &str)], some: &[(&str, &str)]| {
        !some.is_empty() && some.iter().all(|label| all.contains(label))
    };
    holds(&new, &old) || holds(&old, &new)
}

/// `web` and `web-green`, `web-v1` and `web-v2`.
fn share_name(new: &str, old: &str) -> bool {
    let stem = |name: &str| name.rsplit_once('-').map(|(stem, _)| stem.to_owned());
    let (new_stem, old_stem) = (stem(new), stem(old));
    new == old
        || new_stem.as_deref() == Some(old)
        || old_stem.as_deref() == Some(new)
        || (new_stem.is_some() && new_stem == old_stem)
}

/// Folders of registries in which everyone's images are.
const GENERAL: &[&str] =
    &["library", "base", "base-images", "baseimages", "common", "mirror", "hub", "dockerhub"];

/// Whether an image is one that unrelated workloads use: an official one, or one that its path calls a base.
fn is_general(image: &ImageReference) -> bool {
    let mut folders: Vec<&str> = image.repository.split('/').collect();
    folders.pop();
    folders.iter().any(|folder| GENERAL.contains(folder))
}
