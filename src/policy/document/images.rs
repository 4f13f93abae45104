//! `images:`, more kinds that name container images.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layers::Policy;
use super::super::position::Positioned;
use kube_model::ImageKind;

/// A kind that names container images.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImagesEntry {
    /// The kind.
    pub kind: String,
    /// Its API group, without the version; the core group if absent.
    #[serde(default)]
    pub group: String,
    /// Paths to Pod specifications, containers or texts that name an image, such as `spec.template.spec`. Lists on
    /// the way are entered; `*` matches any key.
    pub paths: Vec<String>,
}

impl From<&ImagesEntry> for ImageKind {
    fn from(entry: &ImagesEntry) -> Self {
        Self {
            group: entry.group.as_str().into(),
            kind: entry.kind.as_str().into(),
            paths: entry.paths.iter().map(|path| path.as_str().into()).collect(),
        }
    }
}

/// Refuses a path without a key, which leads nowhere, and a version in the place of a group.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    for (index, entry) in file.document.images.iter().enumerate() {
        let place = |field: &str| format!("/images/{index}/{field}");
        if entry.kind.is_empty() {
            let message = "`kind` must be the name of a kind, such as `Backup`";
            return Err(file.error(&place("kind"), message, None));
        }
        if entry.group.contains('/') {
            let message = "`group` must be an API group without a version, such as `acme.example`";
            return Err(file.error(&place("group"), message, None));
        }
        if entry.paths.is_empty() || entry.paths.iter().any(|path| has_empty_key(path)) {
            let message = "`paths` must be keys with dots between them, such as `spec.template.spec`";
            return Err(file.error(&place("paths"), message, None));
        }
    }
    Ok(())
}

fn has_empty_key(path: &str) -> bool {
    path.split('.').any(|key| key.trim_end_matches(['[', '*', ']']).is_empty() && key != "*")
}

/// Paths in which images are no longer looked for.
pub(super) fn weakenings(old: &[ImagesEntry], new: &[ImagesEntry]) -> Vec<String> {
    let mut gone = Vec::new();
    for ImagesEntry { kind, group, paths } in old {
        let same = |other: &&ImagesEntry| other.kind == *kind && other.group == *group;
        for path in paths {
            if !new.iter().filter(same).any(|other| other.paths.contains(path)) {
                gone.push(format!("images in `{path}` of {kind} are no longer judged"));
            }
        }
    }
    gone
}

impl Policy {
    /// The kinds that name images, of all layers: each can only add some.
    pub fn image_kinds(&self) -> Vec<ImageKind> {
        let documents = self.layers.iter().filter_map(|layer| layer.document());
        documents.flat_map(|document| &document.images).map(ImageKind::from).collect()
    }
}
