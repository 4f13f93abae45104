//! Unknown values in the validator's answers.
//!
//! In: an object and an error. Out: whether the error depends on an unknown value. Never: excuses an error that every
//! possible value has.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use kube_manifest::Node;

/// Returns true if another value could make the error vanish. The validator takes an unknown value for text.
pub(super) fn decides(root: &Node, error: &ValidationError<'_>) -> bool {
    let node = root.nearest(error.instance_path().as_str());
    match error.kind() {
        // A list keeps its type and its number of items, and a field stays missing or unknown, whatever the unknown
        // values are.
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
