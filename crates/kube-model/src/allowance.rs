//! Annotations by which an object asks for one of its findings to be accepted.

use kube_manifest::{Node, Object};

/// The prefix of all keys of our annotations.
pub const DOMAIN_PREFIX: &str = "portcullis.dev/";
/// The prefix before the id of a check.
pub const ANNOTATION_PREFIX: &str = "portcullis.dev/allow-";
/// The path of the annotations that are read: those of the object itself.
pub const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

/// Returns the reason that an object gives for the acceptance of one of its findings, or `None` if it gives none.
pub fn allowance<'a>(object: &'a Object, check: &str) -> Option<&'a str> {
    let reason = allowance_value(object, check)?.as_str()?;
    (!reason.trim().is_empty()).then_some(reason)
}

/// Returns the value of the annotation that accepts findings of a check.
pub fn allowance_value<'a>(object: &'a Object, check: &str) -> Option<&'a Node> {
    object.at(&ANNOTATIONS)?.get(&format!("{ANNOTATION_PREFIX}{check}"))
}
