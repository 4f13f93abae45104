//! Finds the policy that governs a change: governing ref, target ref, server.

use std::path::{Path, PathBuf};

use super::keyring::KeyFiles;
use super::session::GateError;
use crate::approval::Digest;
use crate::checks::CheckSet;
use crate::finding::CheckId;
use crate::git::{GitError, Repository};
use crate::pipeline::{Rules, Targets};
use crate::policy::{
    Author, ClusterEntry, DEFAULT_INCLUDE, Layer, ManifestsEntry, POLICY_PATH, Policy, PolicyError,
    ProfileName, ProtectedRefs, SignaturesEntry, WAIVERS_PATH, WaiverMistake, WaiversFile,
};
use crate::render::Selection;
use kube_model::{Cloud, ClusterName, ClusterTarget, ImageKind, KubernetesVersion};
use source_files::{ObjectId, Snapshot, TreeFile};

/// Where the server's floor is when no one names another file.
const DEFAULT_FLOOR: &str = "/etc/portcullis/policy.yaml";

/// Why there is no policy to judge by. All of them reject.
#[derive(Debug, thiserror::Error)]
pub enum PolicyLoadError {
    /// A policy file is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The existing policy of the repository is invalid. A person who pushes the fixed one reads this too.
    #[error(
        "{source}; this is the existing policy on {revision}, not this change: an administrator of the \
         server must repair it there with `portcullis rescue`"
    )]
    InForce {
        /// Where it is.
        revision: &'static str,
        /// What is wrong.
        source: PolicyError,
    },
    /// The server's policy cannot be read.
    #[error("could not read the policy {path}: {source}")]
    Floor {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A policy is there and cannot be read as a file.
    #[error("could not read the policy {path} of {revision}: {reason}")]
    Unreadable {
        /// Its path.
        path: &'static str,
        /// The revision.
        revision: String,
        /// Why.
        reason: String,
    },
    /// A pattern does not compile.
    #[error("a path pattern of the policy is invalid: {0}")]
    Pattern(#[from] globset::Error),
}

/// Whether the governing ref has a policy yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Governance {
    /// It has: trust files change only as the server accepts.
    Established,
    /// It has not: the first trust files may come.
    None,
}

/// The server's policy.
#[derive(Debug)]
pub struct Floor {
    layer: Layer,
    /// The folder that its keyring is in.
    pub folder: PathBuf,
    digest: Digest,
}

impl Floor {
    /// Which refs it guards.
    pub(super) fn protected(&self) -> ProtectedRefs {
        ProtectedRefs::by(&self.layer)
    }

    /// Reads the floor. One that was named must exist; the default one may be absent.
    pub fn read(named: Option<&Path>) -> Result<Option<Self>, PolicyLoadError> {
        let path = named.unwrap_or(Path::new(DEFAULT_FLOOR));
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PolicyLoadError::Floor { path: path.to_path_buf(), source }),
        };
        let layer = parse(&path.display().to_string(), &bytes, Author::Server)?;
        let folder = path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let digest = digest(&bytes, &layer, &folder);
        Ok(Some(Self { layer, folder, digest }))
    }
}

/// What an approver has to quote, so that an approval dies with the server's policy and keys.
fn digest(policy: &[u8], layer: &Layer, folder: &Path) -> Digest {
    let SignaturesEntry { keyring, allowed_signers, revoked_keys, .. } = layer.signatures();
    let names = keyring.into_iter().chain(allowed_signers).chain(revoked_keys);
    let files: Vec<Vec<u8>> =
        names.map(|name| std::fs::read(folder.join(name)).unwrap_or_default()).collect();
    Digest::of(std::iter::once(policy).chain(files.iter().map(Vec::as_slice)))
}

/// The policy of a change and what it was made from.
#[derive(Debug)]
pub struct Governing {
    /// The policy.
    pub policy: Policy,
    /// Which files are manifests of which cluster.
    pub targets: Targets,
    /// Whether the governing ref has a policy.
    pub governance: Governance,
    /// The folder of the server's keyring.
    pub floor_folder: Option<PathBuf>,
    /// The digest of the server's policy and keyring.
    pub floor_digest: Option<Digest>,
    /// The files of the repository that may hold keys.
    pub key_files: KeyFiles,
    /// What the waivers file of the governing ref holds that covers nothing.
    pub waiver_mistakes: Vec<WaiverMistake>,
}

impl Governing {
    /// What a change is judged by.
    pub fn rules(&self) -> Rules<'_> {
        Rules { checks: CheckSet::shared(), targets: &self.targets, policy: &self.policy }
    }

    /// Whether the governing ref has a policy of its own.
    pub fn is_established(&self) -> bool {
        self.governance == Governance::Established
    }
}

/// Every id that a policy may name.
pub fn known_checks() -> Vec<CheckId> {
    CheckSet::shared().ids()
}

/// A policy file, as far as the checks agree with it.
fn parse(path: &str, bytes: &[u8], author: Author) -> Result<Layer, PolicyError> {
    let layer = Layer::parse(path, bytes, &known_checks(), author)?;
    let without = CheckSet::shared().iter().filter(|check| !check.meta.family.may_be_annotated());
    layer.check_annotations(&without.map(|check| check.meta.id.as_str()).collect::<Vec<_>>())?;
    Ok(layer)
}

/// The waivers beside the policy of a revision.
fn waivers_file(repository: &Repository, snapshot: &Snapshot) -> WaiversFile {
    snapshot.file(WAIVERS_PATH).map(|file| waivers_of(repository, file)).unwrap_or_default()
}

/// The waivers that a file holds. One that cannot be read waives nothing.
pub(super) fn waivers_of(repository: &Repository, file: &TreeFile) -> WaiversFile {
    match repository.blob(&file.id) {
        Ok(bytes) if file.mode.is_file() => WaiversFile::parse(WAIVERS_PATH, &bytes, &known_checks()),
        Ok(_) => WaiversFile::unusable(WAIVERS_PATH, "it is a symbolic link or a submodule"),
        Err(error) => WaiversFile::unusable(WAIVERS_PATH, &error.to_string()),
    }
}

/// Puts the policy together. `governing` and `target` are the files of the governing ref's and of
/// the target ref's old tip.
pub fn load(
    repository: &Repository,
    governing: &Snapshot,
    target: Option<&Snapshot>,
    floor: Option<Floor>,
) -> Result<Governing, PolicyLoadError> {
    let own = read_policy(repository, governing, "the governing ref")?;
    let waivers = waivers_file(repository, governing);
    let governance = if own.is_some() { Governance::Established } else { Governance::None };
    let mut protected = vec![own.as_ref().map_or(ProtectedRefs::Everything, ProtectedRefs::by)];
    let own = own.map_or_else(|| Layer::profile(ProfileName::Baseline), Ok)?;
    let mut layers = vec![own.with_waivers(&waivers)];
    if let Some(target) = target.filter(|target| target.file(POLICY_PATH) != governing.file(POLICY_PATH)) {
        let own = read_policy(repository, target, "the target ref")?;
        layers.extend(own.map(|own| own.with_waivers(&waivers_file(repository, target))));
    }
    let floor_folder = floor.as_ref().map(|floor| floor.folder.clone());
    let floor_digest = floor.as_ref().map(|floor| floor.digest.clone());
    let mut accepted = std::collections::BTreeMap::new();
    if let Some(Floor { layer, .. }) = floor {
        protected.push(ProtectedRefs::by(&layer));
        accepted = layer.document().map(|document| document.accepted_trust_files.clone()).unwrap_or_default();
        layers.push(layer);
    }
    let targets = targets(&layers)?;
    let key_files = KeyFiles::of(&layers);
    let policy = Policy::of(layers, protected, accepted);
    let waiver_mistakes = waivers.mistakes;
    Ok(Governing { policy, targets, governance, floor_folder, floor_digest, key_files, waiver_mistakes })
}

/// The profile `baseline`, for refs that no one may push while there is no policy to say so.
pub(super) fn load_baseline() -> Result<Governing, GateError> {
    alone(Layer::profile(ProfileName::Baseline).map_err(PolicyLoadError::from)?, None)
}

/// The policy if there is no repository: the server's, or the profile `baseline`.
pub fn load_without_repository(floor: Option<&Path>) -> Result<Governing, GateError> {
    let floor = Floor::read(floor)?;
    let floor_folder = floor.as_ref().map(|floor| floor.folder.clone());
    let layer = floor.map_or_else(|| Layer::profile(ProfileName::Baseline), |floor| Ok(floor.layer));
    alone(layer.map_err(PolicyLoadError::from)?, floor_folder)
}

/// A policy file alone, to try it.
pub fn load_policy_file(path: &Path) -> Result<Governing, GateError> {
    let bytes =
        std::fs::read(path).map_err(|source| PolicyLoadError::Floor { path: path.to_path_buf(), source })?;
    let layer = parse(&path.display().to_string(), &bytes, Author::Repository);
    alone(layer.map_err(PolicyLoadError::from)?, None)
}

/// A policy of our own making.
pub fn load_policy_text(name: &str, text: &str) -> Result<Governing, GateError> {
    let layer = parse(name, text.as_bytes(), Author::Repository);
    alone(layer.map_err(PolicyLoadError::from)?, None)
}

fn alone(layer: Layer, floor_folder: Option<PathBuf>) -> Result<Governing, GateError> {
    let protected = vec![ProtectedRefs::by(&layer)];
    let layers = vec![layer];
    let targets = targets(&layers).map_err(PolicyLoadError::from)?;
    let key_files = KeyFiles::of(&layers);
    let policy = Policy::of(layers, protected, std::collections::BTreeMap::new());
    let governance = Governance::Established;
    let (floor_digest, waiver_mistakes) = (None, Vec::new());
    Ok(Governing { policy, targets, governance, floor_folder, floor_digest, key_files, waiver_mistakes })
}

fn read_policy(
    repository: &Repository,
    snapshot: &Snapshot,
    revision: &'static str,
) -> Result<Option<Layer>, PolicyLoadError> {
    let Some(file) = snapshot.file(POLICY_PATH) else { return Ok(None) };
    let unreadable = |reason: String| PolicyLoadError::Unreadable {
        path: POLICY_PATH,
        revision: revision.to_owned(),
        reason,
    };
    if !file.mode.is_file() {
        return Err(unreadable("it is a symbolic link or a submodule".into()));
    }
    let bytes = repository.blob(&file.id).map_err(|error| unreadable(error.to_string()))?;
    let layer = parse(POLICY_PATH, &bytes, Author::Repository);
    Ok(Some(layer.map_err(|source| PolicyLoadError::InForce { revision, source })?))
}

/// Why a policy that a push brings could not be used, if so. What the old one says already is excused where it has
/// a meaning.
pub fn broken_policy(repository: &Repository, old: Option<&TreeFile>, blob: &ObjectId) -> Option<String> {
    let bytes = match repository.blob(blob) {
        Ok(bytes) => bytes,
        Err(error) => return Some(error.to_string()),
    };
    match parse(POLICY_PATH, &bytes, Author::Repository) {
        Ok(layer) => {
            let old = old.and_then(|file| policy_of(repository, file));
            let old = old.as_ref().and_then(Layer::document).and_then(|document| document.protected.clone());
            layer.new_short_pattern(&old.unwrap_or_default()).map(|error| error.to_string())
        }
        Err(error) => Some(error.to_string()),
    }
}

/// The policy that a file holds, if it can be used.
pub(super) fn policy_of(repository: &Repository, file: &TreeFile) -> Option<Layer> {
    let bytes = repository.blob(&file.id).ok().filter(|_| file.mode.is_file())?;
    parse(POLICY_PATH, &bytes, Author::Repository).ok()
}

/// Manifests and clusters: the server's where it names them, else the governing ref's. Never those of a
/// target ref's own policy, which could leave out what the governing one is about.
fn targets(layers: &[Layer]) -> Result<Targets, globset::Error> {
    let of_server = layers.iter().rev().find(|layer| layer.is_servers());
    let documents = || of_server.into_iter().chain(layers.first()).filter_map(Layer::document);
    let manifests: ManifestsEntry =
        documents().find_map(|document| document.manifests.clone()).unwrap_or_default();
    let include =
        manifests.include.unwrap_or_else(|| DEFAULT_INCLUDE.iter().map(ToString::to_string).collect());
    let entries: Vec<ClusterEntry> = documents()
        .map(|document| document.clusters.clone())
        .find(|list| !list.is_empty())
        .unwrap_or_default();
    let paths: Vec<_> =
        entries.iter().map(|entry| (ClusterName::new(&entry.name), entry.paths.clone())).collect();
    let mut clusters: Vec<_> = entries.iter().map(cluster_target).collect();
    let fallback = ClusterEntry {
        name: "default".into(),
        paths: Vec::new(),
        kubernetes: None,
        cloud: None,
        definitions: None,
    };
    clusters.push(cluster_target(&fallback));
    let image_kinds = layers.iter().filter_map(Layer::document).flat_map(|document| &document.images);
    Ok(Targets {
        selection: Selection::new(&include, &manifests.exclude, &paths)?,
        clusters,
        image_kinds: image_kinds.map(ImageKind::from).collect(),
    })
}

/// A cluster of which the policy names no version is judged by the newest.
fn cluster_target(entry: &ClusterEntry) -> ClusterTarget {
    let versions = entry.kubernetes.as_deref().and_then(KubernetesVersion::parse_list);
    ClusterTarget {
        name: ClusterName::new(&entry.name),
        versions: versions.unwrap_or_else(|| vec![KubernetesVersion::NEWEST]),
        cloud: entry.cloud.as_deref().and_then(Cloud::parse).unwrap_or_default(),
        definitions: entry.definitions.as_deref().map(|folder| folder.trim_end_matches('/').into()),
    }
}
