//! From a unit of Flux to its objects: build, variables, common metadata (`kustomize-controller`,
//! `internal/controller/kustomization_controller.go`).

use kube_manifest::{Entry, Node, Value};
use kustomize::{
    Adoption, BuildStep, LoadRestrictor, RenderError, RenderOptions, Renderer, Rendering, Writings,
};
use source_files::{RepoPath, Span};

use crate::assumptions::Assumptions;
use crate::unit::DeployedUnit;
use crate::watched_tree::WatchedTree;

use super::artifact::ArtifactTree;
use super::generated::unreadable;
use super::kustomize_edit::FluxEdit;
use super::substitution::Substitution;

/// The parts of a unit of Flux that its rendering needs.
pub(crate) struct FluxSource<'u> {
    pub(crate) folder: &'u RepoPath,
    pub(crate) spec: &'u Node,
    pub(crate) ignore: Option<&'u str>,
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
    let artifact = ArtifactTree::new(tree, source.ignore).map_err(unreadable)?;
    let writings = &unit.deployer.declaration.writings;
    let edit = FluxEdit {
        spec: source.spec,
        writings,
        folder: source.folder,
        tree: &artifact,
        most_files: assumptions.limits.files,
    };
    let options = RenderOptions { restrictor: LoadRestrictor::None, ..options };
    let mut rendering = renderer.of_part(&artifact).render_edited(source.folder, options, &edit)?;
    fill_in(unit, &mut rendering, options, assumptions)?;
    set_common_metadata(source.spec, writings, &mut rendering);
    Ok(rendering)
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
