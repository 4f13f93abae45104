//! A violation of a schema, for programs and for people.
//!
//! In: nothing; these are the words of this crate. Out: [`Violation`]. Never: decides.

use super::duplicates::DuplicateRefusal;
use kube_model::KubernetesVersion;
use source_files::pointer;

/// One thing that the API server would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The kind of violation.
    pub kind: ViolationKind,
    /// A JSON pointer to the value. For an unknown field it points to that field, for a missing field to the object
    /// that lacks it, for a repeated item to the later one.
    pub pointer: String,
    /// One clause for people, without object and place of file.
    pub message: String,
    /// The Kubernetes versions that refuse it; all targets for a custom resource.
    pub versions: Vec<KubernetesVersion>,
}

/// The kind of a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// A field that the schema does not have.
    UnknownField {
        /// The field.
        field: String,
        /// The field that was probably meant.
        nearest: Option<String>,
    },
    /// A value of another type.
    Type {
        /// The type that it must have.
        expected: String,
        /// The type that it has.
        found: &'static str,
    },
    /// A field that must be there.
    Required {
        /// The field.
        field: String,
    },
    /// A value of the right type that is not allowed.
    Value {
        /// The keyword of the schema that refuses it, or the name of the format.
        rule: String,
    },
    /// An item of a list that repeats an earlier one.
    Duplicate {
        /// The requests that are refused.
        refusal: DuplicateRefusal,
    },
}

impl Violation {
    /// Returns the pointer of the object or list that holds the value.
    pub fn parent(&self) -> &str {
        pointer::parent(&self.pointer)
    }

    pub(super) fn new(pointer: impl Into<String>, kind: ViolationKind, message: String) -> Self {
        Self { kind, pointer: pointer.into(), message, versions: Vec::new() }
    }
}
