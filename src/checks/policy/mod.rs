//! The gate's own configuration.
//!
//! In: changes of trust files, waivers, annotations. Out: findings. Never: reads a policy.

mod annotations;
pub(super) mod expired_waiver;
pub(super) mod invalid_waiver;
pub(super) mod unused_waiver;
pub(super) mod weakened_policy;

#[cfg(test)]
mod tests;
