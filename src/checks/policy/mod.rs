//! The gate's own configuration.
//!
//! In: changes of trust files. Out: findings. Never: reads a policy.

pub(super) mod weakened_policy;

#[cfg(test)]
mod tests;
