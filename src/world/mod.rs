//! The cluster as a revision describes it, and the difference between two.
//!
//! In: two layouts and their blobs. Out: [`World`]s and [`ObjectChange`]s. Never: judges, and never
//! reads a blob twice.

mod anywhere;
mod builder;
mod change;
mod definitions;
mod differing;
mod forgetting;
mod loader;
mod merging;
mod need;
mod needles;
mod pairing;
mod patches;
mod presence;
mod related;
mod substitution;
mod texts;

pub use builder::{View, WorldInput, Worlds, build};
pub use change::{ObjectChange, Operation, Placed};
pub use definitions::definitions;
pub use need::Need;
pub use presence::{Presence, PresenceInput};
pub use substitution::Substitution;

use std::sync::Arc;

use crate::render::Root;
use kube_manifest::Problem;
use source_files::{ObjectId, RepoPath, SourceText};

/// Drops a value on another thread. To free the objects of a large repository takes longer than to judge
/// some of its changes, and no one has to wait for it: not the report, and not the end of the process.
pub fn discard(value: impl Send + 'static) {
    rayon::spawn(move || drop(value));
}

/// What one revision makes of the clusters.
#[derive(Debug, Default)]
pub struct World {
    /// Every object of a changed file; of the unchanged ones, those that the meaning of a changed
    /// object depends on: the same identity elsewhere, RBAC, custom resource definitions.
    pub objects: Vec<Arc<Placed>>,
    /// What could not be read with certainty in changed files.
    pub problems: Vec<FileProblem>,
    /// Changed roots that no one has rendered.
    pub unrendered: Vec<Root>,
    /// How many changed files hold no object.
    pub without_objects: usize,
}

/// A problem at its place.
#[derive(Clone, Debug)]
pub struct FileProblem {
    /// The file.
    pub path: RepoPath,
    /// What git stores of it; `None` if that is not a file, and the problem says what it is.
    pub blob: Option<ObjectId>,
    /// Its text; `None` if it could not be read at all.
    pub source: Option<Arc<SourceText>>,
    /// The problem.
    pub problem: Problem,
}
