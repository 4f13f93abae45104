//! Builds both worlds from two layouts.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::change::{ObjectChange, Placed};
use super::differing::{Differing, differing};
use super::loader::{Blobs, Loaded, load_all, load_related};
use super::needles::Needles;
use super::pairing::pair;
use super::related::Related;
use super::{FileProblem, World, discard};
use crate::kube::{ClusterName, ObjectRef};
use crate::manifest::{Limits, Object, Problem, Reading};
use crate::render::{Layout, Member, Role, Root, Selection, is_kustomization};
use crate::source::{BlobError, BlobSource, ObjectId, RepoPath, Span};

/// What worlds are built from.
pub struct WorldInput<'a> {
    /// The revision before the change.
    pub old: &'a Layout,
    /// The revision after it.
    pub new: &'a Layout,
    /// Clusters of paths.
    pub selection: &'a Selection,
    /// The blobs of both.
    pub blobs: &'a dyn BlobSource,
    /// How much of a file to read.
    pub limits: Limits,
}

/// Both worlds, and why they may be incomplete.
#[derive(Debug, Default)]
pub struct Worlds {
    /// As kubectl reads the manifests; then, if that is not the same, as kustomize reads them.
    pub views: Vec<View>,
    /// Why something could not be read at all: the verdict cannot be known.
    pub undecided: Vec<String>,
}

/// Both worlds in one reading, and what differs.
#[derive(Debug)]
pub struct View {
    /// The reading.
    pub reading: Reading,
    /// Before the change.
    pub old: World,
    /// After it.
    pub new: World,
    /// What differs, object by object.
    pub changes: Vec<ObjectChange>,
}

impl View {
    /// The objects of the new world that no change creates or updates.
    pub fn unchanged(&self) -> Vec<&Arc<Placed>> {
        let changed = self.changes.iter().filter_map(ObjectChange::object);
        let changed: HashSet<usize> = changed.map(|placed| Arc::as_ptr(placed).addr()).collect();
        let stays = |placed: &&Arc<Placed>| !changed.contains(&Arc::as_ptr(*placed).addr());
        self.new.objects.iter().filter(stays).collect()
    }
}

/// How many files that could not be read are named.
const NAMED: usize = 10;

/// Builds both worlds, reading unchanged files only as far as the changed ones depend on them.
pub fn build(input: &WorldInput<'_>) -> Worlds {
    let changed = changed_paths(input.old, input.new);
    let is_changed = |member: &&Member| changed.contains(&member.path);
    let (old_changed, old_rest): (Vec<_>, Vec<_>) = input.old.members.iter().partition(is_changed);
    let (new_changed, new_rest): (Vec<_>, Vec<_>) = input.new.members.iter().partition(is_changed);
    let ids = unique_ids(old_changed.iter().chain(&new_changed).copied(), &HashMap::new());
    let mut blobs = load_all(input.blobs, &ids, &input.limits);
    // What is unchanged matters by what differs only.
    let nothing_stays = old_rest.is_empty() && new_rest.is_empty();
    let differing =
        if nothing_stays { Differing::default() } else { differing(&old_changed, &new_changed, &blobs) };
    let needles = Needles::of(&differing).and_related(Related::of(&differing));
    if differing.all().next().is_some() {
        let rest = unique_ids(old_rest.iter().chain(&new_rest).copied(), &blobs);
        blobs.extend(load_related(input.blobs, &rest, &needles, &input.limits));
    }
    let source = Source { input, blobs: &blobs, needles: &needles, changed: &changed };
    let problems = problems(&new_changed, &blobs, input);
    let differs = old_changed.iter().chain(&new_changed).any(|member| source.is_read_twice(member));
    let readings = std::iter::once(Reading::Kubectl).chain(differs.then_some(Reading::Kustomize));
    let views = readings.map(|reading| source.view(reading, problems.clone())).collect();
    let undecided = undecided(&blobs, &changed, input);
    drop(needles);
    discard((blobs, differing));
    Worlds { views, undecided }
}

/// The paths of the files that differ.
pub(super) type Changed = HashSet<RepoPath>;

/// Everything that a view is made of.
struct Source<'a> {
    input: &'a WorldInput<'a>,
    blobs: &'a Blobs,
    needles: &'a Needles<'a>,
    changed: &'a Changed,
}

impl Source<'_> {
    fn is_read_twice(&self, member: &Member) -> bool {
        let loaded = self.blobs.get(&member.file.id).and_then(|loaded| loaded.as_ref().ok());
        loaded.is_some_and(|loaded| loaded.kustomize.is_some())
    }

    fn view(&self, reading: Reading, problems: Vec<FileProblem>) -> View {
        let input = self.input;
        let old = World { objects: self.place(&input.old.members, reading), ..World::default() };
        let objects = self.place(&input.new.members, reading);
        let new = World { objects, problems, unrendered: unrendered(input.old, input.new) };
        let changes = pair(&old.objects, &new.objects, self.changed);
        View { reading, old, new, changes }
    }

    fn place(&self, members: &[Member], reading: Reading) -> Vec<Arc<Placed>> {
        members.par_iter().flat_map_iter(|member| self.place_file(member, reading)).collect()
    }

    fn place_file(&self, member: &Member, reading: Reading) -> Vec<Arc<Placed>> {
        let Some(Ok(loaded)) = self.blobs.get(&member.file.id) else { return Vec::new() };
        // A blob may be changed at one path and stand unchanged at another: there, only what matters.
        let all = self.changed.contains(&member.path);
        let objects = loaded.objects_of(reading).iter();
        let kept = objects.filter(|object| all || self.needles.wants(object));
        let kept: Vec<_> = kept.filter(|object| stands_for_itself(member, object)).collect();
        if kept.is_empty() {
            return Vec::new();
        }
        let clusters = self.input.selection.clusters_of(&member.path);
        let place = |object: &Arc<Object>, cluster: &ClusterName| {
            let (id, path) = (ObjectRef::of(object, cluster), member.path.clone());
            Arc::new(Placed { role: member.role, path, id, object: Arc::clone(object) })
        };
        let in_clusters = |object| clusters.iter().map(move |cluster| place(object, cluster));
        kept.into_iter().flat_map(in_clusters).collect()
    }
}

fn changed_paths(old: &Layout, new: &Layout) -> Changed {
    let before = by_path(old);
    let after = if before.is_empty() { ByPath::new() } else { by_path(new) };
    let differs = |other: &ByPath<'_>, member: &Member| other.get(&member.path) != Some(&standing(member));
    let removed = old.members.iter().filter(|member| differs(&after, member));
    let brought = new.members.iter().filter(|member| differs(&before, member));
    removed.chain(brought).map(|member| member.path.clone()).collect()
}

/// The files of a revision, each with its blob and how its objects stand.
type ByPath<'a> = HashMap<&'a RepoPath, (&'a ObjectId, Role)>;

fn by_path(layout: &Layout) -> ByPath<'_> {
    layout.members.iter().map(|member| (&member.path, standing(member))).collect()
}

fn standing(member: &Member) -> (&ObjectId, Role) {
    (&member.file.id, member.role)
}

fn unique_ids<'a>(
    members: impl Iterator<Item = &'a Member>,
    known: &HashMap<ObjectId, Result<Loaded, BlobError>>,
) -> Vec<&'a ObjectId> {
    let mut seen = HashSet::new();
    let ids = members.map(|member| &member.file.id).filter(|id| !known.contains_key(*id));
    ids.filter(|id| seen.insert(*id)).collect()
}

/// A file that is too large to read is a finding where it changed, and no obstacle where it did not.
fn undecided(blobs: &Blobs, changed: &Changed, input: &WorldInput<'_>) -> Vec<String> {
    let members = input.old.members.iter().chain(&input.new.members);
    let failed = members.filter_map(|member| {
        let error = blobs.get(&member.file.id)?.as_ref().err()?;
        let excused = matches!(error, BlobError::TooLarge { .. }) && !changed.contains(&member.path);
        (!excused).then(|| format!("{}: {error}", member.path))
    });
    let unique: BTreeSet<String> = failed.collect();
    let more = unique.len().saturating_sub(NAMED);
    let mut reasons: Vec<String> = unique.into_iter().take(NAMED).collect();
    if more > 0 {
        reasons.push(format!("and {more} more files"));
    }
    reasons
}

/// Objects that tools read for themselves never reach the API server, and a template that only says
/// when rendered what it is has no identity yet. One that does say so is judged as far as its own
/// text goes: a `Chart.yaml` dropped beside it must not hide it.
fn stands_for_itself(member: &Member, object: &Object) -> bool {
    let of_kustomize = object.api_version.is_empty() && is_kustomization(&member.path);
    let for_a_tool = of_kustomize || matches!(object.group(), "kustomize.config.k8s.io" | "portcullis.dev");
    let identity = [&object.api_version, &object.kind, &object.name];
    // Helm's own description of a chart has no kind; under that name kubectl applies anything that has.
    let describes_chart = member.path.file_name() == "Chart.yaml" && object.kind.is_empty();
    let unfinished = member.role == Role::Template && identity.iter().any(|part| part.contains("{{"));
    !for_a_tool && !describes_chart && !unfinished
}

fn problems(changed: &[&Member], blobs: &Blobs, input: &WorldInput<'_>) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for member in changed.iter().filter(|member| member.role != Role::Template) {
        if let Some(Ok(loaded)) = blobs.get(&member.file.id) {
            problems.extend(loaded.problems.iter().map(|problem| FileProblem {
                path: member.path.clone(),
                blob: Some(member.file.id.clone()),
                source: Some(Arc::clone(&loaded.source)),
                problem: problem.clone(),
            }));
        }
    }
    problems.extend(new_link_problems(input));
    problems.extend(new_undecodable(input));
    problems
}

fn new_link_problems(input: &WorldInput<'_>) -> Vec<FileProblem> {
    let fresh = input.new.link_problems.iter().filter(|problem| !input.old.link_problems.contains(problem));
    fresh.map(|problem| without_text(&problem.path, &problem.reason)).collect()
}

fn new_undecodable(input: &WorldInput<'_>) -> Vec<FileProblem> {
    let fresh = input.new.undecodable.iter().filter(|path| !input.old.undecodable.contains(path));
    fresh.map(|path| without_text(&RepoPath::new(path), "the name of the file is not UTF-8")).collect()
}

fn without_text(path: &RepoPath, reason: &str) -> FileProblem {
    let problem = Problem::unparseable(Span::default(), reason);
    FileProblem { path: path.clone(), blob: None, source: None, problem }
}

fn unrendered(old: &Layout, new: &Layout) -> Vec<Root> {
    new.roots.iter().filter(|root| !old.roots.contains(root)).cloned().collect()
}
