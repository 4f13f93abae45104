//! From `sourceRef` to the files of an artifact: those of this repository, a folder of it, or copies of both.

use kube_manifest::Node;
use kustomize::{Entry, FileTree, TreeError};
use source_files::RepoPath;

use crate::assumptions::{Assumptions, KnownRepository, Revision};
use crate::declaration::{Declaration, DeclarationKind};
use crate::declaration_index::{DeclarationIndex, Found};
use crate::repository_url::RepositoryUrl;
use crate::unit::{FluxArtifact, ObjectName};
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, child, join};
use crate::written_text::WrittenText;

use super::copies;

/// Fields of a GitRepository that put other files into the artifact than those of the tree.
const OTHER_FILES: [&str; 2] = ["include", "sparseCheckout"];

/// What a source gives.
pub(super) struct ResolvedSource {
    pub(super) artifact: FluxArtifact,
    pub(super) revision: Revision,
    /// What is taken for granted about it.
    pub(super) notes: Vec<Unjudged>,
}

/// A reference to a source.
#[derive(Clone, Debug)]
pub(super) struct SourceReference {
    pub(super) kind: Box<str>,
    pub(super) name: ObjectName,
}

impl std::fmt::Display for SourceReference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

impl SourceReference {
    /// Reads `sourceRef`, or an entry of `sources`. The namespace is that of the object unless another one is named.
    pub(super) fn read(node: Option<&Node>, from: &Declaration) -> Self {
        let text = |key| node.and_then(|node| node.text_at(&[key])).unwrap_or_default();
        let namespace = if text("namespace").is_empty() { from.namespace() } else { text("namespace") };
        let name = ObjectName { namespace: namespace.into(), name: text("name").into() };
        Self { kind: text("kind").into(), name }
    }

    fn shown(&self) -> Box<str> {
        self.to_string().into()
    }
}

/// What is known when a source is resolved.
pub(super) struct SourceContext<'c, 't> {
    pub(super) tree: &'c WatchedTree<'t>,
    pub(super) index: &'c DeclarationIndex,
    pub(super) assumptions: &'c Assumptions,
    /// The object that refers to the source.
    pub(super) from: &'c Declaration,
}

/// Resolves a source. `wanted` are the paths that it has to hold if it is this repository.
pub(super) fn resolve(
    context: &SourceContext<'_, '_>,
    reference: &SourceReference,
    wanted: &[RepoPath],
) -> Result<ResolvedSource, Unjudged> {
    let known = context.assumptions.sources.iter().find(|known| known.is(&reference.kind, &reference.name));
    if let Some(known) = known {
        return Ok(resolved(known.folder.clone(), None, Revision::ThisBranch));
    }
    match &*reference.kind {
        "GitRepository" => git_repository(context, reference, wanted),
        "ExternalArtifact" => copies::external_artifact(context, reference),
        _ => other(context, reference, wanted),
    }
}

fn resolved(root: RepoPath, ignore: Option<Box<str>>, revision: Revision) -> ResolvedSource {
    let artifact = FluxArtifact { root, ignore, copies: Vec::new() };
    ResolvedSource { artifact, revision, notes: Vec::new() }
}

fn git_repository(
    context: &SourceContext<'_, '_>,
    reference: &SourceReference,
    wanted: &[RepoPath],
) -> Result<ResolvedSource, Unjudged> {
    let root = RepoPath::new("");
    let is_held = holds(context.tree, &root, wanted).map_err(unreadable)?;
    let source = match context.index.find(DeclarationKind::GitRepository, &reference.name, context.from) {
        Found::One(source) => source,
        Found::Several => return Err(Unjudged::Ambiguous(reference.shown())),
        // `flux bootstrap` may have made it. What it would deploy is judged as if it were this repository.
        Found::Nothing if is_held => {
            let mut source = resolved(root, None, Revision::ThisBranch);
            source.notes.push(Unjudged::NoSource(reference.shown()));
            return Ok(source);
        }
        Found::Nothing => return Err(Unjudged::NoSource(reference.shown())),
    };
    let url = RepositoryUrl::new(source.node.text_at(&["spec", "url"]).unwrap_or_default());
    let is_here = match &context.assumptions.repository {
        KnownRepository::At(known) => known.contains(&url),
        KnownRepository::Unknown => is_held,
    };
    if !is_here {
        return Err(Unjudged::OtherRepository(url));
    }
    for field in OTHER_FILES {
        if source.node.at(&["spec", field]).is_some_and(|value| !value.items().is_empty()) {
            return Err(Unjudged::UnsupportedField(format!("GitRepository spec.{field}").into()));
        }
    }
    let ignore = source.node.text_at(&["spec", "ignore"]).map(Box::from);
    Ok(resolved(root, ignore, revision_of(&source.node, context.assumptions)))
}

/// An artifact of a registry or bucket. Where the addresses of this repository are not known and exactly one folder of
/// it, the root or one below it, holds what is wanted, it is taken for that folder: `flux push artifact --path` makes
/// such artifacts.
fn other(
    context: &SourceContext<'_, '_>,
    reference: &SourceReference,
    wanted: &[RepoPath],
) -> Result<ResolvedSource, Unjudged> {
    let unknown = || Unjudged::OtherSourceKind(reference.shown());
    if context.assumptions.repository != KnownRepository::Unknown
        || wanted.iter().all(|path| path.as_str().is_empty())
    {
        return Err(unknown());
    }
    let mut roots = vec![RepoPath::new("")];
    for name in context.tree.list(&RepoPath::new("")).map_err(unreadable)? {
        roots.push(RepoPath::new(&name));
    }
    let mut holding = Vec::new();
    for root in roots {
        if holds(context.tree, &root, wanted).map_err(unreadable)? {
            holding.push(root);
        }
    }
    match holding.as_slice() {
        [] => Err(unknown()),
        [root] => {
            let mut source = resolved(root.clone(), None, Revision::ThisBranch);
            source.notes.push(Unjudged::TakenFor { source_name: reference.shown(), folder: root.clone() });
            Ok(source)
        }
        _ => Err(Unjudged::SeveralFolders(reference.shown())),
    }
}

/// Whether a folder holds every path.
fn holds(tree: &WatchedTree<'_>, root: &RepoPath, wanted: &[RepoPath]) -> Result<bool, TreeError> {
    for path in wanted {
        let Some(path) = join(root, path.as_str()) else { return Ok(false) };
        if matches!(tree.look(&path)?, Entry::Missing) {
            return Ok(false);
        }
    }
    Ok(!wanted.is_empty())
}

pub(super) fn unreadable(error: TreeError) -> Unjudged {
    Unjudged::Unreadable(error.0.into())
}

/// The path of a name in a folder of an artifact.
pub(super) fn below(folder: &RepoPath, name: &str) -> RepoPath {
    if name.is_empty() { folder.clone() } else { child(folder, name) }
}

/// The revision of `spec.ref`: a commit wins over a name, that over a version, a tag and a branch
/// (`source-controller`, `GitRepositoryRef`).
fn revision_of(source: &Node, assumptions: &Assumptions) -> Revision {
    let text = |key| WrittenText::at(source, &["spec", "ref", key]);
    if let Some(commit) = text("commit") {
        return Revision::Commit(commit);
    }
    if let Some(name) = text("name") {
        return assumptions.revision(Some(&name));
    }
    if let Some(tag) = text("semver").or_else(|| text("tag")) {
        return Revision::Tag(tag);
    }
    // Without a reference, source-controller follows `master`, whatever the default branch is.
    let branch = text("branch");
    match assumptions.revision(branch.as_ref()) {
        Revision::Commit(name) | Revision::Tag(name) => Revision::Other(name),
        known @ (Revision::ThisBranch | Revision::Other(_)) => known,
    }
}
