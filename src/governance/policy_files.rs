//! Reads the policy and waivers files of a repository.

use super::error::PolicyLoadError;
use crate::git::Repository;
use crate::policy::{Author, KnownChecks, Layer, POLICY_PATH, WAIVERS_PATH, WaiversFile};
use source_files::{ObjectId, Snapshot, TreeFile};

/// A repository whose policy files are read by what the checks are called.
#[derive(Clone, Copy)]
pub(crate) struct PolicyFiles<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) known: &'a KnownChecks,
}

impl PolicyFiles<'_> {
    /// The policy of a revision with the waivers beside it; `None` if the revision has no policy.
    ///
    /// # Errors
    ///
    /// If the policy is not a regular file or not valid. `revision` says in words where it is.
    pub(super) fn layer_at(
        &self,
        snapshot: &Snapshot,
        revision: &'static str,
    ) -> Result<Option<Layer>, PolicyLoadError> {
        let Some(file) = snapshot.file(POLICY_PATH) else { return Ok(None) };
        let unreadable = |reason: String| PolicyLoadError::Unreadable { path: POLICY_PATH, revision, reason };
        if !file.mode.is_file() {
            return Err(unreadable("it is a symbolic link or a submodule".into()));
        }
        let bytes = self.repository.blob(&file.id).map_err(|error| unreadable(error.to_string()))?;
        let layer = Layer::parse(POLICY_PATH, &bytes, self.known, Author::Repository);
        Ok(Some(layer.map_err(|source| PolicyLoadError::InForce { revision, source })?))
    }

    /// The waivers beside the policy of a revision.
    pub(super) fn waivers_at(&self, snapshot: &Snapshot) -> WaiversFile {
        snapshot.file(WAIVERS_PATH).map(|file| self.waivers_of(file)).unwrap_or_default()
    }

    /// The waivers that a file holds. One that cannot be read waives nothing.
    pub(super) fn waivers_of(&self, file: &TreeFile) -> WaiversFile {
        match self.repository.blob(&file.id) {
            Ok(bytes) if file.mode.is_file() => WaiversFile::parse(WAIVERS_PATH, &bytes, self.known.ids()),
            Ok(_) => WaiversFile::unusable(WAIVERS_PATH, "it is a symbolic link or a submodule"),
            Err(error) => WaiversFile::unusable(WAIVERS_PATH, &error.to_string()),
        }
    }

    /// The policy that a file holds, if it can be used.
    pub(crate) fn policy_of(&self, file: &TreeFile) -> Option<Layer> {
        let bytes = self.repository.blob(&file.id).ok().filter(|_| file.mode.is_file())?;
        Layer::parse(POLICY_PATH, &bytes, self.known, Author::Repository).ok()
    }

    /// Why a policy that a push brings could not be used, if so. A short pattern that the old one has is excused: it
    /// has a meaning.
    pub(super) fn find_policy_error(&self, old: Option<&TreeFile>, blob: &ObjectId) -> Option<String> {
        let bytes = match self.repository.blob(blob) {
            Ok(bytes) => bytes,
            Err(error) => return Some(error.to_string()),
        };
        match Layer::parse(POLICY_PATH, &bytes, self.known, Author::Repository) {
            Ok(layer) => {
                let old = old.and_then(|file| self.policy_of(file));
                let known = old.as_ref().and_then(|old| old.document()?.protected.clone());
                layer.new_short_pattern(&known.unwrap_or_default()).map(|error| error.to_string())
            }
            Err(error) => Some(error.to_string()),
        }
    }
}
