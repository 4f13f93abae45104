//! Builds both worlds from two layouts.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::anywhere::place_beside_counterparts;
use super::change::{ObjectChange, Placed};
use super::differing::{Differing, find_differing};
use super::forgetting::forget_changed_unknowns;
use super::loader::{Blobs, Loaded, is_rbac, load_all, load_related};
use super::merging::merge_fragments;
use super::need::Need;
use super::needles::Needles;
use super::pairing::pair;
use super::patches::{PatchObject, read_patches};
use super::related::Related;
use super::rendered::{RenderedFiles, RenderedObjects, split_by_deployment};
use super::substitution::{Flux, Substitution, has_defaults, has_variables, substitute};
use super::texts::{TextProblems, Texts};
use super::{FileProblem, World, discard};
use crate::render::{
    ChangedUnits, Layout, LinkExtent, LinkProblem, Listing, Member, Onset, Role, Root, RootKind, Selection,
    join,
};
use kube_manifest::{Limits, Object, Problem, Reading};
use kube_model::{ClusterName, ObjectRef, builtin};
use source_files::{BlobError, BlobReader, BlobSource, ObjectId, RepoPath, Span};

/// The input of worlds.
pub struct WorldInput<'a> {
    /// The revision before the change.
    pub old: &'a Layout,
    /// The revision after it.
    pub new: &'a Layout,
    /// Clusters of paths.
    pub selection: &'a Selection,
    /// The units that the change affects, rendered.
    pub units: &'a ChangedUnits,
    /// The blobs of both.
    pub blobs: &'a dyn BlobSource,
    /// The limits for each file.
    pub limits: Limits,
    /// The unchanged objects that checks look at.
    pub needs: &'a BTreeSet<Need>,
}

/// Both worlds, and the reasons why they may be incomplete.
#[derive(Debug, Default)]
pub struct Worlds {
    /// The manifests as kubectl reads them; then, if that differs, as kustomize reads them.
    pub views: Vec<View>,
    /// The reasons why something could not be read, so that the verdict cannot be known.
    pub undecided: Vec<String>,
    /// Unchanged files that could not be read and that the change does not depend on.
    pub unread: Vec<String>,
}

/// Both worlds in one reading, with their differences.
#[derive(Debug)]
pub struct View {
    /// The reading.
    pub reading: Reading,
    /// The treatment of Flux' variables.
    pub substitution: Substitution,
    /// Before the change.
    pub old: World,
    /// After it.
    pub new: World,
    /// The differences, object by object.
    pub changes: Vec<ObjectChange>,
}

impl View {
    /// Returns the changed objects in which Flux may fill in something.
    pub fn with_variables(&self) -> impl Iterator<Item = &Arc<Placed>> {
        let objects = self.changes.iter().filter_map(ObjectChange::object);
        objects.filter(|placed| has_variables(&placed.object))
    }

    /// Returns the objects of the new world that no change creates or updates.
    pub fn unchanged(&self) -> Vec<&Arc<Placed>> {
        let changed = self.changes.iter().filter_map(ObjectChange::object);
        let changed: HashSet<usize> = changed.map(|placed| Arc::as_ptr(placed).addr()).collect();
        let stays = |placed: &&Arc<Placed>| !changed.contains(&Arc::as_ptr(*placed).addr());
        self.new.objects.iter().filter(stays).collect()
    }
}

/// The most unreadable files that are named.
const NAMED: usize = 10;

/// Builds both worlds. Unchanged files are read only as far as the changed ones depend on them.
pub fn build(input: &WorldInput<'_>) -> Worlds {
    let changed = find_changed_paths(input.old, input.new);
    let is_changed = |member: &&Member| changed.contains(&member.path);
    let (old_changed, old_rest): (Vec<_>, Vec<_>) = input.old.members.iter().partition(is_changed);
    let (new_changed, new_rest): (Vec<_>, Vec<_>) = input.new.members.iter().partition(is_changed);
    let ids = unique_ids(old_changed.iter().chain(&new_changed).copied(), &HashMap::new());
    let mut blobs = load_all(input.blobs, &ids, &input.limits);
    // Unchanged files matter only in relation to differing objects.
    let nothing_stays = old_rest.is_empty() && new_rest.is_empty();
    let mut differing =
        if nothing_stays { Differing::default() } else { find_differing(&old_changed, &new_changed, &blobs) };
    let rendered = RenderedObjects::of(input.units);
    rendered.add_differing(&mut differing);
    let needles = Needles::of(&differing, input.needs);
    let needles = if input.needs.contains(&Need::Referrers) {
        needles.with_related(Related::of(&differing))
    } else {
        needles
    };
    if differing.all().next().is_some() {
        let rest = unique_ids(old_rest.iter().chain(&new_rest).copied(), &blobs);
        blobs.extend(load_related(input.blobs, &rest, &needles, &input.limits));
    }
    let (substitutions, flux) = choose_substitutions(input, &blobs, &differing);
    let source = Source {
        input,
        blobs: &blobs,
        needles: &needles,
        changed: &changed,
        old_roots: find_changed_roots(input.old, input.new),
        new_roots: find_unrendered_roots(input),
        rendered,
        flux,
    };
    let texts = Texts::of(input, &blobs);
    let mut found = texts.find_problems(&new_changed);
    found.problems.extend(find_new_link_problems(input));
    let mut readings = vec![Reading::Kubectl];
    if old_changed.iter().chain(&new_changed).any(|member| source.is_read_twice(member)) {
        readings.push(Reading::Kustomize);
    }
    let mut views = Vec::new();
    for reading in readings {
        for substitution in &substitutions {
            views.push(source.build_view(reading, *substitution, &found));
        }
    }
    let mut unread = sort_unread(&source, &texts);
    unread.needed.extend(input.units.undecided.clone());
    drop(needles);
    discard((blobs, differing));
    Worlds { views, undecided: name_first(unread.needed), unread: name_first(unread.aside) }
}

/// The paths of the files that differ.
pub(super) type Changed = HashSet<RepoPath>;

/// The data from which a view is built.
struct Source<'a> {
    input: &'a WorldInput<'a>,
    blobs: &'a Blobs,
    needles: &'a Needles<'a>,
    changed: &'a Changed,
    old_roots: Vec<&'a Root>,
    new_roots: Vec<Root>,
    rendered: RenderedObjects,
    flux: Flux,
}

impl Source<'_> {
    fn is_read_twice(&self, member: &Member) -> bool {
        let loaded = self.blobs.get(&member.file.id).and_then(|loaded| loaded.as_ref().ok());
        loaded.is_some_and(|loaded| loaded.kustomize.is_some())
    }

    fn build_view(&self, reading: Reading, substitution: Substitution, found: &TextProblems) -> View {
        let input = self.input;
        let mut old = self.place(&input.old.members, reading, substitution);
        let mut objects = self.place(&input.new.members, reading, substitution);
        let loose = self.set_rendered_files_aside(&mut old, &mut objects);
        let (old_roots, new_roots) = (&self.old_roots, &self.new_roots.iter().collect::<Vec<_>>());
        let mut changed = self.changed.clone();
        for (world, roots) in [(&mut old, old_roots), (&mut objects, new_roots)] {
            let placed = self.place_patches(roots, substitution);
            changed.extend(placed.iter().map(|placed| placed.path.clone()));
            world.extend(placed);
        }
        let rendered = self.rendered.substituted(substitution, self.flux);
        old.extend(rendered.old.iter().cloned());
        objects.extend(rendered.new.iter().cloned());
        place_beside_counterparts(input.selection, &mut old, &mut objects);
        forget_changed_unknowns(&mut old, &objects);
        merge_fragments(&mut old);
        merge_fragments(&mut objects);
        let (of_units, of_files) = split_by_deployment(&old);
        let (new_of_units, new_of_files) = split_by_deployment(&objects);
        let mut changes = pair(&of_files, &new_of_files, &changed);
        changes.extend(rendered.with(of_units, new_of_units).pair(&loose));
        let old = World { objects: old, unrendered: clone_roots(old_roots), ..World::default() };
        let mut unrendered = clone_roots(new_roots);
        unrendered.extend(found.values.iter().cloned());
        let new = World {
            objects,
            problems: found.problems.clone(),
            unrendered,
            without_objects: found.without_objects,
        };
        View { reading, substitution, old, new, changes }
    }

    /// Removes the objects of files whose units are rendered. Returns the old ones that no kustomization governed: what
    /// deployed them may be outside the repository.
    fn set_rendered_files_aside(
        &self,
        old: &mut Vec<Arc<Placed>>,
        new: &mut Vec<Arc<Placed>>,
    ) -> Vec<Arc<Placed>> {
        let input = self.input;
        if input.units.units.is_empty() {
            return Vec::new();
        }
        let files = RenderedFiles::of(input);
        new.retain(|placed| !files.are_rendered(&placed.path));
        let mut loose = Vec::new();
        old.retain(|placed| {
            let aside = files.are_rendered(&placed.path) || files.were_rendered_and_are_gone(&placed.path);
            if aside && !input.old.is_below_a_root(&placed.path) {
                loose.push(Arc::clone(placed));
            }
            !aside
        });
        loose
    }

    /// Returns the patches that kustomizations hold themselves, and JSON patches.
    fn place_patches(&self, roots: &[&Root], substitution: Substitution) -> Vec<Arc<Placed>> {
        let mut reader = self.input.blobs.reader();
        let mut placed = Vec::new();
        for root in roots.iter().filter(|root| root.kind == RootKind::Kustomization) {
            let Some(bytes) = root.parts.get(&root.file).and_then(|id| reader.read(id).ok()) else {
                continue;
            };
            let found = read_patches(&root.file, bytes, |path| {
                let path = RepoPath::new(&join(root.file.parent(), path)?);
                let bytes = reader.read(root.parts.get(&path)?).ok()?;
                Some((path, bytes))
            });
            for PatchObject { path, object } in found.into_iter().filter(|patch| patch.object.is_typed()) {
                let object = substitute(&Arc::new(object), substitution, self.flux);
                for cluster in self.input.selection.clusters_of(&path) {
                    let (id, path, object) =
                        (ObjectRef::of(&object, &cluster), path.clone(), Arc::clone(&object));
                    let (role, listing) = (Role::Fragment, Listing::Unlisted);
                    placed.push(Arc::new(Placed { role, listing, path, id, object, unit: None }));
                }
            }
        }
        placed
    }

    fn place(&self, members: &[Member], reading: Reading, substitution: Substitution) -> Vec<Arc<Placed>> {
        members.par_iter().flat_map_iter(|member| self.place_file(member, reading, substitution)).collect()
    }

    fn place_file(&self, member: &Member, reading: Reading, substitution: Substitution) -> Vec<Arc<Placed>> {
        let Some(Ok(loaded)) = self.blobs.get(&member.file.id) else { return Vec::new() };
        // A blob may be new at one path and unchanged at another: there, load only objects that matter.
        let all = self.changed.contains(&member.path);
        let substitution = if loaded.names_variables { substitution } else { Substitution::Literal };
        let mut kept = Vec::new();
        for object in loaded.objects_of(reading) {
            if (all || self.needles.wants(object)) && has_own_identity(object) {
                kept.push(substitute(object, substitution, self.flux));
            }
        }
        if kept.is_empty() {
            return Vec::new();
        }
        let clusters = self.input.selection.clusters_of(&member.path);
        let mut placed = Vec::with_capacity(kept.len() * clusters.len());
        for object in &kept {
            placed.extend(clusters.iter().map(|cluster| place_in(cluster, object, member)));
        }
        placed
    }
}

fn place_in(cluster: &ClusterName, object: &Arc<Object>, member: &Member) -> Arc<Placed> {
    Arc::new(Placed {
        role: member.role,
        listing: member.listing,
        path: member.path.clone(),
        id: ObjectRef::of(object, cluster),
        object: Arc::clone(object),
        unit: None,
    })
}

fn clone_roots(roots: &[&Root]) -> Vec<Root> {
    roots.iter().copied().cloned().collect()
}

/// A word that is in every repository that Flux deploys.
const FLUX: &[u8] = b"toolkit.fluxcd.io";

/// Returns the ways to substitute the variables of the loaded objects, or one way if there are no variables. If
/// nothing shows that Flux deploys the repository, the variables may also stay as written.
fn choose_substitutions(
    input: &WorldInput<'_>,
    blobs: &Blobs,
    differing: &Differing,
) -> (Vec<Substitution>, Flux) {
    let loaded = blobs.values().filter_map(|loaded| loaded.as_ref().ok());
    let objects = loaded.filter(|loaded| loaded.names_variables).flat_map(|loaded| &loaded.objects);
    let objects = objects.map(AsRef::as_ref).chain(differing.all());
    let variable: Vec<&Object> = objects.filter(|object| has_variables(object)).collect();
    if variable.is_empty() {
        return (vec![Substitution::Literal], Flux::NotShown);
    }
    let flux = if shows_flux(input) { Flux::Shown } else { Flux::NotShown };
    let mut substitutions = Vec::new();
    if flux == Flux::NotShown {
        substitutions.push(Substitution::Literal);
    }
    if variable.iter().any(|object| has_defaults(object)) {
        substitutions.push(Substitution::Defaults);
    }
    substitutions.push(Substitution::Unknown);
    (substitutions, flux)
}

fn shows_flux(input: &WorldInput<'_>) -> bool {
    let ids = unique_ids(input.new.members.iter(), &HashMap::new());
    let shows = |reader: &mut Box<dyn BlobReader + '_>, id: &&ObjectId| {
        let bytes = reader.read_unchanged(id).unwrap_or_default();
        memchr::memmem::find(&bytes, FLUX).is_some()
    };
    ids.par_iter().map_init(|| input.blobs.reader(), shows).any(|shows| shows)
}

fn find_changed_paths(old: &Layout, new: &Layout) -> Changed {
    let before = index_by_path(old);
    let after = if before.is_empty() { ByPath::new() } else { index_by_path(new) };
    let mut changed = Changed::new();
    for (members, other) in [(&old.members, &after), (&new.members, &before)] {
        for member in members {
            if other.get(&member.path) != Some(&describe_member(member)) {
                changed.insert(member.path.clone());
            }
        }
    }
    changed
}

/// The files of a revision, each with its blob and its role.
type ByPath<'a> = HashMap<&'a RepoPath, (&'a ObjectId, Role, Listing)>;

fn index_by_path(layout: &Layout) -> ByPath<'_> {
    layout.members.iter().map(|member| (&member.path, describe_member(member))).collect()
}

fn describe_member(member: &Member) -> (&ObjectId, Role, Listing) {
    (&member.file.id, member.role, member.listing)
}

fn unique_ids<'a>(
    members: impl Iterator<Item = &'a Member>,
    known: &HashMap<ObjectId, Result<Loaded, BlobError>>,
) -> Vec<&'a ObjectId> {
    let mut seen = HashSet::new();
    let ids = members.map(|member| &member.file.id).filter(|id| !known.contains_key(*id));
    ids.filter(|id| seen.insert(*id)).collect()
}

/// Files that could not be read.
#[derive(Debug, Default)]
struct Unread {
    /// Files that the verdict depends on.
    needed: BTreeSet<String>,
    /// Unchanged files that it does not depend on.
    aside: BTreeSet<String>,
}

/// Sorts the files that could not be read. A changed one matters unless nothing deploys it. An unchanged one matters
/// if permissions change: a binding or a role in it may complete a grant.
fn sort_unread(source: &Source<'_>, texts: &Texts<'_>) -> Unread {
    let mut unread = Unread::default();
    for member in source.input.old.members.iter().chain(&source.input.new.members) {
        let Some(Err(error)) = source.blobs.get(&member.file.id) else { continue };
        let is_large = matches!(error, BlobError::TooLarge { .. });
        let line = format!("{}: {error}", member.path);
        if source.changed.contains(&member.path) {
            if !is_large || texts.needs(member) {
                unread.needed.insert(line);
            }
        } else if source.needles.depend_on_permissions() && !is_large {
            unread.needed.insert(line);
        } else if !is_large {
            unread.aside.insert(line);
        }
    }
    unread
}

/// Returns the first of some reasons, and the number of the others.
fn name_first(reasons: BTreeSet<String>) -> Vec<String> {
    let more = reasons.len().saturating_sub(NAMED);
    let mut named: Vec<String> = reasons.into_iter().take(NAMED).collect();
    if more > 0 {
        named.push(format!("and {more} more files"));
    }
    named
}

/// Returns true for an object with an identity of its own. Objects that tools read for themselves never reach the API
/// server, and a template that gets its identity by rendering has none yet. A template with an identity is judged as
/// far as its own text goes: a `Chart.yaml` beside it must not hide it.
pub(super) fn has_own_identity(object: &Object) -> bool {
    let for_a_tool = !object.is_typed()
        || &*object.api_version == KUSTOMIZE_PLUGIN
        || matches!(object.group(), "kustomize.config.k8s.io" | "portcullis.dev")
        || is_of_another_tool(object);
    !for_a_tool && !is_unfinished(object)
}

/// The `apiVersion` of kustomize's own plugins, which no API server serves.
const KUSTOMIZE_PLUGIN: &str = "builtin";

/// Returns true for a document of another tool, such as a kubeconfig or the configuration of a machine: the core group
/// has no such kind, and without metadata the document names no object.
fn is_of_another_tool(object: &Object) -> bool {
    object.group().is_empty() && !builtin::is_core_kind(&object.kind) && object.at(&["metadata"]).is_none()
}

/// Returns true for a template whose identity only another tool can fill in, because the API server refuses such
/// names. Names of RBAC objects may hold braces, so that the object may be applied unchanged.
fn is_unfinished(object: &Object) -> bool {
    let open = |text: &str| text.contains("{{");
    let typed = [&object.api_version, &object.kind].iter().any(|part| open(part));
    let named = open(&object.name) && !is_rbac(object);
    typed || named
}

fn find_new_link_problems(input: &WorldInput<'_>) -> Vec<FileProblem> {
    let fresh = input.new.link_problems.iter().filter(|problem| !input.old.link_problems.contains(problem));
    fresh.map(describe_link).collect()
}

fn describe_link(link: &LinkProblem) -> FileProblem {
    match link.extent {
        LinkExtent::Folder | LinkExtent::AsNamed => problem_without_text(&link.path, &link.reason),
        LinkExtent::Nothing => {
            let problem = Problem::leads_nowhere(&*link.reason);
            FileProblem { path: link.path.clone(), blob: None, source: None, problem }
        }
    }
}

fn problem_without_text(path: &RepoPath, reason: &str) -> FileProblem {
    let problem = Problem::unparseable(Span::default(), reason);
    FileProblem { path: path.clone(), blob: None, source: None, problem }
}

/// Returns the changed roots of the new revision that are not rendered, with the reason.
fn find_unrendered_roots(input: &WorldInput<'_>) -> Vec<Root> {
    let mut roots = Vec::new();
    let covered = input.units.cover_new_in_part();
    for root in find_changed_roots(input.new, input.old) {
        let reason = input.units.find_reason(&root.file);
        let blob = root.parts.get(&root.file);
        let is_rendered = blob.is_some_and(|blob| covered.has(&root.file, blob));
        if root.kind != RootKind::Kustomization || reason.is_some() || !is_rendered {
            roots.push(Root { reason, ..root.clone() });
        }
    }
    for unit in &input.units.units {
        let reason = unit.find_reason().filter(|reason| reason.onset == Onset::New);
        let is_of_unit =
            |root: &&Root| root.kind == RootKind::Kustomization && root.file.parent() == unit.folder.as_str();
        let Some(root) = input.new.roots.iter().find(is_of_unit) else { continue };
        if reason.is_some() && !roots.iter().any(|known| known.file == root.file) {
            roots.push(Root { reason, ..root.clone() });
        }
    }
    roots
}

/// Returns the roots of one revision that differ in another one.
fn find_changed_roots<'a>(one: &'a Layout, other: &Layout) -> Vec<&'a Root> {
    let known: HashMap<(&RepoPath, RootKind), &Root> =
        other.roots.iter().map(|root| ((&root.file, root.kind), root)).collect();
    let differs = |root: &&Root| known.get(&(&root.file, root.kind)) != Some(root);
    one.roots.iter().filter(differs).collect()
}
