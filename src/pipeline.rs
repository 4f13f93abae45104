//! Judges a change from start to end, one call per room.
//!
//! In: two snapshots, the evidence of the push, the policy. Out: a [`Judgement`]. Never: knows whether
//! it serves a hook, a pull request or a laptop.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::checks::{self, CheckSet, Context, Facts, Family, Found, Settings, Way};
use crate::evidence::{RefEvidence, WaiversChange};
use crate::finding::{CheckId, Finding, Subject};
use crate::policy::Policy;
pub use crate::render::Targets;
use crate::render::{ChangedUnits, Layout, LayoutInput, Reaches, UnitsInput};
use crate::verdict::{self, Allowances, Circumstances, Judgement, Mode};
use crate::world::{
    self, Need, ObjectChange, Placed, Presence, PresenceInput, Substitution, View, World, WorldInput,
};
use kube_manifest::Limits;
use kube_model::builtin;
use kube_schema::{Candidate, SchemaStore};
use source_files::{BlobSource, Snapshot};

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
    /// Whether anyone can have approved.
    pub mode: Mode,
}

/// What a change is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Every check that the policy may name.
    pub checks: &'a CheckSet,
    /// What the policy says of files and clusters.
    pub targets: &'a Targets,
    /// What the policy says of findings.
    pub policy: &'a Policy,
}

/// Judges a change.
pub fn evaluate(change: &Change<'_>, rules: &Rules<'_>, today: NaiveDate) -> Judgement {
    let Rules { checks, targets, policy } = *rules;
    let selection = &targets.selection;
    let reaches = &Reaches::read([change.old, change.new].into_iter(), change.blobs);
    let mut reader = change.blobs.reader();
    let old = Layout::of(&LayoutInput { snapshot: change.old, selection, reaches }, &mut *reader);
    let new = Layout::of(&LayoutInput { snapshot: change.new, selection, reaches }, &mut *reader);
    let limits = Limits::default();
    let needs = &checks::needs_of(checks, |check| verdict::runs(policy, check));
    let units = &ChangedUnits::render(&UnitsInput {
        old: change.old,
        new: change.new,
        old_layout: &old,
        new_layout: &new,
        selection,
        blobs: change.blobs,
    });
    let input = WorldInput { old: &old, new: &new, selection, units, blobs: change.blobs, limits, needs };
    let worlds = world::build(&input);
    let annotations = annotated_checks(checks, policy);
    let folders = Folders::of(change, targets, &worlds.views, &limits);
    let around = Around { rules, change, today, layout: &new, annotations: &annotations, folders: &folders };
    let checked: Vec<Checked> = worlds.views.iter().map(|view| check(view, &around)).collect();
    let changes = worlds.views.first().map_or(0, |view| view.changes.len());
    let unevaluated: BTreeSet<String> =
        checked.iter().flat_map(|checked| checked.not_evaluated.clone()).collect();
    let mut undecided = worlds.undecided;
    undecided.extend(checked.iter().find_map(|checked| checked.undecided.clone()));
    let findings = checked.into_iter().map(|checked| (checked.way, checked.findings)).collect();
    let findings = checks::without_twins(checks::without_repetition(findings));
    let allowances = &Allowances::read(&worlds.views, &annotations);
    let circumstances =
        Circumstances { policy, evidence: change.evidence, mode: change.mode, allowances, today };
    let mut judgement = verdict::decide(findings, undecided, changes, circumstances);
    judgement.files_not_judged = worlds.views.first().map_or(0, |view| view.new.without_objects);
    judgement.not_evaluated = unevaluated.into_iter().collect();
    let unread = worlds.unread.iter().map(|line| format!("unchanged file not judged: {line}"));
    judgement.not_evaluated.extend(unread);
    judgement.shown_changes = shown_changes(&judgement, &worlds.views);
    world::discard((worlds.views, old, new));
    judgement
}

/// The changes of the objects that findings are about.
fn shown_changes(judgement: &Judgement, views: &[View]) -> Vec<ObjectChange> {
    let subjects = judgement.findings.iter().map(|judged| &judged.finding.subject);
    let ids: HashSet<_> = subjects.filter_map(Subject::object).collect();
    let changes = views.first().map(|view| view.changes.as_slice()).unwrap_or_default();
    changes.iter().filter(|change| ids.contains(&change.subject().id)).cloned().collect()
}

/// The result of one reading of the manifests.
struct Checked {
    way: Way,
    findings: Vec<Finding>,
    undecided: Option<String>,
    not_evaluated: Vec<String>,
}

/// What every reading is judged with.
struct Around<'a> {
    rules: &'a Rules<'a>,
    change: &'a Change<'a>,
    today: NaiveDate,
    layout: &'a Layout,
    annotations: &'a BTreeSet<CheckId>,
    folders: &'a Folders,
}

/// The definitions of the folders that the policy names, in both revisions.
#[derive(Default)]
struct Folders {
    old: Vec<Arc<Placed>>,
    new: Vec<Arc<Placed>>,
}

impl Folders {
    /// They are read where a custom resource changes, and nowhere else.
    fn of(change: &Change<'_>, targets: &Targets, views: &[View], limits: &Limits) -> Self {
        let mut changes = views.iter().flat_map(|view| &view.changes);
        let clusters = &targets.clusters;
        let named = clusters.iter().any(|cluster| cluster.definitions.is_some());
        if !named || !changes.any(|change| !builtin::owns_group(change.subject().object.group())) {
            return Self::default();
        }
        let read = |snapshot| world::load_definitions(snapshot, change.blobs, clusters, limits);
        Self { old: read(change.old), new: read(change.new) }
    }
}

/// The checks whose findings an annotation may accept.
fn annotated_checks(checks: &CheckSet, policy: &Policy) -> BTreeSet<CheckId> {
    let annotated = checks.iter().filter(|check| check.meta.family.may_be_annotated());
    annotated.map(|check| check.meta.id).filter(|id| policy.allows_annotation(id.as_str())).collect()
}

/// The places of waived objects: only a push that changes the waivers has to look through all files.
fn find_waived(around: &Around<'_>) -> Option<Presence> {
    let waivers = &around.change.evidence.waivers;
    let objects: BTreeSet<&str> = match waivers.change {
        WaiversChange::Untouched => return None,
        WaiversChange::Changed => waivers.waivers.iter().map(|waiver| waiver.object.as_str()).collect(),
    };
    let (snapshot, blobs) = (around.change.new, around.change.blobs);
    let selection = &around.rules.targets.selection;
    Some(Presence::of(PresenceInput { snapshot, layout: around.layout, selection, blobs }, &objects))
}

/// The schemas of both worlds of a view.
fn schemas_of(view: &View, folders: &Folders) -> SchemaStore {
    SchemaStore::of(&definitions(&view.old, &folders.old), &definitions(&view.new, &folders.new))
}

fn check(view: &View, around: &Around<'_>) -> Checked {
    let Rules { checks, targets, policy } = *around.rules;
    let facts = Facts::of(
        || view.unchanged().into_iter().cloned().collect(),
        || schemas_of(view, around.folders),
        || find_waived(around),
    );
    let annotations: Vec<CheckId> = around.annotations.iter().copied().collect();
    let settings = Settings {
        clusters: &targets.clusters,
        check_ids: &checks.ids(),
        annotations: &annotations,
        image_kinds: &targets.image_kinds,
    };
    let worlds = (&view.old, &view.new, view.changes.as_slice());
    let context = Context::new(worlds, around.change.evidence, around.today, settings, &facts);
    let Found { findings, undecided } =
        checks::run_all(checks, &context, |check| verdict::runs(policy, check));
    let needs = checks::needs_of(checks, |check| verdict::runs(policy, check));
    let not_evaluated = if needs.contains(&Need::Definitions) {
        list_not_evaluated(&view.changes, facts.schemas())
    } else {
        Vec::new()
    };
    world::discard(facts.into_schemas());
    let way = Way { reading: view.reading, substitution: view.substitution };
    let findings = without_unfilled(findings, view, checks);
    Checked { way, findings, undecided, not_evaluated }
}

/// What no schema has judged.
fn list_not_evaluated(changes: &[ObjectChange], schemas: &SchemaStore) -> Vec<String> {
    let mut sentences = not_evaluated(changes, schemas);
    sentences.extend(undefined(changes, schemas));
    sentences
}

/// The objects of a world, and those of the policy's folders of definitions that are not among them.
fn definitions<'a>(world: &'a World, folder: &'a [Arc<Placed>]) -> Vec<Candidate<'a>> {
    let known: HashSet<_> = world.objects.iter().map(|placed| (&placed.path, &placed.id)).collect();
    let added = folder.iter().filter(|placed| !known.contains(&(&placed.path, &placed.id)));
    world.objects.iter().chain(added).map(|placed| placed.candidate()).collect()
}

/// Leaves out what the schemas say of a variable that no one has filled in: if no one does, the API server refuses
/// the object, and what becomes of it with a value is another view.
fn without_unfilled(findings: Vec<Finding>, view: &View, checks: &CheckSet) -> Vec<Finding> {
    if view.substitution != Substitution::Literal {
        return findings;
    }
    let of_schema = |finding: &Finding| {
        checks.find(finding.check.as_str()).is_some_and(|check| check.meta.family == Family::Schema)
    };
    let variable: HashSet<_> = view.with_variables().map(|placed| &placed.id).collect();
    let unfilled = |finding: &Finding| {
        of_schema(finding) && finding.subject.object().is_some_and(|id| variable.contains(id))
    };
    findings.into_iter().filter(|finding| !unfilled(finding)).collect()
}

/// How many kinds are named in one sentence.
const NAMED_KINDS: usize = 5;

/// Objects whose definition is not here: one sentence for all of them.
fn undefined(changes: &[ObjectChange], schemas: &SchemaStore) -> Option<String> {
    let objects = changes.iter().filter_map(ObjectChange::object);
    let undefined: Vec<_> = objects.filter(|placed| schemas.is_undefined(&placed.candidate())).collect();
    let kinds: BTreeSet<String> =
        undefined.iter().map(|placed| format!("{}.{}", placed.object.kind, placed.object.group())).collect();
    let named: Vec<&str> = kinds.iter().take(NAMED_KINDS).map(String::as_str).collect();
    let more = kinds.len().saturating_sub(NAMED_KINDS);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    let (objects, were) = if undefined.len() == 1 { ("object", "was") } else { ("objects", "were") };
    let of_kinds = if kinds.len() == 1 { "a kind".to_owned() } else { format!("{} kinds", kinds.len()) };
    let sentence = format!(
        "{} {objects} of {of_kinds} whose definition is not in the repository {were} not checked against a schema: {}{rest}",
        undefined.len(),
        named.join(", ")
    );
    (!undefined.is_empty()).then_some(sentence)
}

/// Rules of custom kinds in CEL: one sentence for all kinds of the change that have some.
fn not_evaluated(changes: &[ObjectChange], schemas: &SchemaStore) -> Vec<String> {
    let custom = changes.iter().filter_map(ObjectChange::object);
    let ruled = custom.filter(|object| schemas.has_unevaluated_rules(&object.candidate()));
    let kinds: BTreeSet<_> = ruled.map(|object| (&*object.object.kind, object.object.group())).collect();
    let names: Vec<String> = kinds.into_iter().map(|(kind, group)| format!("{kind}.{group}")).collect();
    let sentence = format!("not evaluated: the CEL rules (x-kubernetes-validations) of {}", names.join(", "));
    if names.is_empty() { Vec::new() } else { vec![sentence] }
}
