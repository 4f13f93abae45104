//! What is deployed together: by which object, from where, to where, and how.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use kube_manifest::{Node, Origin};
use kustomize::Writings;
use source_files::RepoPath;

use super::assumptions::Revision;
use super::declaration::Declaration;
use super::unjudged::Unjudged;
use super::written_text::WrittenText;

/// One unit of deployment: one source of one deployer.
#[derive(Clone, Debug)]
pub struct DeployedUnit {
    /// The object that deploys it.
    pub deployer: Deployer,
    /// What is deployed.
    pub source: UnitSource,
    /// The revision that the deployer follows.
    pub revision: Revision,
    /// Where it is deployed.
    pub destination: Destination,
    /// The right under which it is deployed.
    pub authority: Authority,
    /// The deployers that have to be ready before this one (`dependsOn`).
    pub depends_on: Vec<ObjectName>,
    /// The variables that Flux fills in after the build. `None` if the deployer asks for no substitution.
    pub substitutions: Option<Substitutions>,
    /// What is not known although the source can be rendered.
    pub unjudged: Vec<Unjudged>,
}

impl DeployedUnit {
    /// The reasons why what this unit deploys is not, or not fully, known before it is rendered.
    pub fn reasons(&self) -> impl Iterator<Item = &Unjudged> {
        let own = match &self.source {
            UnitSource::Unjudged(reason) => Some(reason),
            UnitSource::Kustomization { .. } | UnitSource::Directory { .. } | UnitSource::Flux { .. } => None,
        };
        own.into_iter().chain(&self.unjudged)
    }

    /// The folder of the source, if it is in this tree.
    pub fn folder(&self) -> Option<&RepoPath> {
        match &self.source {
            UnitSource::Kustomization { folder, .. }
            | UnitSource::Directory { folder, .. }
            | UnitSource::Flux { folder, .. } => Some(folder),
            UnitSource::Unjudged(_) => None,
        }
    }
}

/// The kind of a deployer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeployerKind {
    /// Argo CD's `Application`, written or made by an `ApplicationSet`.
    Application,
    /// Argo CD's `ApplicationSet`, where what it makes is not known.
    ApplicationSet,
    /// Flux's `Kustomization`.
    FluxKustomization,
    /// Flux's `HelmRelease`.
    HelmRelease,
}

impl fmt::Display for DeployerKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Application => "Application",
            Self::ApplicationSet => "ApplicationSet",
            Self::FluxKustomization => "Kustomization",
            Self::HelmRelease => "HelmRelease",
        })
    }
}

/// A namespace and a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The namespace, empty if none is written.
    pub namespace: Box<str>,
    /// The name.
    pub name: Box<str>,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            return formatter.write_str(&self.name);
        }
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

/// The object that deploys a unit.
#[derive(Clone, Debug)]
pub struct Deployer {
    /// Its kind.
    pub kind: DeployerKind,
    /// Its name.
    pub name: ObjectName,
    /// The object, as the tool reads it: filled in from a template, and with the overrides of `.argocd-source.yaml`.
    pub declaration: Arc<Declaration>,
    /// Where the path is written, or what comes nearest to it.
    pub origin: Origin,
    /// The place of the source in `spec.sources`, 0 where there is only one.
    pub source: usize,
    /// The ApplicationSet that makes the Application.
    pub set: Option<ObjectName>,
}

impl Deployer {
    /// The file in which the path is written.
    pub fn file(&self) -> Option<&RepoPath> {
        Some(&self.declaration.writings.file(self.origin)?.path)
    }

    /// The line, from 1, in which the path is written.
    pub fn line(&self) -> Option<u32> {
        self.declaration.writings.line(self.origin)
    }
}

/// What a unit deploys.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitSource {
    /// A kustomization that Argo CD builds.
    Kustomization {
        /// Its folder.
        folder: RepoPath,
        /// The options of `source.kustomize`, in the deployer's writings.
        options: Option<Node>,
    },
    /// The manifests of a folder, which Argo CD applies as they are.
    Directory {
        /// The folder.
        folder: RepoPath,
        /// Which of its files.
        options: DirectoryOptions,
    },
    /// A folder that kustomize-controller builds, with a kustomization of its own or a generated one.
    Flux {
        /// The folder.
        folder: RepoPath,
        /// Its path in the artifact.
        path: RepoPath,
        /// What the artifact holds.
        artifact: FluxArtifact,
        /// The object's `spec`, which holds the options.
        spec: Node,
    },
    /// It is not known.
    Unjudged(Unjudged),
}

/// The files of a source of Flux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FluxArtifact {
    /// The folder that is the root of the source.
    pub root: RepoPath,
    /// The patterns of the source's `spec.ignore`.
    pub ignore: Option<Box<str>>,
    /// The parts that an ArtifactGenerator copies from it; none if it is the source itself.
    pub copies: Vec<ArtifactCopy>,
}

/// A part of a source, and its place in an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactCopy {
    /// The file or folder, below the root of the source.
    pub from: RepoPath,
    /// The path in the artifact.
    pub to: RepoPath,
}

/// Which manifests of a folder Argo CD applies (`source.directory`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryOptions {
    /// How deep it looks.
    pub depth: DirectoryDepth,
    /// The pattern that a file must match.
    pub include: Option<WrittenText>,
    /// The pattern that a file must not match.
    pub exclude: Option<WrittenText>,
}

/// How deep Argo CD looks for manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectoryDepth {
    /// Only in the folder itself.
    #[default]
    Folder,
    /// In everything below it (`recurse: true`).
    Tree,
}

/// Where a unit is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The cluster.
    pub cluster: DestinationCluster,
    /// Argo CD: the namespace of objects that name none and need one. Flux: the namespace of every object, which is in
    /// the rendering already.
    pub namespace: Option<WrittenText>,
}

/// The cluster of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DestinationCluster {
    /// The one in which the deployer is.
    #[default]
    Own,
    /// Argo CD: the cluster of this API server.
    Server(WrittenText),
    /// Argo CD: the cluster of this name.
    Name(WrittenText),
    /// Flux: the cluster of a kubeconfig in this Secret.
    KubeConfigSecret(WrittenText),
    /// Flux: the cluster that this ConfigMap describes.
    KubeConfigMap(WrittenText),
    /// Both a server and a name, which Argo CD refuses.
    Both,
}

impl DestinationCluster {
    /// Whether it is the cluster that the deployer is in. Argo CD calls it `in-cluster`, at
    /// `https://kubernetes.default.svc` (`common.go`).
    pub fn is_own(&self) -> bool {
        match self {
            Self::Own => true,
            Self::Server(server) => server.text.trim_end_matches('/') == "https://kubernetes.default.svc",
            Self::Name(name) => &*name.text == "in-cluster",
            Self::KubeConfigSecret(_) | Self::KubeConfigMap(_) | Self::Both => false,
        }
    }
}

/// The right under which a unit is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authority {
    /// That of the tool itself.
    #[default]
    Tool,
    /// Argo CD: what the AppProject of this name allows.
    Project(WrittenText),
    /// Flux: what this ServiceAccount may do.
    ServiceAccount(WrittenText),
}

/// The variables that Flux fills in after the build.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Substitutions {
    /// Every variable that is known to be set.
    pub variables: BTreeMap<Box<str>, Variable>,
    /// Whether others may be set.
    pub others: OtherVariables,
}

/// One variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its value without line breaks.
    pub value: VariableValue,
    /// Where it is written, in `writings`.
    pub origin: Origin,
    /// The writings of the Kustomization, the ConfigMap or the Secret.
    pub writings: Arc<Writings>,
}

impl PartialEq for Variable {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableValue {
    /// This text.
    Known(Box<str>),
    /// It is set, and encrypted or made elsewhere.
    Unknown,
}

/// Whether a source of variables is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherVariables {
    /// Nothing else is set.
    #[default]
    None,
    /// A ConfigMap or Secret that is not in the tree may set any other variable.
    Possible,
}
