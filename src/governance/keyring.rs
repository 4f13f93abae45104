//! The trusted keys: files of the governing ref, or of the server's own folder.

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::error::KeysError;
use super::floor::Floor;
use super::governing::Governing;
use crate::git::Repository;
use crate::policy::{Layer, SignaturesEntry};
use git_trust::{AllowedSigners, Keyring, Revocations, TrustedKeys};
use source_files::{RepoPath, Snapshot};

/// The trusted keys, or why they are missing. If the server names any, the repository's do not count: they would add
/// to what the floor trusts. What either revokes is revoked.
pub(crate) fn load_keys(
    repository: &Repository,
    governing: &Governing,
    snapshot: &Snapshot,
) -> Result<TrustedKeys, KeysError> {
    let own_entry = governing.policy.layers().first().map(|layer| layer.signatures()).unwrap_or_default();
    let in_repository = Place::Repository(repository, snapshot);
    let mut revoked = in_repository.files(&own_entry.revoked_keys, Missing::IsAnError)?;
    let of_server = governing.floor.as_deref().map(|floor| (floor, floor.layer.signatures()));
    if let Some((floor, entry)) = &of_server {
        revoked.extend(Place::Server(floor).files(&entry.revoked_keys, Missing::IsAnError)?);
    }
    let mut trusted = match &of_server {
        Some((floor, entry)) if names_keys(entry) => keys_of(&Place::Server(floor), entry)?,
        Some(_) | None => keys_of(&in_repository, &own_entry)?,
    };
    if trusted.is_empty() {
        return Err(KeysError::None);
    }
    trusted.revocations = Revocations::from_files(revoked.into_iter()).map_err(|error| invalid(&error))?;
    trusted.terms = governing.policy.signature_rules().terms;
    Ok(trusted)
}

fn invalid(error: &impl ToString) -> KeysError {
    KeysError::Invalid(error.to_string())
}

fn names_keys(entry: &SignaturesEntry) -> bool {
    !entry.keyring.is_empty() || entry.allowed_signers.is_some()
}

fn keys_of(place: &Place<'_>, entry: &SignaturesEntry) -> Result<TrustedKeys, KeysError> {
    let certificates = place.files(&entry.keyring, Missing::IsNothing)?;
    let keyring = Keyring::from_files(certificates.into_iter()).map_err(|error| invalid(&error))?;
    let named: Vec<String> = entry.allowed_signers.iter().cloned().collect();
    let mut signers = AllowedSigners::default();
    for (path, bytes) in place.files(&named, Missing::IsAnError)? {
        signers = AllowedSigners::parse(&path, &bytes).map_err(|error| invalid(&error))?;
    }
    Ok(TrustedKeys { keyring, signers, ..TrustedKeys::default() })
}

/// The files of the repository that may hold keys, by what any layer of the policy names.
#[derive(Debug, Default)]
pub struct KeyFiles {
    certificates: Vec<GlobMatcher>,
    revocations: Vec<GlobMatcher>,
    names: Vec<String>,
}

impl KeyFiles {
    /// The files that the layers name.
    pub(super) fn of(layers: &[Arc<Layer>]) -> Self {
        let entries: Vec<SignaturesEntry> = layers.iter().map(|layer| layer.signatures()).collect();
        let all = |patterns: fn(&SignaturesEntry) -> &Vec<String>| {
            matchers(&entries.iter().flat_map(patterns).cloned().collect::<Vec<String>>())
        };
        Self {
            certificates: all(|entry| &entry.keyring),
            revocations: all(|entry| &entry.revoked_keys),
            names: entries.iter().filter_map(|entry| entry.allowed_signers.clone()).collect(),
        }
    }

    /// Whether a path is one of them.
    pub(super) fn contain(&self, path: &RepoPath) -> bool {
        self.certificates.iter().any(|pattern| pattern.is_match(path.as_str()))
            || !self.hold_certificates_only(path)
    }

    /// Whether a path is neither a list of SSH signers nor one of revocations.
    pub(super) fn hold_certificates_only(&self, path: &RepoPath) -> bool {
        !self.names.iter().any(|name| name == path.as_str())
            && !self.revocations.iter().any(|pattern| pattern.is_match(path.as_str()))
    }
}

/// Matchers of the keyring patterns; those that do not compile match nothing and leave no keyring.
fn matchers(patterns: &[String]) -> Vec<GlobMatcher> {
    let compiled =
        patterns.iter().filter_map(|pattern| GlobBuilder::new(pattern).literal_separator(true).build().ok());
    compiled.map(|glob| glob.compile_matcher()).collect()
}

type Files = Vec<(RepoPath, Vec<u8>)>;

/// The meaning of a name that no file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// One key less.
    IsNothing,
    /// Perhaps one key too many: nothing can be trusted.
    IsAnError,
}

/// The place of the files.
enum Place<'a> {
    Repository(&'a Repository, &'a Snapshot),
    Server(&'a Floor),
}

impl Place<'_> {
    fn files(&self, names: &[String], missing: Missing) -> Result<Files, KeysError> {
        match self {
            Self::Repository(repository, snapshot) => repository_files(repository, snapshot, names, missing),
            Self::Server(floor) => server_files(floor, names),
        }
    }
}

fn repository_files(
    repository: &Repository,
    snapshot: &Snapshot,
    patterns: &[String],
    missing: Missing,
) -> Result<Files, KeysError> {
    let mut found = Vec::new();
    for pattern in patterns {
        let matchers = matchers(std::slice::from_ref(pattern));
        let named = |path: &RepoPath| matchers.iter().any(|matcher| matcher.is_match(path.as_str()));
        let before = found.len();
        for (path, file) in snapshot.files.iter().filter(|(path, file)| file.mode.is_file() && named(path)) {
            let bytes = repository
                .blob(&file.id)
                .map_err(|error| KeysError::Unreadable(format!("{path}: {error}")))?;
            found.push((path.clone(), bytes));
        }
        if found.len() == before && missing == Missing::IsAnError {
            return Err(KeysError::Missing(pattern.clone()));
        }
    }
    Ok(found)
}

/// A server policy names its files by plain paths beside it.
fn server_files(floor: &Floor, names: &[String]) -> Result<Files, KeysError> {
    names.iter().map(|name| Ok((RepoPath::new(name), floor.file(name)?.to_vec()))).collect()
}
