//! From a folder to its rendering.

use std::rc::Rc;

use kube_manifest::{Node, Origin, Value};
use source_files::RepoPath;

use super::build::{Accumulator, Target};
use super::error::{Outcome, RefusalKind, RenderError};
use super::limits::RenderLimits;
use super::merge::Precedence;
use super::notes::{ORIGIN, TRANSFORMATIONS, list_text};
use super::rendering::{RenderedObject, Rendering};
use super::resource::refuse_key;
use super::resources::Resources;
use super::session::{ParsedFiles, Session};
use super::sorting::SortOrder;
use super::tree::FileTree;
use super::version::KustomizeVersion;
use super::writing::{BuildStep, NOWHERE, Writing, Writings};
use super::{hash, name_references, variables};

/// Which files a kustomization may load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadRestrictor {
    /// Those in or below its own folder: kustomize's default, and what Argo CD does.
    #[default]
    RootOnly,
    /// Any file of the tree, as Flux does.
    None,
}

/// How a build is done.
#[derive(Clone, Copy, Debug, Default)]
pub struct RenderOptions {
    /// Which files may be loaded.
    pub restrictor: LoadRestrictor,
    /// The version of kustomize whose behaviour is wanted.
    pub version: KustomizeVersion,
    /// The limits.
    pub limits: RenderLimits,
}

/// Renders folders of one tree. Manifests that several of them use are read once.
pub struct Renderer<'t> {
    tree: &'t dyn FileTree,
    parsed: Rc<ParsedFiles>,
}

/// What another tool makes of the kustomization of the root before the build: Argo CD and Flux write their own options
/// into it.
pub trait RootEdit {
    /// The document to build with. `own` is the one of the folder, if it has a kustomization. Every value that is added
    /// has a writing in `writings`.
    ///
    /// # Errors
    /// The reason why the tool stops.
    fn edit(&self, own: Option<Node>, writings: &mut Writings) -> Result<Node, RenderError>;
}

impl<'t> Renderer<'t> {
    /// A renderer of a tree that does not change.
    pub fn new(tree: &'t dyn FileTree) -> Self {
        Self { tree, parsed: Rc::default() }
    }

    /// A renderer of a part of the same tree: some files are left out, and none is another one.
    pub fn of_part<'p>(&self, part: &'p dyn FileTree) -> Renderer<'p> {
        Renderer { tree: part, parsed: Rc::clone(&self.parsed) }
    }

    /// Renders the kustomization in a folder.
    ///
    /// # Errors
    /// Whatever `kustomize build` refuses, and builds beyond the limits.
    pub fn render(&self, root: &RepoPath, options: RenderOptions) -> Result<Rendering, RenderError> {
        self.build(root, options, None)
    }

    /// Renders the kustomization in a folder after another tool has changed it.
    ///
    /// # Errors
    /// Those of [`Renderer::render`] and of the edit.
    pub fn render_edited(
        &self,
        root: &RepoPath,
        options: RenderOptions,
        edit: &dyn RootEdit,
    ) -> Result<Rendering, RenderError> {
        self.build(root, options, Some(edit))
    }

    fn build(
        &self,
        root: &RepoPath,
        options: RenderOptions,
        edit: Option<&dyn RootEdit>,
    ) -> Result<Rendering, RenderError> {
        let mut session = Session::new(self.tree, &self.parsed, options);
        let resources = build(&mut session, root, edit)?;
        let objects = resources.0.into_iter().map(|resource| RenderedObject {
            node: resource.node,
            via: resource.via,
            listed: resource.listed,
        });
        let objects = objects.collect();
        let (writings, unrendered, looks) = session.into_looks();
        Ok(Rendering { objects, unrendered, writings, looks })
    }
}

fn build(session: &mut Session<'_>, root: &RepoPath, edit: Option<&dyn RootEdit>) -> Outcome<Resources> {
    let folder = session.folder_at(root)?;
    let mut target = match edit {
        None => Target::load(session, folder, None)?,
        Some(edit) => Target::load_edited(session, folder, edit)?,
    };
    target.take_schema(session, Precedence::Instead)?;
    if !target.kustomization.build_metadata.is_empty() {
        target.shown_path = Some(String::new());
    }
    let Accumulator { mut resources, configuration, variables } =
        target.accumulate(session, Accumulator::default())?;
    hash::add_to_names(session, &mut resources)?;
    name_references::update(session, &mut resources, &configuration)?;
    variables::resolve(session, &mut resources, &variables, &configuration)?;
    drop_local(session, &mut resources)?;
    resources.refuse_twins(&session.schemas)?;
    let default = SortOrder::default();
    target.kustomization.sort_order.as_ref().unwrap_or(&default).sort(&mut resources, &session.schemas);
    finish(session, &target, &mut resources)?;
    Ok(resources)
}

/// The annotation of objects that are no part of what is deployed.
const LOCAL: &str = "config.kubernetes.io/local-config";

fn drop_local(session: &Session<'_>, resources: &mut Resources) -> Outcome<()> {
    for resource in &resources.0 {
        let is_list = resource.kind().ends_with("List");
        if resource.kind().is_empty() || (resource.name().is_empty() && !is_list) {
            let reason = "an object has lost its kind or its name";
            return Err(RenderError::new(RefusalKind::InvalidManifest, reason));
        }
    }
    resources.0.retain(|resource| {
        let annotations = resource.metadata_map("annotations", &session.writings);
        annotations.iter().all(|(key, value)| *key != LOCAL || value == "false")
    });
    Ok(())
}

/// Writes what `buildMetadata` asks for, and every annotation as text.
fn finish(session: &mut Session<'_>, target: &Target<'_>, resources: &mut Resources) -> Outcome<()> {
    let wants = |name: &str| target.kustomization.build_metadata.iter().find(|wanted| &*wanted.text == name);
    let file = target.kustomization.build_metadata.first().map(|setting| setting.origin);
    let origin = file.map(|origin| session.writings.derive(origin, BuildStep::BuildMetadata, None));
    let origin = origin.unwrap_or_else(|| nowhere(session));
    let (origins, steps) = (wants("originAnnotations").is_some(), wants("transformerAnnotations").is_some());
    let is_managed = wants("managedByLabel").is_some();
    for resource in &mut resources.0 {
        if is_managed {
            let label = format!("kustomize-v{}", session.options.version);
            resource.put_metadata("labels", "app.kubernetes.io/managed-by", &label, origin);
        }
        resource.remove(&["metadata", "annotations", ORIGIN]);
        resource.remove(&["metadata", "annotations", TRANSFORMATIONS]);
        let notes = resource.notes.clone();
        if let Some(note) = notes.origin.filter(|_| origins) {
            resource.put_metadata("annotations", ORIGIN, &note.text(), origin);
        }
        if steps && !notes.transformations.is_empty() {
            resource.put_metadata("annotations", TRANSFORMATIONS, &list_text(&notes.transformations), origin);
        }
        resource.normalise_map("annotations", &session.writings);
        for entry in resource.node.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default() {
            refuse_key(&entry.key)?;
        }
    }
    Ok(())
}

fn nowhere(session: &mut Session<'_>) -> Origin {
    let file = session.writings.add(Writing { file: 0, step: BuildStep::BuildMetadata, before: None });
    Origin { file, span: NOWHERE, ..Origin::default() }
}

/// The object as JSON, keys sorted, as kustomize prints it.
pub fn canonical(node: &Node) -> serde_json::Value {
    debug_assert!(!matches!(node.value, Value::Unknown(_)), "kustomize knows every value");
    super::steps::sorted(node.to_json())
}
