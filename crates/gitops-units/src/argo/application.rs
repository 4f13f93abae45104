//! From an Application to its units, one for each source (`types.go`, `reposerver/repository/repository.go`).

use std::sync::Arc;

use kube_manifest::{Node, Origin};
use source_files::RepoPath;

use crate::assumptions::{Assumptions, KnownRepository, Revision};
use crate::declaration::Declaration;
use crate::repository_url::RepositoryUrl;
use crate::unit::{
    Authority, DeployedUnit, Deployer, DeployerKind, Destination, DestinationCluster, ObjectName, UnitSource,
};
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, join};
use crate::written_text::WrittenText;

use super::{discovery, overrides};

/// The units of an Application.
pub(crate) fn units_of(
    tree: &WatchedTree<'_>,
    declaration: &Arc<Declaration>,
    set: Option<&ObjectName>,
    assumptions: &Assumptions,
) -> Vec<DeployedUnit> {
    let mut units = Vec::new();
    for (index, keys) in source_keys(&declaration.node).into_iter().enumerate() {
        let source = keys.of(&declaration.node);
        // `ref` names a repository for values files of other sources; it deploys nothing itself.
        if is_only_named(source) {
            continue;
        }
        units.push(unit_of(tree, declaration, &keys, index, assumptions));
    }
    if units.is_empty() && source_keys(&declaration.node).is_empty() {
        let source = UnitSource::Unjudged(Unjudged::NoPath);
        units.push(assemble(declaration, declaration.node.origin, 0, source, Revision::ThisBranch));
    }
    for unit in &mut units {
        unit.deployer.set = set.cloned();
    }
    units
}

/// The place of a source in an Application.
pub(crate) enum SourceKeys {
    /// `spec.source`.
    Only,
    /// `spec.sources[index]`.
    OneOf(usize),
    /// `spec.sourceHydrator.drySource`, from which Argo CD makes the branch that it deploys.
    Dry,
}

impl SourceKeys {
    pub(crate) fn of<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        match self {
            Self::Only => node.at(&["spec", "source"]),
            Self::OneOf(index) => node.at(&["spec", "sources"])?.items().get(*index),
            Self::Dry => node.at(&["spec", "sourceHydrator", "drySource"]),
        }
    }

    pub(crate) fn of_mut<'n>(&self, node: &'n mut Node) -> Option<&'n mut Node> {
        match self {
            Self::Only => node.at_mut(&["spec", "source"]),
            Self::OneOf(index) => match &mut node.at_mut(&["spec", "sources"])?.value {
                kube_manifest::Value::Sequence(items) => items.get_mut(*index),
                _ => None,
            },
            Self::Dry => node.at_mut(&["spec", "sourceHydrator", "drySource"]),
        }
    }
}

/// `sources` wins over `source` (`ApplicationSpec.GetSources`), and a hydrator over both.
fn source_keys(node: &Node) -> Vec<SourceKeys> {
    if node.at(&["spec", "sourceHydrator", "drySource"]).is_some() {
        return vec![SourceKeys::Dry];
    }
    let several = node.at(&["spec", "sources"]).map(Node::items).unwrap_or_default();
    if !several.is_empty() {
        return (0..several.len()).map(SourceKeys::OneOf).collect();
    }
    if node.at(&["spec", "source"]).is_some() { vec![SourceKeys::Only] } else { Vec::new() }
}

fn is_only_named(source: Option<&Node>) -> bool {
    let text = |key| source.and_then(|source| source.text_at(&[key])).unwrap_or_default();
    !text("ref").is_empty() && text("path").is_empty() && text("chart").is_empty()
}

fn unit_of(
    tree: &WatchedTree<'_>,
    declaration: &Arc<Declaration>,
    keys: &SourceKeys,
    index: usize,
    assumptions: &Assumptions,
) -> DeployedUnit {
    let Some(source) = keys.of(&declaration.node) else {
        let source = UnitSource::Unjudged(Unjudged::NoPath);
        return assemble(declaration, declaration.node.origin, index, source, Revision::ThisBranch);
    };
    let revision = assumptions.revision(WrittenText::at(source, &["targetRevision"]).as_ref());
    let origin = source.get("path").or(source.get("chart")).map_or(source.origin, |written| written.origin);
    match find_folder(tree, source, &revision, assumptions) {
        Err(reason) => assemble(declaration, origin, index, UnitSource::Unjudged(reason), revision),
        Ok(folder) => {
            let merged = match overrides::merge(tree, declaration, keys, &folder) {
                Ok(merged) => merged,
                Err(reason) => {
                    return assemble(declaration, origin, index, UnitSource::Unjudged(reason), revision);
                }
            };
            let kind = keys.of(&merged.node).map(|source| discovery::source_of(tree, source, &folder));
            let kind = kind.unwrap_or(UnitSource::Unjudged(Unjudged::NoPath));
            assemble(&merged, origin, index, kind, revision)
        }
    }
}

/// The folder of a source, if it is in this tree.
fn find_folder(
    tree: &WatchedTree<'_>,
    source: &Node,
    revision: &Revision,
    assumptions: &Assumptions,
) -> Result<RepoPath, Unjudged> {
    let url = source.text_at(&["repoURL"]).unwrap_or_default();
    if let Some(chart) = WrittenText::at(source, &["chart"]) {
        return Err(Unjudged::RemoteChart(chart.text));
    }
    let written = source.text_at(&["path"]).unwrap_or_default();
    let path = join(&RepoPath::new(""), written).filter(|_| !written.starts_with('/'));
    let unreadable = |error: kustomize::TreeError| Unjudged::Unreadable(error.0.into());
    let folder = match &path {
        Some(path) => tree.folder(path).map_err(unreadable)?,
        None => None,
    };
    let address = RepositoryUrl::new(url);
    let is_here = match &assumptions.repository {
        KnownRepository::At(known) => known.contains(&address),
        KnownRepository::Unknown => folder.is_some() && !url.starts_with("oci://"),
    };
    if !is_here {
        return Err(Unjudged::OtherRepository(address));
    }
    match revision {
        Revision::ThisBranch => {}
        Revision::Commit(name) | Revision::Tag(name) | Revision::Other(name) => {
            return Err(Unjudged::OtherRevision(name.text.clone()));
        }
    }
    if written.is_empty() {
        return Err(Unjudged::NoPath);
    }
    folder.ok_or_else(|| Unjudged::NoFolder(written.into()))
}

/// What an ApplicationSet deploys, where that is not known.
pub(crate) fn unknown_set(declaration: &Arc<Declaration>, reason: Unjudged) -> DeployedUnit {
    let node = declaration.node.at(&["spec", "generators"]).unwrap_or(&declaration.node);
    let source = UnitSource::Unjudged(reason);
    let mut unit = assemble(declaration, node.origin, 0, source, Revision::ThisBranch);
    unit.deployer.kind = DeployerKind::ApplicationSet;
    unit.destination = Destination::default();
    unit.authority = Authority::Tool;
    unit
}

fn assemble(
    declaration: &Arc<Declaration>,
    origin: Origin,
    source_index: usize,
    source: UnitSource,
    revision: Revision,
) -> DeployedUnit {
    let node = &declaration.node;
    let name = ObjectName { namespace: declaration.namespace().into(), name: declaration.name().into() };
    let project = WrittenText::at(node, &["spec", "project"]);
    DeployedUnit {
        deployer: Deployer {
            kind: DeployerKind::Application,
            name,
            declaration: Arc::clone(declaration),
            origin,
            source: source_index,
            set: None,
        },
        source,
        revision,
        destination: destination_of(node),
        authority: project.map_or(Authority::Tool, Authority::Project),
        depends_on: Vec::new(),
        substitutions: None,
        unjudged: Vec::new(),
    }
}

fn destination_of(node: &Node) -> Destination {
    let text = |key| WrittenText::at(node, &["spec", "destination", key]);
    let cluster = match (text("server"), text("name")) {
        (None, None) => DestinationCluster::Own,
        (Some(server), None) => DestinationCluster::Server(server),
        (None, Some(name)) => DestinationCluster::Name(name),
        (Some(_), Some(_)) => DestinationCluster::Both,
    };
    Destination { cluster, namespace: text("namespace") }
}
