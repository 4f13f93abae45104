//! Checks of container images.
//!
//! In: a change of a workload. Out: images that become older, movable or unpinned. Never: asks a
//! registry, and never orders what cannot be ordered.

mod comparison;
pub(super) mod image_downgrade;
pub(super) mod mutable_image;
mod relation;
pub(super) mod unpinned_image;
