//! Finds the policy that governs a change: governing ref, target ref, server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::PolicyLoadError;
use super::floor::Floor;
use super::keyring::KeyFiles;
use super::policy_files::PolicyFiles;
use super::targets::targets_of;
use crate::approval::Digest;
use crate::policy::{
    Author, KnownChecks, Layer, POLICY_PATH, Policy, PolicyDocument, ProfileName, ProtectedRefs,
    WaiverMistake,
};
use crate::render::Targets;
use source_files::{ObjectId, Snapshot};

/// Whether the governing ref has a policy yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Governance {
    /// It has: trust files change only as the server accepts.
    Established,
    /// It has not: the first trust files may come.
    None,
}

/// The policy of a change and what it was made from.
#[derive(Debug)]
pub struct Governing {
    /// The policy.
    pub policy: Policy,
    /// The files and clusters that it is about.
    pub targets: Targets,
    /// Whether the governing ref has a policy.
    pub governance: Governance,
    /// The server's policy with its keys.
    pub floor: Option<Arc<Floor>>,
    /// The digest of the server's policy and keyring. A clone may know it without the policy.
    pub floor_digest: Option<Digest>,
    /// The files of the repository that may hold keys.
    pub key_files: KeyFiles,
    /// Entries of the waivers file of the governing ref that cover nothing.
    pub waiver_mistakes: Vec<WaiverMistake>,
    /// The commit whose trust files judge, where those of the governing ref are damaged.
    pub former_tip: Option<ObjectId>,
}

impl Governing {
    /// Whether the governing ref has a policy of its own.
    pub fn is_established(&self) -> bool {
        self.governance == Governance::Established
    }
}

/// The policies that everything of a run is judged by, read once: the governing ref's and the server's.
#[derive(Debug)]
pub struct Foundation {
    own: Arc<Layer>,
    own_protected: ProtectedRefs,
    governance: Governance,
    floor: Option<Arc<Floor>>,
    waiver_mistakes: Vec<WaiverMistake>,
}

impl Foundation {
    /// Reads the policy of the governing ref. Without one, a profile guards every branch and tag: `baseline`, or the one
    /// that the server's policy names.
    ///
    /// # Errors
    ///
    /// If the policy exists and cannot be used.
    pub(crate) fn read(
        files: PolicyFiles<'_>,
        governing: &Snapshot,
        floor: Option<Arc<Floor>>,
    ) -> Result<Self, PolicyLoadError> {
        let own = files.layer_at(governing, "the governing ref")?;
        let waivers = files.waivers_at(governing);
        let (governance, own_protected, own) = if let Some(own) = own {
            (Governance::Established, ProtectedRefs::by(&own), own)
        } else {
            let profile = Layer::profile(unmanaged_profile(floor.as_deref()))?;
            (Governance::None, ProtectedRefs::Everything, profile)
        };
        let own = Arc::new(own.with_waivers(&waivers));
        Ok(Self { own, own_protected, governance, floor, waiver_mistakes: waivers.mistakes })
    }

    /// One policy without a repository.
    fn of_layer(own: Arc<Layer>, floor: Option<Arc<Floor>>) -> Self {
        let own_protected = ProtectedRefs::by(&own);
        let governance = Governance::Established;
        Self { own, own_protected, governance, floor, waiver_mistakes: Vec::new() }
    }

    /// The policy for changes of a ref. `target` has the files of its old tip: if they hold another policy than the
    /// governing ref, that is one layer more.
    ///
    /// # Errors
    ///
    /// If the target's policy cannot be used.
    pub(crate) fn govern(
        &self,
        files: PolicyFiles<'_>,
        governing: &Snapshot,
        target: Option<&Snapshot>,
    ) -> Result<Governing, PolicyLoadError> {
        let of_target = match target {
            Some(target) if target.file(POLICY_PATH) != governing.file(POLICY_PATH) => {
                let own = files.layer_at(target, "the target ref")?;
                own.map(|own| own.with_waivers(&files.waivers_at(target)))
            }
            Some(_) | None => None,
        };
        self.with_target(of_target)
    }

    fn with_target(&self, of_target: Option<Layer>) -> Result<Governing, PolicyLoadError> {
        let mut layers = vec![Arc::clone(&self.own)];
        layers.extend(of_target.map(Arc::new));
        let mut protected = vec![self.own_protected.clone()];
        let mut accepted = BTreeMap::new();
        if let Some(floor) = &self.floor {
            protected.push(ProtectedRefs::by(&floor.layer));
            if let Some(document) = floor.layer.document() {
                accepted.clone_from(&document.accepted_trust_files);
            }
            layers.push(Arc::clone(&floor.layer));
        }
        let policy = Policy::of(layers, protected, accepted);
        Ok(Governing {
            targets: targets_of(&policy)?,
            key_files: KeyFiles::of(policy.layers()),
            governance: self.governance,
            floor: self.floor.clone(),
            floor_digest: self.floor.as_ref().map(|floor| floor.digest.clone()),
            waiver_mistakes: self.waiver_mistakes.clone(),
            former_tip: None,
            policy,
        })
    }
}

/// The profile that judges a repository without a policy, beside the server's own policy.
fn unmanaged_profile(floor: Option<&Floor>) -> ProfileName {
    let document = floor.and_then(|floor| floor.layer.document());
    document.and_then(|document| document.unmanaged).unwrap_or_default()
}

/// The profile `baseline`, for refs that no one may push while there is no policy to say so.
///
/// # Errors
///
/// If the profile cannot be used, which a test rules out.
pub(crate) fn govern_by_baseline() -> Result<Governing, PolicyLoadError> {
    let baseline = Arc::new(Layer::profile(ProfileName::Baseline)?);
    Foundation::of_layer(baseline, None).with_target(None)
}

/// The policy if there is no repository: the server's, or the profile `baseline`.
///
/// # Errors
///
/// If the server's policy cannot be used.
pub fn govern_without_repository(
    floor: Option<&Path>,
    known: &KnownChecks,
) -> Result<Governing, PolicyLoadError> {
    match Floor::read(floor.map(Path::to_path_buf), known)? {
        Some(floor) => Foundation::of_layer(Arc::clone(&floor.layer), None).with_target(None),
        None => govern_by_baseline(),
    }
}

/// A policy file alone, to try it.
///
/// # Errors
///
/// If it cannot be read or used.
pub fn govern_by_file(path: &Path, known: &KnownChecks) -> Result<Governing, PolicyLoadError> {
    let bytes =
        std::fs::read(path).map_err(|source| PolicyLoadError::Floor { path: path.to_path_buf(), source })?;
    govern_by_text(&path.display().to_string(), &bytes, known)
}

/// The text of a policy alone. `name` is how reports call it.
///
/// # Errors
///
/// If it cannot be used.
pub fn govern_by_text(name: &str, text: &[u8], known: &KnownChecks) -> Result<Governing, PolicyLoadError> {
    let layer = Layer::parse(name, text, known, Author::Repository)?;
    Foundation::of_layer(Arc::new(layer), None).with_target(None)
}

/// A policy of our own making, which is in no file.
///
/// # Errors
///
/// If it cannot be used.
pub fn govern_by_document(
    name: &str,
    document: PolicyDocument,
    known: &KnownChecks,
) -> Result<Governing, PolicyLoadError> {
    let layer = Layer::of_document(name, document, known)?;
    Foundation::of_layer(Arc::new(layer), None).with_target(None)
}
