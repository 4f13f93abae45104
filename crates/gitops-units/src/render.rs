//! From a unit to its objects.
//!
//! In: a tree and a unit of it. Out: a [`UnitRendering`], or the reason why it gives nothing. Never: an object of which something is
//! guessed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use kube_manifest::{Node, Reading};
use kustomize::{
    FileTree, RenderError, RenderOptions, RenderedObject, Renderer, Rendering, Unrendered, Writings,
};

use super::argo::directory::{self, DirectoryContent};
use super::argo::kustomize_edit::KustomizeEdit;
use super::assumptions::Assumptions;
use super::flux::render::{self as flux, FluxSource};
use super::unit::{DeployedUnit, DirectoryOptions, UnitSource};
use super::unjudged::Unjudged;
use super::watched_tree::{Looks, WatchedTree};

/// What a unit deploys.
#[derive(Debug)]
pub struct UnitRendering {
    /// The objects. The origin of every value is one of `writings`.
    pub objects: Vec<RenderedObject>,
    /// The files and steps that wrote the values.
    pub writings: Arc<Writings>,
    /// How the objects were read.
    pub reading: Reading,
    /// The parts of a kustomization that are not rendered.
    pub unrendered: Vec<Unrendered>,
    /// What is not known beside them.
    pub unjudged: Vec<Unjudged>,
    /// What was looked at.
    pub looks: Looks,
}

/// The reason why a unit gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitRenderError {
    /// What it deploys is not in the tree.
    #[error(transparent)]
    Unjudged(#[from] Unjudged),
    /// The tool refuses it, or it is beyond the limits.
    #[error(transparent)]
    Refused(#[from] RenderError),
}

/// A unit without a rendering, and what was looked at. Another tree with the same looks gives the same error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct FailedRendering {
    /// The reason.
    pub error: UnitRenderError,
    /// What was looked at.
    pub looks: Looks,
}

/// Renders units of one tree. Manifests that several of them use are read once.
pub struct UnitRenderer<'t> {
    tree: &'t dyn FileTree,
    renderer: Renderer<'t>,
    options: RenderOptions,
    assumptions: &'t Assumptions,
}

impl<'t> UnitRenderer<'t> {
    /// A renderer of a tree that does not change. The load restrictor of the options is that of Argo CD's builds.
    pub fn new(tree: &'t dyn FileTree, options: RenderOptions, assumptions: &'t Assumptions) -> Self {
        Self { tree, renderer: Renderer::new(tree), options, assumptions }
    }

    /// Renders a unit.
    ///
    /// # Errors
    /// A unit of which the source is not known, and whatever its tool refuses.
    pub fn render(&self, unit: &DeployedUnit) -> Result<UnitRendering, FailedRendering> {
        let watched = WatchedTree::new(self.tree);
        let rendered = self.render_watched(unit, &watched);
        let looks = watched.into_looks();
        match rendered {
            Ok(rendering) => Ok(UnitRendering { looks, ..rendering }),
            Err(error) => Err(FailedRendering { error, looks }),
        }
    }

    fn render_watched(
        &self,
        unit: &DeployedUnit,
        tree: &WatchedTree<'_>,
    ) -> Result<UnitRendering, UnitRenderError> {
        match &unit.source {
            UnitSource::Unjudged(reason) => Err(reason.clone().into()),
            UnitSource::Directory { folder, options } => {
                let content = self.read_directory(tree, folder, options)?;
                Ok(of_directory(content))
            }
            UnitSource::Kustomization { options: None, folder } => {
                let rendering = self.renderer.of_part(tree).render(folder, self.options)?;
                Ok(of_build(rendering, Vec::new()))
            }
            UnitSource::Kustomization { options: Some(options), .. } => {
                self.build_for_argo(unit, options, tree)
            }
            UnitSource::Flux { path, artifact, spec, .. } => {
                let source = FluxSource { path, artifact, spec };
                let rendering =
                    flux::render(unit, &source, tree, &self.renderer, self.options, self.assumptions)?;
                Ok(of_build(rendering, Vec::new()))
            }
        }
    }

    fn read_directory(
        &self,
        tree: &WatchedTree<'_>,
        folder: &source_files::RepoPath,
        options: &DirectoryOptions,
    ) -> Result<DirectoryContent, RenderError> {
        directory::read(tree, folder, options, self.options, self.assumptions.limits.files)
    }

    fn build_for_argo(
        &self,
        unit: &DeployedUnit,
        options: &Node,
        tree: &WatchedTree<'_>,
    ) -> Result<UnitRendering, UnitRenderError> {
        let Some(folder) = unit.folder() else { return Err(Unjudged::NoPath.into()) };
        let environment = build_environment(unit);
        let edit = KustomizeEdit {
            options,
            writings: &unit.deployer.declaration.writings,
            folder,
            tree,
            environment: &environment,
            unknown_variables: RefCell::default(),
        };
        let rendered = self.renderer.of_part(tree).render_edited(folder, self.options, &edit);
        let unknown = edit.unknown_variables.into_inner().into_iter();
        let unknown =
            unknown.map(|name| Unjudged::Variables(format!("the build environment ({name})").into()));
        let mut unjudged: Vec<Unjudged> = unknown.collect();
        match (rendered, unjudged.pop()) {
            (Ok(rendering), last) => {
                unjudged.extend(last);
                Ok(of_build(rendering, unjudged))
            }
            // With the value of the variable, it may be taken.
            (Err(_), Some(reason)) => Err(reason.into()),
            (Err(error), None) => Err(error.into()),
        }
    }
}

/// The variables that Argo CD gives to a build, as far as they are known (`newEnv` in
/// `reposerver/repository/repository.go`).
fn build_environment(unit: &DeployedUnit) -> BTreeMap<&'static str, String> {
    let node = &unit.deployer.declaration.node;
    let spec = |keys: &[&str]| node.at(keys).and_then(Node::as_str).unwrap_or_default().to_owned();
    let several = node.at(&["spec", "sources"]).map(Node::items).unwrap_or_default();
    let source = several.get(unit.deployer.source).or(node.at(&["spec", "source"]));
    let field = |key: &str| source.and_then(|source| source.text_at(&[key])).unwrap_or_default().to_owned();
    BTreeMap::from([
        ("ARGOCD_APP_NAME", unit.deployer.name.name.to_string()),
        ("ARGOCD_APP_NAMESPACE", spec(&["spec", "destination", "namespace"])),
        ("ARGOCD_APP_PROJECT_NAME", spec(&["spec", "project"])),
        ("ARGOCD_APP_SOURCE_REPO_URL", field("repoURL")),
        ("ARGOCD_APP_SOURCE_PATH", field("path")),
        ("ARGOCD_APP_SOURCE_TARGET_REVISION", field("targetRevision")),
    ])
}

fn of_directory(content: DirectoryContent) -> UnitRendering {
    UnitRendering {
        objects: content.objects,
        writings: Arc::new(content.writings),
        reading: Reading::Kubectl,
        unrendered: Vec::new(),
        unjudged: content.unjudged,
        looks: Looks::default(),
    }
}

fn of_build(rendering: Rendering, unjudged: Vec<Unjudged>) -> UnitRendering {
    UnitRendering {
        objects: rendering.objects,
        writings: Arc::new(rendering.writings),
        reading: Reading::Kustomize,
        unrendered: rendering.unrendered,
        unjudged,
        looks: Looks::default(),
    }
}
