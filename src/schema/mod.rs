//! Schemas of Kubernetes and of the repository's own custom resources.
//!
//! In: target versions and CRDs. Out: [`SchemaStore`], which validates an object. Never: the
//! network, and no `$ref` outside the embedded definitions.

mod closure;
mod compile;
mod crd;
mod custom;
mod embedded;
mod fields;
mod formats;
mod nearest;
mod nulls;
mod outcome;
mod pointer;
mod problem;
mod store;
mod suggestion;
mod violation;

#[cfg(test)]
mod tests;

pub use outcome::{Outcome, UnknownKind};
pub use problem::SchemaProblem;
pub use store::SchemaStore;
pub use violation::{Violation, ViolationKind};
