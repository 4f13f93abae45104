//! The reasons why an object cannot be judged.

use thiserror::Error;

/// A schema that cannot be used; the object that needs it is not valid until it can.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SchemaProblem {
    /// The binary's own schemas cannot be read.
    #[error("the schemas embedded in portcullis are damaged")]
    EmbeddedDataDamaged,
    /// A definition exists but its parts do not.
    #[error("the schema of {0} is incomplete")]
    Incomplete(String),
    /// A custom resource definition has no schema for a version.
    #[error("its CustomResourceDefinition has no spec.versions[].schema.openAPIV3Schema for this version")]
    NoSchema,
    /// A custom resource definition has something in its schema that Kubernetes does not allow.
    #[error("Kubernetes does not allow the schema in its CustomResourceDefinition: {0}")]
    NotStructural(String),
    /// A schema refuses an object in more ways than can be reported.
    #[error("{0}")]
    TooMuchWrong(Excess),
    /// A schema that does not compile.
    #[error("the schema in its CustomResourceDefinition cannot be used: {0}")]
    Unusable(String),
}

/// The part of an object that is too large to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Excess {
    /// Violations.
    #[error("more than {0} of its values are wrong")]
    Violations(usize),
    /// Values to search for the wrong ones.
    #[error(
        "its schema refuses it, but the place could not be determined among more than {0} keys and \
        values"
    )]
    Values(usize),
}
