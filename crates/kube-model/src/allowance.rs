//! Annotations by which an object asks for one of its findings to be accepted.

use kube_manifest::Object;

/// What all keys of our annotations begin with.
pub const DOMAIN_PREFIX: &str = "portcullis.dev/";
/// What is before the id of a check.
pub const ANNOTATION_PREFIX: &str = "portcullis.dev/allow-";
/// The only place where such an annotation is read: that of the object itself.
pub const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

/// The reason that an object gives for one of its findings to be accepted; `None` if it gives none.
pub fn allowance<'a>(object: &'a Object, check: &str) -> Option<&'a str> {
    let annotations = object.at(&ANNOTATIONS)?;
    let reason = annotations.get(&format!("{ANNOTATION_PREFIX}{check}"))?.as_str()?;
    (!reason.trim().is_empty()).then_some(reason)
}
