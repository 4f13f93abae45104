//! Values that are not known, in the validator's answers.
//!
//! In: an object and an error. Out: whether the error depends on a value that is not known. Never: excuses
//! what is wrong whatever that value turns out to be.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use kube_manifest::Node;

/// Whether another value could make the error vanish. The validator takes such a value for text.
pub(super) fn decides(root: &Node, error: &ValidationError<'_>) -> bool {
    let node = root.nearest(error.instance_path().as_str());
    match error.kind() {
        // A list is one, and has as many items, whatever they are; what is missing or not known as a field
        // is so beside any value.
        ValidationErrorKind::Required { .. }
        | ValidationErrorKind::AdditionalProperties { .. }
        | ValidationErrorKind::Type { .. }
        | ValidationErrorKind::MinItems { .. }
        | ValidationErrorKind::MaxItems { .. }
        | ValidationErrorKind::MinProperties { .. }
        | ValidationErrorKind::MaxProperties { .. } => node.is_unknown(),
        _ => node.holds_unknown(),
    }
}
