//! The problems of a file's text that a change is responsible for.
//!
//! In: both layouts and the parsed blobs. Out: the [`FileProblem`]s of documents that the change touches, of files
//! that hold objects or may be deployed, and the number of changed files without an object. Never: excuses a file that
//! held objects before, and never reports a text that is not deployed and holds no object.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::FileProblem;
use super::builder::WorldInput;
use super::loader::{Blobs, Loaded};
use crate::render::{Layout, Listing, Member, Role, Root, RootKind};
use crate::units::{ChartMember, DeploymentCertainty, Deployments, FileKind, MARKS};
use kube_manifest::{
    Object, Problem, ProblemKind, Reading, Refusal, is_of_any_filter, may_name_an_object, parse,
};
use source_files::{ObjectId, RepoPath, SourceText, Span};

/// One revision, and the deployments of its GitOps objects once they are needed.
struct Side<'a> {
    layout: &'a Layout,
    deployments: OnceLock<Deployments>,
}

impl<'a> Side<'a> {
    fn of(layout: &'a Layout) -> Self {
        Self { layout, deployments: OnceLock::new() }
    }

    fn member(&self, path: &RepoPath) -> Option<&'a Member> {
        let index = self.layout.members.binary_search_by(|member| member.path.cmp(path)).ok()?;
        self.layout.members.get(index)
    }
}

/// The texts of both revisions.
pub(super) struct Texts<'a> {
    input: &'a WorldInput<'a>,
    blobs: &'a Blobs,
    old: Side<'a>,
    new: Side<'a>,
}

/// The problems of the changed files' texts.
#[derive(Debug, Default)]
pub(super) struct TextProblems {
    pub(super) problems: Vec<FileProblem>,
    /// The number of changed files without an object.
    pub(super) without_objects: usize,
    /// Those of them that fill in a chart elsewhere.
    pub(super) values: Vec<Root>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(input: &'a WorldInput<'a>, blobs: &'a Blobs) -> Self {
        Self { input, blobs, old: Side::of(input.old), new: Side::of(input.new) }
    }

    /// Returns the problems of the changed files of the new revision.
    pub(super) fn find_problems(&self, changed: &[&Member]) -> TextProblems {
        let mut found = TextProblems::default();
        for member in changed {
            let Some(loaded) = self.find_loaded(member) else { continue };
            found.without_objects += usize::from(counts_as_unjudged(member) && !holds_objects(loaded));
            if !holds_objects(loaded) && member.kind == FileKind::Manifest && self.fills_in_a_chart(member) {
                found.values.push(make_values_root(member));
            }
            let problems = self.find_problems_of(member, loaded);
            found.problems.extend(problems.into_iter().map(|problem| FileProblem {
                path: member.path.clone(),
                blob: Some(member.file.id.clone()),
                source: Some(Arc::clone(&loaded.source)),
                problem,
            }));
        }
        found
    }

    /// Returns true if the verdict needs a changed file that could not be read.
    pub(super) fn needs(&self, member: &Member) -> bool {
        !member.kind.is_data() || self.may_be_deployed(&self.new, member)
    }

    fn find_loaded(&self, member: &Member) -> Option<&'a Loaded> {
        self.blobs.get(&member.file.id)?.as_ref().ok()
    }

    fn find_problems_of(&self, member: &Member, loaded: &Loaded) -> Vec<Problem> {
        let mut problems = loaded.problems.clone();
        problems.extend(find_halves(loaded));
        problems.retain(|problem| self.counts(member, loaded, problem));
        if problems.is_empty() {
            return problems;
        }
        let untouched = self.find_untouched(member, loaded);
        problems.retain(|problem| !untouched.contains(find_document(&loaded.source, problem.span)));
        problems
    }

    fn counts(&self, member: &Member, loaded: &Loaded, problem: &Problem) -> bool {
        match problem.kind {
            ProblemKind::Unparseable | ProblemKind::Ambiguous | ProblemKind::Differing => {
                self.matters(&self.new, member, loaded)
            }
            ProblemKind::NoObject => self.refuses_strangers(&self.new, member, loaded, problem),
            ProblemKind::ListInList | ProblemKind::LeadsNowhere => false,
        }
    }

    /// Returns true if a document without `kind` makes a tool refuse the file.
    fn refuses_strangers(
        &self,
        side: &Side<'a>,
        member: &Member,
        loaded: &Loaded,
        problem: &Problem,
    ) -> bool {
        let is_whole = match member.role {
            Role::Complete | Role::Base => member.kind != FileKind::Kustomization,
            Role::Fragment | Role::Template | Role::Expectation => false,
        };
        is_whole
            && problem.refusal.includes(Reading::Kubectl)
            && (holds_objects(loaded) || self.is_deployed(side, member, DeploymentCertainty::Certain))
    }

    /// Returns true if the text of a file must be clear.
    fn matters(&self, side: &Side<'a>, member: &Member, loaded: &Loaded) -> bool {
        let loses_objects = || self.loses_objects(side, member, loaded);
        match member.kind {
            FileKind::Kustomization | FileKind::Patch | FileKind::KustomizeConfiguration => {
                loses_objects() || !self.is_unread_template(side, member, loaded)
            }
            FileKind::Chart(ChartMember::Template | ChartMember::Test) => false,
            FileKind::GeneratorInput | FileKind::Chart(ChartMember::Data) => {
                holds_objects(loaded) || loses_objects() || self.may_be_deployed(side, member)
            }
            FileKind::Manifest
            | FileKind::Partial
            | FileKind::Expectation
            | FileKind::Helmfile
            | FileKind::Chart(
                ChartMember::Metadata | ChartMember::Values | ChartMember::CustomResourceDefinition,
            ) => {
                holds_objects(loaded)
                    || loses_objects()
                    || (self.is_deployed(side, member, DeploymentCertainty::Certain)
                        && !self.is_template_elsewhere(side, member, loaded))
                    || (names_an_object(loaded) && !self.is_excused(side, member, loaded))
            }
        }
    }

    /// Returns true if a file held objects before, and did not become a template of another tool.
    fn loses_objects(&self, side: &Side<'a>, member: &Member, loaded: &Loaded) -> bool {
        let old = self.old.member(&member.path).and_then(|old| self.find_loaded(old));
        old.is_some_and(holds_objects) && !self.is_template_elsewhere(side, member, loaded)
    }

    /// Returns true for an unreadable text that is not an object: the policy says which paths are deployed and this
    /// path is not among them, or the policy names no clusters and the file is a template.
    fn is_excused(&self, side: &Side<'a>, member: &Member, loaded: &Loaded) -> bool {
        let selection = self.input.selection;
        let elsewhere = selection.names_clusters() && !selection.is_of_a_named_cluster(&member.path);
        (elsewhere
            && is_unreadable_for_all(loaded)
            && !self.is_deployed(side, member, DeploymentCertainty::Possible))
            || self.is_unread_template(side, member, loaded)
            || (is_of_any_filter(loaded.source.bytes()) && self.is_deployed_elsewhere(side, member))
    }

    /// Returns true if the GitOps objects of the repository deploy other folders than that of a file, and the file is not
    /// beside manifests: a tool outside the repository may deploy those, and the file with them.
    fn is_deployed_elsewhere(&self, side: &Side<'a>, member: &Member) -> bool {
        let deployments = side.deployments.get_or_init(|| self.find_deployments(side.layout));
        !deployments.is_empty()
            && !self.may_be_deployed(side, member)
            && !self.is_beside_manifests(side, member)
    }

    /// Returns true if the folder of a file, or one above it but for the root, holds a file that may be a manifest.
    fn is_beside_manifests(&self, side: &Side<'a>, member: &Member) -> bool {
        side.layout.members.iter().any(|other| {
            let folder = other.path.parent();
            let is_above =
                member.path.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            let loaded = self.find_loaded(other);
            let is_data = loaded.is_some_and(|loaded| is_of_any_filter(loaded.source.bytes()));
            !folder.is_empty() && is_above && other.path != member.path && !is_data
        })
    }

    /// Returns true if a file is the template of another tool, which no tool of the cluster can read unchanged.
    fn is_unread_template(&self, side: &Side<'a>, member: &Member, loaded: &Loaded) -> bool {
        let selection = self.input.selection;
        let unread = is_unreadable_for_all(loaded) && is_template(loaded);
        let deployed = || {
            selection.is_of_a_named_cluster(&member.path)
                || self.is_deployed(side, member, DeploymentCertainty::Possible)
        };
        unread && (!deployed() || self.is_template_elsewhere(side, member, loaded))
    }

    /// Returns true if a file is a template, and the repository itself shows that it deploys other folders. A
    /// kustomization among templates may list it: it can build only once both are filled in. If the policy names
    /// clusters, the policy decides.
    fn is_template_elsewhere(&self, side: &Side<'a>, member: &Member, loaded: &Loaded) -> bool {
        if self.input.selection.names_clusters() {
            return false;
        }
        let deployments = side.deployments.get_or_init(|| self.find_deployments(side.layout));
        let elsewhere = !deployments.is_empty()
            && !deployments.deploy(&member.path, DeploymentCertainty::Possible, |_| false);
        elsewhere && is_unreadable_for_all(loaded) && is_template(loaded)
    }

    /// Returns true if a kustomization or a GitOps object deploys a file.
    fn is_deployed(&self, side: &Side<'a>, member: &Member, certainty: DeploymentCertainty) -> bool {
        let of_gitops = || {
            let deployments = side.deployments.get_or_init(|| self.find_deployments(side.layout));
            deployments.deploy(&member.path, certainty, |folder| side.layout.is_root_folder(folder))
        };
        member.listing == Listing::Listed || of_gitops()
    }

    /// Returns true if an application of Argo CD names a file as values of a chart.
    fn fills_in_a_chart(&self, member: &Member) -> bool {
        let side = &self.new;
        let deployments = side.deployments.get_or_init(|| self.find_deployments(side.layout));
        deployments.uses_as_values(&member.path)
    }

    /// Returns true if a file is deployed, or if a tool outside the repository may deploy a folder of a cluster with
    /// it.
    fn may_be_deployed(&self, side: &Side<'a>, member: &Member) -> bool {
        let of_cluster = self.input.selection.is_of_a_named_cluster(&member.path);
        (of_cluster && !side.layout.is_below_a_root(&member.path))
            || self.is_deployed(side, member, DeploymentCertainty::Possible)
    }

    /// Searches all files of a revision for GitOps objects.
    fn find_deployments(&self, layout: &Layout) -> Deployments {
        let ids: HashSet<&ObjectId> = layout.members.iter().map(|member| &member.file.id).collect();
        let ids: Vec<&ObjectId> = ids.into_iter().collect();
        let read = |reader: &mut Box<dyn source_files::BlobReader + '_>, id: &&ObjectId| {
            let bytes = reader.read_unchanged(id).unwrap_or_default();
            let marked = MARKS.iter().any(|mark| memchr::memmem::find(&bytes, mark.as_bytes()).is_some());
            if marked { parse(bytes, &self.input.limits).objects } else { Vec::new() }
        };
        let objects: Vec<Vec<Object>> = ids.par_iter().map_init(|| self.input.blobs.reader(), read).collect();
        Deployments::of(objects.iter().flatten())
    }

    /// Returns the documents that the file already had, here or at the place it was moved from, and that mattered
    /// there. Text in another encoding than before is another text to some tools.
    fn find_untouched(&self, member: &Member, new: &Loaded) -> HashSet<&'a [u8]> {
        let Some(old) = self.find_predecessor(member) else { return HashSet::new() };
        match self.find_loaded(old) {
            Some(loaded)
                if self.has_mattered(old, loaded)
                    && loaded.source.is_as_stored() == new.source.is_as_stored() =>
            {
                split_documents(&loaded.source)
            }
            Some(_) | None => HashSet::new(),
        }
    }

    fn has_mattered(&self, old: &Member, loaded: &Loaded) -> bool {
        self.matters(&self.old, old, loaded)
    }

    /// Returns the old version of a file: at its path or, with the same content and meaning for the same clusters,
    /// elsewhere.
    fn find_predecessor(&self, member: &Member) -> Option<&'a Member> {
        let selection = self.input.selection;
        self.old.member(&member.path).or_else(|| {
            let clusters = selection.clusters_of(&member.path);
            self.old.layout.members.iter().find(|old| {
                old.file.id == member.file.id
                    && old.role == member.role
                    && selection.clusters_of(&old.path) == clusters
            })
        })
    }
}

fn make_values_root(member: &Member) -> Root {
    let parts = BTreeMap::from([(member.path.clone(), member.file.id.clone())]);
    let generates = BTreeSet::new();
    Root { kind: RootKind::Values, file: member.path.clone(), parts, generates, reason: None }
}

/// Returns true if a changed file without an object is counted in the statistics.
fn counts_as_unjudged(member: &Member) -> bool {
    match member.kind {
        FileKind::Manifest
        | FileKind::Partial
        | FileKind::Expectation
        | FileKind::GeneratorInput
        | FileKind::Helmfile
        | FileKind::Chart(ChartMember::Metadata | ChartMember::Values | ChartMember::Data) => true,
        FileKind::Kustomization
        | FileKind::Patch
        | FileKind::KustomizeConfiguration
        | FileKind::Chart(
            ChartMember::Template | ChartMember::Test | ChartMember::CustomResourceDefinition,
        ) => false,
    }
}

/// Returns true if any reading finds an object in a file.
fn holds_objects(loaded: &Loaded) -> bool {
    loaded.objects.iter().chain(loaded.kustomize.iter().flatten()).any(|object| object.is_typed())
}

/// Returns problems for documents with `kind` and without `apiVersion`, which no API server accepts. The others have a
/// problem already.
fn find_halves(loaded: &Loaded) -> Vec<Problem> {
    let halves =
        loaded.objects.iter().filter(|object| object.api_version.is_empty() && !object.kind.is_empty());
    halves.map(|object| Problem::without_version(object.root.span())).collect()
}

fn names_an_object(loaded: &Loaded) -> bool {
    let unread = loaded.problems.iter().any(|problem| match problem.kind {
        ProblemKind::Unparseable => true,
        ProblemKind::Ambiguous => problem.refusal != Refusal::Nobody,
        ProblemKind::Differing
        | ProblemKind::NoObject
        | ProblemKind::ListInList
        | ProblemKind::LeadsNowhere => false,
    });
    unread && may_name_an_object(loaded.source.bytes())
}

/// Returns true if each of the readings fails, and none finds an object.
fn is_unreadable_for_all(loaded: &Loaded) -> bool {
    let stops = |reading| loaded.problems.iter().any(|problem| problem.refusal.includes(reading));
    !holds_objects(loaded) && stops(Reading::Kubectl) && stops(Reading::Kustomize)
}

/// Marks of template languages: Go's and Jinja's.
const TEMPLATE_MARKS: [&[u8]; 2] = [b"{{", b"{%"];

fn is_template(loaded: &Loaded) -> bool {
    TEMPLATE_MARKS.iter().any(|mark| memchr::memmem::find(loaded.source.bytes(), mark).is_some())
}

const SEPARATOR: &[u8] = b"\n---";

/// Returns the text of every document of a file.
fn split_documents(source: &SourceText) -> HashSet<&[u8]> {
    let bytes = source.bytes();
    let mut documents = HashSet::new();
    let mut start = 0;
    for end in memchr::memmem::find_iter(bytes, SEPARATOR) {
        documents.insert(trim_document(bytes.get(start..end).unwrap_or_default()));
        start = end;
    }
    documents.insert(trim_document(bytes.get(start..).unwrap_or_default()));
    documents
}

/// Returns a document without its separator and the blank lines around it, which change when a neighbour comes or
/// goes.
fn trim_document(document: &[u8]) -> &[u8] {
    let document = document.trim_ascii();
    document.strip_prefix(b"---\n").unwrap_or(document).trim_ascii()
}

/// Returns the text of the document that contains a span.
fn find_document(source: &SourceText, span: Span) -> &[u8] {
    let bytes = source.bytes();
    let at = usize::try_from(span.start).unwrap_or(usize::MAX).min(bytes.len());
    let (before, after) = bytes.split_at(at);
    let start = memchr::memmem::rfind(before, SEPARATOR).unwrap_or(0);
    let end = memchr::memmem::find(after, SEPARATOR).map_or(bytes.len(), |end| at + end);
    trim_document(bytes.get(start..end).unwrap_or_default())
}
