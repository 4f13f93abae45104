//! The steps that change objects, in the order in which kustomize takes them.
//!
//! In: the settings of a kustomization or of a builtin transformer. Out: changed objects. Never: reads a file that no
//! setting names.

mod images;
mod labels;
mod namespace;
mod patches;
mod renaming;
mod replacements;
mod replicas;
mod structured;
mod target_path;
mod value_add;

pub(crate) use images::{ImageChange, ImageTexts};
pub(crate) use labels::{LabelChange, MetadataField};
pub(crate) use namespace::{NamespaceChange, SubjectMode, Unset};
pub(crate) use patches::{PatchChange, PatchKind};
pub(crate) use renaming::{Affix, Renaming};
pub(crate) use replacements::{FieldOptions, Replacement, Source, SourceField, Target};
pub(crate) use replicas::ReplicaChange;
pub(crate) use structured::sorted;
pub(crate) use target_path::{lookup, parts};
pub(crate) use value_add::{ValueAdd, ValueTarget};

use source_files::RepoPath;

use super::error::Outcome;
use super::resources::Resources;
use super::session::Session;

/// One step.
#[derive(Debug)]
pub(crate) enum Transformer {
    Patch(Box<PatchChange>),
    Namespace(NamespaceChange),
    Renaming(Renaming),
    Labels(LabelChange),
    Replicas(ReplicaChange),
    Image(ImageChange),
    Replacements(Vec<Replacement>),
    ValueAdd(ValueAdd),
    Hash,
}

impl Transformer {
    pub(crate) fn apply(
        &self,
        session: &mut Session<'_>,
        resources: &mut Resources,
        folder: &RepoPath,
    ) -> Outcome<()> {
        match self {
            Self::Patch(change) => change.apply(session, resources, folder),
            Self::Namespace(change) => change.apply(session, resources),
            Self::Renaming(change) => change.apply(session, resources),
            Self::Labels(change) => change.apply(session, resources),
            Self::Replicas(change) => change.apply(session, resources),
            Self::Image(change) => change.apply(session, resources),
            Self::Replacements(replacements) => replacements::apply(session, resources, replacements),
            Self::ValueAdd(change) => change.apply(session, resources),
            Self::Hash => super::hash::add_to_names(session, resources),
        }
    }
}

/// Counts the values of all objects, which a step is about to visit.
pub(crate) fn count_visits(session: &mut Session<'_>, resources: &Resources) -> Outcome<()> {
    session.budget.work(resources.0.len().saturating_mul(8))
}
