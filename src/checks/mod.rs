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
mod schema;
#[cfg(test)]
mod testing;

pub use aftermath::Aftermath;
pub use context::{Context, Findings, Outcomes, Run};
pub use meta::{Family, Meta};
pub use registry::{Check, Found, REGISTRY, Way, find, run_all, without_repetition, without_twins};
