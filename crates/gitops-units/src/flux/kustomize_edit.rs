//! The options of a Kustomization of Flux, which kustomize-controller writes into the kustomization of the folder
//! (`WriteFile` in `fluxcd/pkg/kustomize/kustomize_generator.go`).

use kube_manifest::{Node, Value};
use kustomize::{Adoption, Entry, FIELDS, FileTree, RefusalKind, RenderError, RootEdit, Writings};
use source_files::RepoPath;

use crate::document_edit::{DocumentEdit, entry, mapping, refuse, sequence, text};
use crate::watched_tree::join;

use super::generated;

/// The edit of one Kustomization.
pub(super) struct FluxEdit<'e> {
    pub(super) spec: &'e Node,
    pub(super) writings: &'e Writings,
    pub(super) folder: &'e RepoPath,
    pub(super) tree: &'e dyn FileTree,
    pub(super) most_files: usize,
}

impl RootEdit for FluxEdit<'_> {
    fn edit(&self, own: Option<Node>, writings: &mut Writings) -> Result<Node, RenderError> {
        let mut spec = self.spec.clone();
        Adoption::default().take(&mut spec, self.writings, writings);
        let root = match own {
            Some(own) => without_unknown_fields(own),
            None => self.generate(&spec)?,
        };
        let mut document = DocumentEdit::new(root)?;
        for (field, written) in
            [("namespace", "targetNamespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")]
        {
            if let Some(value) = spec.get(written).filter(|value| value.as_str().is_some()) {
                document.set(field, value.clone());
            }
        }
        add_patches(&mut document, &spec)?;
        self.add_components(&mut document, &spec)?;
        set_images(&mut document, &spec);
        Ok(document.into_root())
    }
}

/// Flux reads the kustomization leniently and writes it again, so that unknown fields do not stop the build.
fn without_unknown_fields(mut document: Node) -> Node {
    if let Value::Mapping(entries) = &mut document.value {
        entries.retain(|entry| FIELDS.iter().any(|known| known.eq_ignore_ascii_case(&entry.key)));
    }
    document
}

impl FluxEdit<'_> {
    fn generate(&self, spec: &Node) -> Result<Node, RenderError> {
        let origin = spec.get("path").map_or(spec.origin, |path| path.origin);
        let found = generated::resources(self.tree, self.folder, self.most_files)?;
        let resources = found.iter().map(|path| text(path, origin)).collect();
        Ok(mapping(vec![entry("resources", sequence(resources, origin))], origin))
    }

    fn add_components(&self, document: &mut DocumentEdit, spec: &Node) -> Result<(), RenderError> {
        let Some(asked) = spec.get("components") else { return Ok(()) };
        let may_miss = spec.get("ignoreMissingComponents").and_then(Node::as_bool) == Some(true);
        let mut added = Vec::new();
        for component in asked.items() {
            let path = component.as_str().unwrap_or_default();
            if path.starts_with('/') || path.contains("://") {
                return Err(refuse(format!("the component `{path}` is no relative path")));
            }
            let is_missing = || {
                let place = join(self.folder, path);
                place.is_some_and(|place| matches!(self.tree.look(&place), Ok(Entry::Missing)))
            };
            if !(may_miss && is_missing()) {
                added.push(component.clone());
            }
        }
        document.append("components", added, asked.origin)
    }
}

fn add_patches(document: &mut DocumentEdit, spec: &Node) -> Result<(), RenderError> {
    if let Some(asked) = spec.get("patches") {
        document.append("patches", asked.items().iter().map(patch_entry).collect(), asked.origin)?;
    }
    if let Some(asked) = spec.get("patchesStrategicMerge") {
        let patches = asked.items().iter().map(as_json_text).collect();
        document.append("patchesStrategicMerge", patches, asked.origin)?;
    }
    if let Some(asked) = spec.get("patchesJson6902") {
        let mut patches = Vec::new();
        for patch in asked.items() {
            let Some(operations) = patch.get("patch") else {
                return Err(RenderError::new(RefusalKind::InvalidPatch, "a JSON patch has no operations"));
            };
            let mut entries = vec![entry("patch", as_json_text(operations))];
            entries.extend(patch.entry("target").cloned());
            patches.push(mapping(entries, patch.origin));
        }
        document.append("patchesJson6902", patches, asked.origin)?;
    }
    Ok(())
}

/// Flux takes the patch and the target, and nothing else.
fn patch_entry(patch: &Node) -> Node {
    let mut patch = patch.clone();
    if let Value::Mapping(entries) = &mut patch.value {
        entries.retain(|entry| matches!(&*entry.key, "patch" | "target") && !entry.value.is_null());
    }
    patch
}

fn as_json_text(node: &Node) -> Node {
    text(&node.to_json().to_string(), node.origin)
}

/// An image takes the place of the one of its name.
fn set_images(document: &mut DocumentEdit, spec: &Node) {
    let Some(asked) = spec.get("images").filter(|images| !images.items().is_empty()) else { return };
    let mut images = document.items("images").to_vec();
    for image in asked.items() {
        let name = image.text_at(&["name"]);
        match images.iter_mut().find(|known| known.text_at(&["name"]) == name) {
            Some(known) => *known = image.clone(),
            None => images.push(image.clone()),
        }
    }
    document.set("images", sequence(images, asked.origin));
}
