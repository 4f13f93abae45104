//! Schemas of Kubernetes and of the repository's own custom resources.
//!
//! In: target versions and CRDs. Out: [`SchemaStore`], which validates an object. Never: the
//! network, and no `$ref` outside the embedded definitions.

mod acceptance;
mod candidate;
mod closure;
mod compile;
mod crd;
mod custom;
mod default_values;
mod defaults;
mod definition;
mod duplicates;
mod embedded;
mod fields;
mod formats;
mod go_pattern;
mod instance;
mod nearest;
mod nulls;
mod operators;
mod outcome;
mod patterns;
mod problem;
mod retired;
pub mod rules;
mod shape;
mod store;
mod structural;
mod structural_lists;
mod structural_nested;
mod suggestion;
mod times;
mod translate;
mod unknown;
mod violation;
mod wording;

#[cfg(test)]
mod tests;

pub use candidate::{Candidate, ObjectPart};
pub use duplicates::DuplicateRefusal;
pub use operators::{Misnamed, operator_scope};
pub use outcome::{Outcome, UnknownKind};
pub use problem::{Excess, SchemaProblem};
pub use retired::{Release, Retirement, retirement};
pub use store::SchemaStore;
pub use violation::{Violation, ViolationKind};

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
