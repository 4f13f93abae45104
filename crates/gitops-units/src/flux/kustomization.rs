//! From a Kustomization of Flux to its unit (`kustomize-controller`, `api/v1/kustomization_types.go`).

use std::sync::Arc;

use kube_manifest::Node;
use kustomize::TreeError;
use source_files::RepoPath;

use crate::assumptions::{Assumptions, KnownRepository, Revision};
use crate::declaration::{Declaration, DeclarationKind};
use crate::declaration_index::{DeclarationIndex, Found};
use crate::repository_url::RepositoryUrl;
use crate::unit::{
    Authority, DeployedUnit, Deployer, DeployerKind, Destination, DestinationCluster, ObjectName, UnitSource,
};
use crate::unjudged::Unjudged;
use crate::watched_tree::WatchedTree;
use crate::written_text::WrittenText;

use super::variables;

/// Fields of a GitRepository that put other files into the artifact than those of the tree.
const OTHER_FILES: [&str; 2] = ["include", "sparseCheckout"];

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
    let exists = tree.folder(&path);
    match find_source(declaration, index, assumptions, &exists) {
        Err(reason) => unit.source = UnitSource::Unjudged(reason),
        Ok(Artifact { revision, ignore, missing }) => {
            unit.source = match (revision.name(), exists, node.get("spec")) {
                (Some(name), _, _) => UnitSource::Unjudged(Unjudged::OtherRevision(name.into())),
                (None, Err(error), _) => UnitSource::Unjudged(Unjudged::Unreadable(error.0.into())),
                (None, Ok(Some(_)), Some(spec)) => {
                    UnitSource::Flux { folder: path, spec: spec.clone(), ignore }
                }
                (None, Ok(_), _) => UnitSource::Unjudged(Unjudged::NoFolder(path.as_str().into())),
            };
            unit.revision = revision;
            unit.unjudged.extend(missing);
        }
    }
    unit.substitutions = variables::substitutions_of(declaration, index, &mut unit.unjudged);
    unit.destination = destination_of(node);
    unit.depends_on = dependencies_of(declaration);
    let account = WrittenText::at(node, &["spec", "serviceAccountName"]);
    unit.authority = account.map_or(Authority::Tool, Authority::ServiceAccount);
    unit
}

/// The unit of a HelmRelease, which is a chart that is not rendered.
pub(crate) fn release_of(declaration: &Arc<Declaration>) -> DeployedUnit {
    let node = &declaration.node;
    let mut unit = bare_unit(declaration, DeployerKind::HelmRelease);
    let chart = node.at(&["spec", "chart", "spec", "chart"]).or(node.at(&["spec", "chartRef", "name"]));
    unit.deployer.origin = chart.map_or(node.origin, |chart| chart.origin);
    let chart = chart.and_then(Node::as_str).unwrap_or_default();
    unit.source = UnitSource::Unjudged(Unjudged::RemoteChart(chart.into()));
    unit.destination = destination_of(node);
    unit.depends_on = dependencies_of(declaration);
    let account = WrittenText::at(node, &["spec", "serviceAccountName"]);
    unit.authority = account.map_or(Authority::Tool, Authority::ServiceAccount);
    unit
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

/// What a source gives.
struct Artifact {
    revision: Revision,
    ignore: Option<Box<str>>,
    missing: Option<Unjudged>,
}

fn find_source(
    declaration: &Declaration,
    index: &DeclarationIndex,
    assumptions: &Assumptions,
    folder: &Result<Option<RepoPath>, TreeError>,
) -> Result<Artifact, Unjudged> {
    let reference = declaration.node.at(&["spec", "sourceRef"]);
    let text = |key| reference.and_then(|reference| reference.text_at(&[key])).unwrap_or_default();
    let (kind, name) = (text("kind"), text("name"));
    let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
    let name = ObjectName {
        namespace: namespace.unwrap_or_else(|| declaration.namespace()).into(),
        name: name.into(),
    };
    if kind != "GitRepository" {
        return Err(Unjudged::OtherSourceKind(format!("{kind} {name}").into()));
    }
    let is_folder = matches!(folder, Ok(Some(_)));
    match index.find(DeclarationKind::GitRepository, &name, declaration) {
        Found::One(source) => read_source(&source, assumptions, is_folder),
        Found::Several => Err(Unjudged::Ambiguous(format!("GitRepository {name}").into())),
        // `flux bootstrap` may have made it. What it would deploy is judged as if it were this repository.
        Found::Nothing if is_folder => Ok(Artifact {
            revision: Revision::ThisBranch,
            ignore: None,
            missing: Some(Unjudged::NoSource(format!("GitRepository {name}").into())),
        }),
        Found::Nothing => Err(Unjudged::NoSource(format!("GitRepository {name}").into())),
    }
}

fn read_source(
    source: &Declaration,
    assumptions: &Assumptions,
    is_folder: bool,
) -> Result<Artifact, Unjudged> {
    let url = RepositoryUrl::new(source.node.text_at(&["spec", "url"]).unwrap_or_default());
    let is_here = match &assumptions.repository {
        KnownRepository::At(known) => known.contains(&url),
        KnownRepository::Unknown => is_folder,
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
    Ok(Artifact { revision: revision_of(&source.node, assumptions), ignore, missing: None })
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
