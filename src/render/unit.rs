//! Kustomizations that are deployed on their own, rendered before and after a change.
//!
//! In: both revisions, sorted. Out: for each unit that the change may affect, what it gives in each. Never: judges, or
//! runs or fetches anything.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;

use super::affected::{Revisions, find_affected, kustomization_in};
use super::layout::{Layout, Onset, UnrenderedCause, UnrenderedReason};
use super::selection::Selection;
use kube_model::ClusterName;
use kustomize::{
    BuildStep, Entry, LoadRestrictor, Part, RefusalKind, RenderError, RenderOptions, RenderedObject,
    Renderer, Rendering, SnapshotTree, Unrendered, Writings,
};
use source_files::{BlobSource, ObjectId, RepoPath, Snapshot};

/// The most objects of all units of one push.
const OBJECTS: usize = 200_000;

/// The input of renderings.
#[derive(Clone, Copy)]
pub struct UnitsInput<'a> {
    /// The revision before the change.
    pub old: &'a Snapshot,
    /// The revision after it.
    pub new: &'a Snapshot,
    /// The revision before the change, sorted.
    pub old_layout: &'a Layout,
    /// The revision after it, sorted.
    pub new_layout: &'a Layout,
    /// Clusters of paths.
    pub selection: &'a Selection,
    /// The blobs of both.
    pub blobs: &'a dyn BlobSource,
}

/// The units that a change may affect.
#[derive(Debug, Default)]
pub struct ChangedUnits {
    /// The units.
    pub units: Vec<Unit>,
    /// The paths that the change touches.
    pub changed: Arc<HashSet<RepoPath>>,
    /// The reason why some could not be rendered, so that the verdict cannot be known.
    pub undecided: Option<String>,
}

/// What is deployed together.
#[derive(Debug)]
pub struct Unit {
    /// The folder of its kustomization.
    pub folder: RepoPath,
    /// Its clusters.
    pub clusters: Vec<ClusterName>,
    /// What it gives before the change.
    pub old: UnitState,
    /// What it gives after the change.
    pub new: UnitState,
}

/// What a unit gives in one revision.
#[derive(Debug)]
pub enum UnitState {
    /// There is no kustomization.
    Absent,
    /// Its objects.
    Rendered(RenderedUnit),
    /// The reason why kustomize would refuse it.
    Refused(RenderError),
}

/// The objects of a unit.
#[derive(Debug)]
pub struct RenderedUnit {
    /// The objects.
    pub objects: Vec<RenderedObject>,
    /// The files and steps that wrote their values.
    pub writings: Arc<Writings>,
    /// The parts that are not rendered.
    pub unrendered: Vec<Unrendered>,
    /// The files whose objects, patches or settings it takes.
    covered: BTreeSet<RepoPath>,
    /// Their blobs: the same file may have another path through a link.
    blobs: BTreeSet<ObjectId>,
    /// Every path that it looked at.
    looks: BTreeSet<RepoPath>,
}

impl Unit {
    /// Returns the reason why it is not wholly rendered after the change.
    pub fn find_reason(&self) -> Option<UnrenderedReason> {
        match &self.new {
            UnitState::Absent => None,
            UnitState::Refused(error) => {
                let file = error.place.as_ref().map(|place| place.path.clone());
                let is_same = matches!(&self.old, UnitState::Refused(old) if old.kind == error.kind);
                // `unparseable-manifest` reports a file that is no manifest, as far as something deploys it.
                let onset = if is_same || error.kind == RefusalKind::InvalidManifest {
                    Onset::AsBefore
                } else {
                    Onset::New
                };
                let file = file.filter(|path| *path != self.folder);
                let cause = UnrenderedCause::Refused;
                Some(UnrenderedReason { text: error.reason.clone(), file, onset, cause })
            }
            UnitState::Rendered(rendered) => self.find_missing_part(rendered),
        }
    }

    /// Returns the first part that is not rendered and was not there before, or else the first one.
    fn find_missing_part(&self, rendered: &RenderedUnit) -> Option<UnrenderedReason> {
        let before = self.old.rendered().map(|old| old.unrendered.as_slice()).unwrap_or_default();
        let is_new = |part: &&Unrendered| {
            !before.iter().any(|old| old.part == part.part) && !matches!(part.part, Part::Chart(_))
        };
        let new = rendered.unrendered.iter().find(is_new);
        let onset = if new.is_some() { Onset::New } else { Onset::AsBefore };
        let part = new.or(rendered.unrendered.first())?;
        let file = part.place.as_ref().map(|place| place.path.clone());
        let cause = match part.part {
            Part::RemoteBase(_) | Part::RemoteFile(_) => UnrenderedCause::Elsewhere,
            Part::Chart(_) | Part::Function(_) => UnrenderedCause::Program,
        };
        Some(UnrenderedReason { text: part.part.to_string(), file, onset, cause })
    }
}

impl UnitState {
    /// Returns the objects, if there are any.
    pub fn rendered(&self) -> Option<&RenderedUnit> {
        match self {
            Self::Rendered(rendered) => Some(rendered),
            Self::Absent | Self::Refused(_) => None,
        }
    }
}

impl RenderedUnit {
    fn of(rendering: Rendering) -> Self {
        let Rendering { objects, unrendered, writings, looks } = rendering;
        let mut covered = BTreeSet::new();
        for writing in &writings.steps {
            let file = writings.files.get(writing.file).filter(|file| file.inside.is_none());
            if writing.step != BuildStep::Generator {
                covered.extend(file.map(|file| file.path.clone()));
            }
        }
        let mut blobs = BTreeSet::new();
        for path in &covered {
            if let Some(Entry::File(Some(id))) = looks.get(path) {
                blobs.insert(id.clone());
            }
        }
        let looks = looks.into_keys().collect();
        Self { objects, writings: Arc::new(writings), unrendered, covered, blobs, looks }
    }

    fn is_complete(&self) -> bool {
        self.unrendered.is_empty()
    }

    /// Returns true if the unit takes objects, patches or settings from a file.
    fn covers(&self, path: &RepoPath, blob: &ObjectId) -> bool {
        self.covered.contains(path) || (self.looks.contains(path) && self.blobs.contains(blob))
    }

    /// Returns the kustomizations of some folders that it has read.
    pub fn kustomizations_in<'a>(&'a self, folders: &'a [RepoPath]) -> impl Iterator<Item = &'a RepoPath> {
        let in_one = |path: &&RepoPath| {
            super::is_kustomization(path) && folders.iter().any(|folder| folder.as_str() == path.parent())
        };
        self.covered.iter().filter(in_one)
    }
}

impl ChangedUnits {
    /// Renders the units that a change may affect, in both revisions.
    pub fn render(input: &UnitsInput<'_>) -> Self {
        let affected = find_affected(&Revisions {
            old: (input.old, input.old_layout),
            new: (input.new, input.new_layout),
            selection: input.selection,
        });
        let folders: Vec<RepoPath> = affected.folders.into_iter().collect();
        let left = AtomicUsize::new(OBJECTS);
        let old = render_all(&folders, input.old, (input.old_layout, input.blobs), &left);
        let new = render_all(&folders, input.new, (input.new_layout, input.blobs), &left);
        let mut units = Vec::new();
        for ((folder, old), new) in folders.into_iter().zip(old).zip(new) {
            let clusters = input.selection.clusters_of(&kustomization_in(folder.as_str()));
            units.push(Unit { folder, clusters, old, new });
        }
        let excess = || {
            format!("the change affects more than {OBJECTS} rendered objects: push fewer changes at a time")
        };
        let undecided = (left.into_inner() == 0).then(excess);
        Self { units, changed: Arc::new(affected.changed), undecided }
    }

    /// Returns the reason why the kustomization of a file is not rendered, if that is known.
    pub fn find_reason(&self, file: &RepoPath) -> Option<UnrenderedReason> {
        let unit = self.units.iter().find(|unit| unit.folder.as_str() == file.parent())?;
        unit.find_reason()
    }

    /// Returns the files that units take after the change.
    pub fn cover_new(&self) -> UnitCoverage<'_> {
        UnitCoverage::of(self.units.iter().filter_map(|unit| unit.new.rendered()))
    }

    /// Returns the same for units of which a part may be missing: they are reported by themselves.
    pub fn cover_new_in_part(&self) -> UnitCoverage<'_> {
        UnitCoverage::with(self.units.iter().filter_map(|unit| unit.new.rendered()).collect())
    }

    /// Returns the files that units took before the change.
    pub fn cover_old(&self) -> UnitCoverage<'_> {
        UnitCoverage::of(self.units.iter().filter_map(|unit| unit.old.rendered()))
    }
}

/// The files from which units that are wholly rendered take objects, patches or settings.
pub struct UnitCoverage<'a> {
    covered: HashSet<&'a RepoPath>,
    looks: HashSet<&'a RepoPath>,
    units: Vec<&'a RenderedUnit>,
}

impl<'a> UnitCoverage<'a> {
    fn of(units: impl Iterator<Item = &'a RenderedUnit>) -> Self {
        Self::with(units.filter(|unit| unit.is_complete()).collect())
    }

    fn with(units: Vec<&'a RenderedUnit>) -> Self {
        let covered = units.iter().flat_map(|unit| &unit.covered).collect();
        let looks = units.iter().flat_map(|unit| &unit.looks).collect();
        Self { covered, looks, units }
    }

    /// Returns true if a unit takes something from a file. Through a link it may have another path there.
    pub fn has(&self, path: &RepoPath, blob: &ObjectId) -> bool {
        let through_link = || self.units.iter().any(|unit| unit.covers(path, blob));
        self.covered.contains(path) || (self.looks.contains(path) && through_link())
    }
}

/// Renders folders of one revision, each thread with files of its own.
fn render_all(
    folders: &[RepoPath],
    snapshot: &Snapshot,
    (layout, blobs): (&Layout, &dyn BlobSource),
    left: &AtomicUsize,
) -> Vec<UnitState> {
    let options = RenderOptions { restrictor: LoadRestrictor::None, ..RenderOptions::default() };
    let threads = rayon::current_num_threads().max(1);
    let portion = folders.len().div_ceil(threads).max(1);
    let render_portion = |portion: &[RepoPath]| {
        let tree = SnapshotTree::new(snapshot, blobs.reader());
        let renderer = Renderer::new(&tree);
        let mut states = Vec::with_capacity(portion.len());
        for folder in portion {
            // Beyond the limit the verdict is not known, whatever the rest gives.
            states.push(if layout.has_kustomization(folder) && left.load(Relaxed) > 0 {
                render(&renderer, folder, options, left)
            } else {
                UnitState::Absent
            });
        }
        states
    };
    folders.par_chunks(portion).flat_map_iter(render_portion).collect()
}

fn render(
    renderer: &Renderer<'_>,
    folder: &RepoPath,
    options: RenderOptions,
    left: &AtomicUsize,
) -> UnitState {
    match renderer.render(folder, options) {
        Err(error) => UnitState::Refused(error),
        Ok(rendering) => {
            let count = rendering.objects.len();
            let _ = left.fetch_update(Relaxed, Relaxed, |left| Some(left.saturating_sub(count)));
            UnitState::Rendered(RenderedUnit::of(rendering))
        }
    }
}
