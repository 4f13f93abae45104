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
mod rendered;
mod substitution;
mod texts;
mod unit_place;

pub use builder::{View, WorldInput, Worlds, build};
pub use change::{ObjectChange, Operation, Placed};
pub use definitions::load_definitions;
pub use need::Need;
pub use presence::{Presence, PresenceInput};
pub use substitution::Substitution;
pub use unit_place::{UnitPlace, WrittenPart, WrittenPlace, WrittenPlaces};

use std::sync::Arc;

use crate::render::Root;
use kube_manifest::Problem;
use source_files::{ObjectId, RepoPath, SourceText};

/// Drops a value on another thread. Freeing the objects of a large repository takes longer than judging some of its
/// changes, and neither the report nor the end of the process has to wait for it.
pub fn discard(value: impl Send + 'static) {
    rayon::spawn(move || drop(value));
}

/// The objects of one revision in their clusters.
#[derive(Debug, Default)]
pub struct World {
    /// Every object of a changed file, and the objects of unchanged files on which the meaning of a changed object
    /// depends: the same identity elsewhere, RBAC, custom resource definitions.
    pub objects: Vec<Arc<Placed>>,
    /// The problems of changed files that could not be read with certainty.
    pub problems: Vec<FileProblem>,
    /// Changed roots that were not rendered.
    pub unrendered: Vec<Root>,
    /// The number of changed files without an object.
    pub without_objects: usize,
}

/// A problem at its place.
#[derive(Clone, Debug)]
pub struct FileProblem {
    /// The file.
    pub path: RepoPath,
    /// The stored blob. `None` if the path is not a file, as the problem says.
    pub blob: Option<ObjectId>,
    /// The text. `None` if it could not be read.
    pub source: Option<Arc<SourceText>>,
    /// The problem.
    pub problem: Problem,
}
