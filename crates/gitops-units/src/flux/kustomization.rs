//! From a Kustomization of Flux to its unit (`kustomize-controller`, `api/v1/kustomization_types.go`).

use std::sync::Arc;

use kube_manifest::Node;
use source_files::RepoPath;

use crate::assumptions::{Assumptions, Revision};
use crate::declaration::Declaration;
use crate::declaration_index::DeclarationIndex;
use crate::unit::{
    Authority, DeployedUnit, Deployer, DeployerKind, Destination, DestinationCluster, FluxArtifact,
    ObjectName, UnitSource,
};
use crate::unjudged::Unjudged;
use crate::watched_tree::{WatchedTree, join};
use crate::written_text::WrittenText;

use super::sources::{self, ResolvedSource, SourceContext, SourceReference};
use super::{render, variables};

/// The unit of a Kustomization.
pub(crate) fn unit_of(
    tree: &WatchedTree<'_>,
    declaration: &Arc<Declaration>,
    index: &DeclarationIndex,
    assumptions: &Assumptions,
) -> DeployedUnit {
    let node = &declaration.node;
    let mut unit = bare_unit(declaration, DeployerKind::FluxKustomization);
    let path = path_of(node);
    let context = SourceContext { tree, index, assumptions, from: declaration };
    let reference = SourceReference::read(node.at(&["spec", "sourceRef"]), declaration);
    match sources::resolve(&context, &reference, std::slice::from_ref(&path)) {
        Err(reason) => unit.source = UnitSource::Unjudged(reason),
        Ok(ResolvedSource { artifact, revision, notes }) => {
            unit.source = source_of(tree, node, path, artifact, &revision);
            unit.revision = revision;
            unit.unjudged.extend(notes);
        }
    }
    unit.substitutions = variables::substitutions_of(declaration, index, &mut unit.unjudged);
    unit.destination = destination_of(node);
    unit.depends_on = dependencies_of(declaration);
    let account = WrittenText::at(node, &["spec", "serviceAccountName"]);
    unit.authority = account.map_or(Authority::Tool, Authority::ServiceAccount);
    unit
}

fn source_of(
    tree: &WatchedTree<'_>,
    node: &Node,
    path: RepoPath,
    artifact: FluxArtifact,
    revision: &Revision,
) -> UnitSource {
    if let Some(name) = revision.name() {
        return UnitSource::Unjudged(Unjudged::OtherRevision(name.into()));
    }
    let folder = render::folder_of(tree, &artifact, &path);
    match (folder, node.get("spec")) {
        (Err(error), _) => UnitSource::Unjudged(Unjudged::Unreadable(error.0.into())),
        (Ok(Some(folder)), Some(spec)) => UnitSource::Flux { folder, path, artifact, spec: spec.clone() },
        (Ok(_), _) => UnitSource::Unjudged(Unjudged::NoFolder(path.as_str().into())),
    }
}

/// The unit of a HelmRelease, which is a chart that is not rendered.
pub(crate) fn release_of(declaration: &Arc<Declaration>) -> DeployedUnit {
    let node = &declaration.node;
    let mut unit = bare_unit(declaration, DeployerKind::HelmRelease);
    let chart = node.at(&["spec", "chart", "spec", "chart"]).or(node.at(&["spec", "chartRef", "name"]));
    unit.deployer.origin = chart.map_or(node.origin, |chart| chart.origin);
    let name = chart.and_then(Node::as_str).unwrap_or_default();
    unit.source = UnitSource::Unjudged(chart_of(node, name));
    unit.destination = destination_of(node);
    unit.depends_on = dependencies_of(declaration);
    let account = WrittenText::at(node, &["spec", "serviceAccountName"]);
    unit.authority = account.map_or(Authority::Tool, Authority::ServiceAccount);
    unit
}

/// A chart of a registry, or a folder of a GitRepository.
fn chart_of(release: &Node, name: &str) -> Unjudged {
    let source = release.text_at(&["spec", "chart", "spec", "sourceRef", "kind"]);
    let folder = join(&RepoPath::new(""), name).filter(|_| source == Some("GitRepository"));
    folder.map_or_else(|| Unjudged::RemoteChart(name.into()), Unjudged::LocalChart)
}

fn bare_unit(declaration: &Arc<Declaration>, kind: DeployerKind) -> DeployedUnit {
    let node = &declaration.node;
    let written = node.at(&["spec", "path"]).or(node.at(&["spec", "sourceRef"])).unwrap_or(node);
    DeployedUnit {
        deployer: Deployer {
            kind,
            name: ObjectName { namespace: declaration.namespace().into(), name: declaration.name().into() },
            declaration: Arc::clone(declaration),
            origin: written.origin,
            source: 0,
            set: None,
        },
        source: UnitSource::Unjudged(Unjudged::NoPath),
        revision: Revision::ThisBranch,
        destination: Destination::default(),
        authority: Authority::Tool,
        depends_on: Vec::new(),
        substitutions: None,
        unjudged: Vec::new(),
    }
}

/// The folder of `spec.path`, which never leads above the root of the artifact (`securejoin.SecureJoin`).
fn path_of(node: &Node) -> RepoPath {
    let mut kept: Vec<&str> = Vec::new();
    for part in node.text_at(&["spec", "path"]).unwrap_or_default().split('/') {
        match part {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(part),
        }
    }
    RepoPath::new(&kept.join("/"))
}

fn destination_of(node: &Node) -> Destination {
    let secret = WrittenText::at(node, &["spec", "kubeConfig", "secretRef", "name"]);
    let map = WrittenText::at(node, &["spec", "kubeConfig", "configMapRef", "name"]);
    let cluster = match (secret, map) {
        (Some(secret), _) => DestinationCluster::KubeConfigSecret(secret),
        (None, Some(map)) => DestinationCluster::KubeConfigMap(map),
        (None, None) => DestinationCluster::Own,
    };
    Destination { cluster, namespace: WrittenText::at(node, &["spec", "targetNamespace"]) }
}

fn dependencies_of(declaration: &Declaration) -> Vec<ObjectName> {
    let listed = declaration.node.at(&["spec", "dependsOn"]).map(Node::items).unwrap_or_default();
    let name = |item: &Node| ObjectName {
        namespace: item.text_at(&["namespace"]).unwrap_or_else(|| declaration.namespace()).into(),
        name: item.text_at(&["name"]).unwrap_or_default().into(),
    };
    listed.iter().map(name).collect()
}
