//! From a unit of Flux to its objects: build, variables, common metadata (`kustomize-controller`,
//! `internal/controller/kustomization_controller.go`).

use kube_manifest::{Entry, Node, Value};
use std::sync::Arc;

use kustomize::{
    Adoption, BuildStep, Entry as TreeEntry, FileTree, LoadRestrictor, RenderError, RenderOptions, Renderer,
    Rendering, TreeError, Writings, WrittenFile,
};
use source_files::{RepoPath, Span};

use crate::assumptions::Assumptions;
use crate::mount_tree::MountTree;
use crate::unit::{DeployedUnit, FluxArtifact};
use crate::watched_tree::WatchedTree;

use super::artifact::ArtifactTree;
use super::generated::unreadable;
use super::kustomize_edit::FluxEdit;
use super::substitution::Substitution;

/// The parts of a unit of Flux that its rendering needs.
pub(crate) struct FluxSource<'u> {
    pub(crate) path: &'u RepoPath,
    pub(crate) artifact: &'u FluxArtifact,
    pub(crate) spec: &'u Node,
}

/// The real folder of a path in an artifact, if there is one.
pub(super) fn folder_of(
    tree: &WatchedTree<'_>,
    artifact: &FluxArtifact,
    path: &RepoPath,
) -> Result<Option<RepoPath>, TreeError> {
    let rooted = MountTree::rooted(tree, &artifact.root);
    let kept = ArtifactTree::new(&rooted, artifact.ignore.as_deref())?;
    let copied = MountTree::new(&kept, artifact.copies.clone());
    let whole: &dyn FileTree = if artifact.copies.is_empty() { &kept } else { &copied };
    let is_folder = matches!(whole.look(path)?, TreeEntry::Folder(_));
    Ok(is_folder.then(|| real_path(&rooted, &copied, path)))
}

/// The path in the repository of a path in an artifact.
fn real_path(rooted: &MountTree<'_>, copied: &MountTree<'_>, path: &RepoPath) -> RepoPath {
    rooted.real(&copied.real(path))
}

/// Renders a unit.
pub(crate) fn render(
    unit: &DeployedUnit,
    source: &FluxSource<'_>,
    tree: &WatchedTree<'_>,
    renderer: &Renderer<'_>,
    options: RenderOptions,
    assumptions: &Assumptions,
) -> Result<Rendering, RenderError> {
    let artifact = source.artifact;
    let rooted = MountTree::rooted(tree, &artifact.root);
    let kept = ArtifactTree::new(&rooted, artifact.ignore.as_deref()).map_err(unreadable)?;
    let copied = MountTree::new(&kept, artifact.copies.clone());
    let whole: &dyn FileTree = if artifact.copies.is_empty() { &kept } else { &copied };
    let writings = &unit.deployer.declaration.writings;
    let most_files = assumptions.limits.files;
    let edit = FluxEdit { spec: source.spec, writings, folder: source.path, tree: whole, most_files };
    let options = RenderOptions { restrictor: LoadRestrictor::None, ..options };
    let is_whole = artifact.copies.is_empty() && artifact.root.as_str().is_empty();
    // Where the paths are others, what was read for the repository's own paths cannot be used.
    let own = if is_whole { renderer.of_part(whole) } else { Renderer::new(whole) };
    let rendered = own.render_edited(source.path, options, &edit);
    let real = |path: &RepoPath| if is_whole { path.clone() } else { real_path(&rooted, &copied, path) };
    let mut rendering = rendered.map_err(|mut error| {
        if let Some(place) = &mut error.place {
            place.path = real(&place.path);
        }
        error
    })?;
    relocate(&mut rendering, writings, &real);
    fill_in(unit, &mut rendering, options, assumptions)?;
    set_common_metadata(source.spec, writings, &mut rendering);
    Ok(rendering)
}

/// Puts the paths of the repository in place of those of the artifact. The files of the deployer have them already.
fn relocate(rendering: &mut Rendering, deployer: &Writings, real: &dyn Fn(&RepoPath) -> RepoPath) {
    let is_of_deployer =
        |file: &WrittenFile| deployer.files.iter().any(|known| Arc::ptr_eq(&known.text, &file.text));
    for index in 0..rendering.writings.files.len() {
        let Some(file) = rendering.writings.files.get(index) else { continue };
        let path = match file.inside.and_then(|outer| rendering.writings.file(outer)) {
            Some(outer) => outer.path.clone(),
            None if is_of_deployer(file) => continue,
            None => real(&file.path),
        };
        if let Some(file) = rendering.writings.files.get_mut(index) {
            file.path = path;
        }
    }
    for object in &mut rendering.objects {
        object.via.iter_mut().for_each(|folder| *folder = real(folder));
    }
    for part in &mut rendering.unrendered {
        if let Some(place) = &mut part.place {
            place.path = real(&place.path);
        }
    }
}

fn fill_in(
    unit: &DeployedUnit,
    rendering: &mut Rendering,
    options: RenderOptions,
    assumptions: &Assumptions,
) -> Result<(), RenderError> {
    let Some(substitutions) = &unit.substitutions else { return Ok(()) };
    let substitution = Substitution::new(
        substitutions,
        assumptions.unset_variables,
        options.limits.text,
        options.limits.manifest,
        &mut rendering.writings,
    )?;
    for object in &mut rendering.objects {
        substitution.apply(&mut object.node, &mut rendering.writings)?;
    }
    Ok(())
}

/// Sets the labels and annotations of `spec.commonMetadata` on every object (`ssa/utils`, `SetCommonMetadata`).
fn set_common_metadata(spec: &Node, from: &Writings, rendering: &mut Rendering) {
    let mut adoption = Adoption::default();
    for (field, step) in [("labels", BuildStep::Label), ("annotations", BuildStep::Annotation)] {
        for entry in spec.at(&["commonMetadata", field]).map(Node::entries).unwrap_or_default() {
            let mut value = entry.value.clone();
            adoption.take(&mut value, from, &mut rendering.writings);
            for object in &mut rendering.objects {
                let before = object.node.at(&["metadata", field, &entry.key]).map(|old| old.origin);
                let origin = rendering.writings.derive(value.origin, step, before);
                put(&mut object.node, &["metadata", field, &entry.key], Node { origin, ..value.clone() });
            }
        }
    }
}

/// Sets a value, and makes the mappings above it.
fn put(node: &mut Node, keys: &[&str], value: Node) {
    let Some((key, rest)) = keys.split_first() else {
        *node = value;
        return;
    };
    if !matches!(node.value, Value::Mapping(_)) {
        *node = Node { origin: value.origin, value: Value::Mapping(Vec::new()) };
    }
    let Value::Mapping(entries) = &mut node.value else { return };
    if let Some(entry) = entries.iter_mut().find(|entry| &*entry.key == *key) {
        put(&mut entry.value, rest, value);
    } else {
        let mut made = Node { origin: value.origin, value: Value::Null };
        put(&mut made, rest, value);
        entries.push(Entry { key: (*key).into(), key_span: Span::default(), value: made });
    }
}
