//! The whole way of a change, one call a room.
//!
//! In: two snapshots, the evidence of the push, the policy. Out: a [`Judgement`]. Never: knows whether
//! it serves a hook, a pull request or a laptop.

use chrono::NaiveDate;

use crate::checks::{self, Context};
use crate::evidence::RefEvidence;
use crate::finding::Finding;
use crate::kube::ClusterTarget;
use crate::manifest::{Limits, Reading};
use crate::policy::Policy;
use crate::render::{Layout, LayoutInput, Reaches, Selection};
use crate::schema::SchemaStore;
use crate::source::{BlobSource, Snapshot};
use crate::verdict::{self, Judgement, Mode};
use crate::world::{self, View, WorldInput};

/// A change, as every way of running portcullis describes it.
pub struct Change<'a> {
    /// The files before.
    pub old: &'a Snapshot,
    /// The files after.
    pub new: &'a Snapshot,
    /// The content of both.
    pub blobs: &'a dyn BlobSource,
    /// Commits, refs, owners, trust files.
    pub evidence: &'a RefEvidence,
    /// Whether anybody can have approved.
    pub mode: Mode,
}

/// What the policy says of files and clusters.
#[derive(Debug)]
pub struct Targets {
    /// Which files are manifests, and of which cluster.
    pub selection: Selection,
    /// The clusters.
    pub clusters: Vec<ClusterTarget>,
}

/// Judges a change.
pub fn evaluate(change: &Change<'_>, targets: &Targets, policy: &Policy, today: NaiveDate) -> Judgement {
    let selection = &targets.selection;
    let reaches = &Reaches::read([change.old, change.new].into_iter(), change.blobs);
    let mut reader = change.blobs.reader();
    let old = Layout::of(&LayoutInput { snapshot: change.old, selection, reaches }, &mut *reader);
    let new = Layout::of(&LayoutInput { snapshot: change.new, selection, reaches }, &mut *reader);
    let limits = Limits::default();
    let worlds = world::build(&WorldInput { old: &old, new: &new, selection, blobs: change.blobs, limits });
    let findings = worlds.views.iter().map(|view| check(view, change.evidence, targets, policy));
    let findings = checks::without_repetition(findings.collect());
    let changes = worlds.views.first().map_or(0, |view| view.changes.len());
    verdict::decide(findings, worlds.undecided, changes, policy, change.mode, today)
}

/// What the checks find in one reading of the manifests.
fn check(view: &View, evidence: &RefEvidence, targets: &Targets, policy: &Policy) -> (Reading, Vec<Finding>) {
    let context = Context {
        old: &view.old,
        new: &view.new,
        changes: &view.changes,
        evidence,
        clusters: &targets.clusters,
        schemas: &SchemaStore::of(&view.old, &view.new),
    };
    (view.reading, checks::run_all(&context, |check| policy.runs(check)))
}
