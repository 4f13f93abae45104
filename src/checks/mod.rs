//! The checks: one file each, one line in the registry each.
//!
//! In: a change and the context around it. Out: findings. Never: git, network, files, environment,
//! the clock, or another check.

mod aftermath;
mod approval;
mod commit;
mod context;
mod exposure;
mod image;
mod manifest;
mod meta;
mod policy;
mod rbac;
mod registry;
mod running;
mod schema;
mod set;
#[cfg(test)]
mod testing;
mod ways;

pub use aftermath::Aftermath;
pub use context::{Context, Facts, Findings, Run, Settings};
pub use meta::{Family, Meta, PartialDocuments};
pub use running::{Found, needs_of, run_all};
pub use set::{Check, CheckSet, Default, TakenId};
pub use ways::{Way, without_repetition, without_twins};
