//! The objects that say what is deployed, or that those name.
//!
//! In: an object of a file or of a rendering. Out: [`Declaration`], with the writings in which the origin of every value
//! is found. Never: knows what an object means.

use std::sync::Arc;

use kube_manifest::{Node, Object};
use kustomize::{BuildStep, Writing, Writings};
use source_files::RepoPath;

/// An object with the origins of its values.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The object.
    pub node: Node,
    /// Where its values are written.
    pub writings: Arc<Writings>,
    /// The folders of the units that deploy it, the outermost one first. Empty for an object of a file.
    pub via: Arc<[RepoPath]>,
}

/// The kinds of objects that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclarationKind {
    /// Argo CD's `Application`.
    Application,
    /// Argo CD's `ApplicationSet`.
    ApplicationSet,
    /// Flux's `Kustomization`.
    FluxKustomization,
    /// Flux's `HelmRelease`.
    HelmRelease,
    /// Flux's `GitRepository`.
    GitRepository,
    /// Another source of Flux: `OCIRepository`, `Bucket`, `HelmRepository`, `HelmChart`, `ExternalArtifact`.
    OtherSource,
    /// Flux's `ArtifactGenerator`.
    ArtifactGenerator,
    /// A `ConfigMap`, of which Flux may take variables.
    ConfigMap,
    /// A `Secret`, of which Flux may take variables.
    Secret,
}

impl DeclarationKind {
    /// The kind of an object, if it matters here.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        match (group, kind) {
            ("argoproj.io", "Application") => Some(Self::Application),
            ("argoproj.io", "ApplicationSet") => Some(Self::ApplicationSet),
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => Some(Self::FluxKustomization),
            ("helm.toolkit.fluxcd.io", "HelmRelease") => Some(Self::HelmRelease),
            ("source.toolkit.fluxcd.io", "GitRepository") => Some(Self::GitRepository),
            ("source.toolkit.fluxcd.io", _) => Some(Self::OtherSource),
            ("source.extensions.fluxcd.io", "ArtifactGenerator") => Some(Self::ArtifactGenerator),
            ("", "ConfigMap") => Some(Self::ConfigMap),
            ("", "Secret") => Some(Self::Secret),
            (_, _) => None,
        }
    }

    /// Whether the object itself deploys something.
    pub fn is_deployer(self) -> bool {
        match self {
            Self::Application | Self::ApplicationSet | Self::FluxKustomization | Self::HelmRelease => true,
            Self::GitRepository
            | Self::OtherSource
            | Self::ArtifactGenerator
            | Self::ConfigMap
            | Self::Secret => false,
        }
    }
}

impl Declaration {
    /// An object that is written in a file. Its encrypted values are not known.
    pub fn in_file(path: &RepoPath, object: &Object) -> Self {
        let mut writings = Writings::default();
        let file = writings.add_file(path, Arc::clone(&object.source), None);
        writings.add(Writing { file, step: BuildStep::Manifest, before: None });
        Self { node: object.root.clone(), writings: Arc::new(writings), via: Arc::default() }
    }

    /// An object of a rendering, and the folders of the units that led to it.
    pub fn rendered(node: &Node, writings: &Arc<Writings>, via: &Arc<[RepoPath]>) -> Self {
        Self { node: node.clone(), writings: Arc::clone(writings), via: Arc::clone(via) }
    }

    /// Its kind, if it matters here.
    pub fn kind(&self) -> Option<DeclarationKind> {
        let text = |key| self.node.text_at(&[key]).unwrap_or_default();
        DeclarationKind::of(text("apiVersion"), text("kind"))
    }

    /// Its name, empty if it has none.
    pub fn name(&self) -> &str {
        self.node.text_at(&["metadata", "name"]).unwrap_or_default()
    }

    /// Its namespace, empty if it has none.
    pub fn namespace(&self) -> &str {
        self.node.text_at(&["metadata", "namespace"]).unwrap_or_default()
    }

    /// The file and the byte at which the object begins in it, before any step changed it.
    pub fn place(&self) -> Option<(&RepoPath, u32)> {
        let (origin, _) = self.writings.chain(self.node.origin).last()?;
        Some((&self.writings.file(origin)?.path, origin.span.start))
    }

    /// The file in which the object begins.
    pub fn path(&self) -> Option<&RepoPath> {
        self.place().map(|(path, _)| path)
    }
}
