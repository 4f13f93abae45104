//! The cluster as a revision describes it, and the difference between two.
//!
//! In: placed objects. Out: [`World`] and [`ObjectChange`]. Never: judges.

mod change;

pub use change::{ObjectChange, Operation, Placed};

use std::sync::Arc;

/// What one revision makes of the clusters. Objects of changed files are all here; of unchanged
/// files, those that other objects' meaning depends on (RBAC and CRDs).
#[derive(Debug, Default)]
pub struct World {
    /// The objects.
    pub objects: Vec<Arc<Placed>>,
}
