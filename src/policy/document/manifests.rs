//! `manifests:`, which files are manifests.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{added, check_patterns, quoted};

/// The manifest files if the policy does not define them.
pub const DEFAULT_INCLUDE: [&str; 3] = ["**/*.yaml", "**/*.yml", "**/*.json"];

/// The files that are manifests. Files that they reference (kustomizations, symbolic links) are judged too.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestsEntry {
    /// Globs to start from; all YAML and JSON files if absent.
    pub include: Option<Vec<String>>,
    /// Globs to leave out.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// Refuses patterns that do not compile.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let Some(manifests) = &file.document.manifests else { return Ok(()) };
    check_patterns(file, "/manifests/include", manifests.include.as_deref().unwrap_or_default())?;
    check_patterns(file, "/manifests/exclude", &manifests.exclude)
}

/// Files that are no longer read.
pub(super) fn weakenings(old: Option<&ManifestsEntry>, new: Option<&ManifestsEntry>) -> Vec<String> {
    let (old, new) = (old.cloned().unwrap_or_default(), new.cloned().unwrap_or_default());
    let narrower = match (&old.include, &new.include) {
        (None, None) => None,
        (None, Some(new)) => Some(format!("only {} are read as manifests", quoted(new.iter()))),
        (Some(old), new) => {
            let by_default = DEFAULT_INCLUDE.map(str::to_owned);
            let gone: BTreeSet<&String> = added(new.as_deref().unwrap_or(&by_default), old).collect();
            (!gone.is_empty())
                .then(|| format!("{} are no longer read as manifests", quoted(gone.into_iter())))
        }
    };
    let excluded = added(&old.exclude, &new.exclude);
    let excluded = excluded.map(|pattern| format!("files of `{pattern}` are no longer read as manifests"));
    narrower.into_iter().chain(excluded).collect()
}

impl Policy {
    /// The patterns of manifests: the server's if it has some, else the governing policy's. Those of a target ref's
    /// own policy never count: it could leave out what the governing one is about.
    pub fn manifests(&self) -> ManifestsEntry {
        self.authoritative().find_map(|document| document.manifests.clone()).unwrap_or_default()
    }
}
