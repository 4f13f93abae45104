//! Kinds that name container images, as a policy file writes them.

use schemars::JsonSchema;
use serde::Deserialize;

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
