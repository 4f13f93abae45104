//! What is wrong with an object, for programs and for people.
//!
//! In: nothing; these are the words of this room. Out: [`Violation`]. Never: decides.

use super::duplicates::Refusal;
use kube_model::KubernetesVersion;
use source_files::pointer;

/// One thing that the API server would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind of thing.
    pub kind: ViolationKind,
    /// Where: a JSON pointer to the value; for an unknown field to that field, for a missing field
    /// to the object that lacks it, for a repeated item to the later one.
    pub pointer: String,
    /// One clause for people, without object and place of file.
    pub message: String,
    /// The Kubernetes versions that refuse it; all targets for a custom resource.
    pub versions: Vec<KubernetesVersion>,
}

/// What kind of thing is wrong.
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
        /// What it must be.
        expected: String,
        /// What it is.
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
        /// Who refuses it.
        refusal: Refusal,
    },
}

impl Violation {
    /// The pointer of the object or list that holds the value.
    pub fn parent(&self) -> &str {
        pointer::parent(&self.pointer)
    }

    pub(super) fn new(pointer: impl Into<String>, kind: ViolationKind, message: String) -> Self {
        Self { kind, pointer: pointer.into(), message, versions: Vec::new() }
    }
}
