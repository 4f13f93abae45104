//! Owners and whether they approved.
//!
//! In: owned paths with their approvals, and the problems of CODEOWNERS. Out: findings. Never: asks
//! who a person is.

pub(super) mod invalid_codeowners;
pub(super) mod missing_approval;
pub(super) mod unowned_path;

#[cfg(test)]
mod tests;
