//! The trusted keys: files of the governing ref, or of the server's own folder.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::policy::Governing;
use crate::git::Repository;
use crate::policy::{Layer, SignaturesEntry};
use git_trust::{AllowedSigners, Keyring, Revocations, TrustedKeys};
use source_files::{RepoPath, Snapshot};

/// The trusted keys, or why they are missing. If the server names any, the repository's do not count: they would add
/// to what the floor trusts. What either revokes is revoked.
pub(super) fn load(
    repository: &Repository,
    governing: &Governing,
    snapshot: &Snapshot,
) -> Result<TrustedKeys, String> {
    let layers = governing.policy.layers();
    let of_repository = layers.first().map(Layer::signatures).unwrap_or_default();
    let in_repository = Place::Repository(repository, snapshot);
    let mut revoked = in_repository.files(&of_repository.revoked_keys, Missing::IsAnError)?;
    let of_server = governing.floor_folder.as_deref().zip(layers.last().map(Layer::signatures));
    if let Some((folder, entry)) = &of_server {
        revoked.extend(Place::Server(folder).files(&entry.revoked_keys, Missing::IsAnError)?);
    }
    let mut trusted = match &of_server {
        Some((folder, entry)) if names_keys(entry) => keys(&Place::Server(folder), entry)?,
        Some(_) | None => keys(&in_repository, &of_repository)?,
    };
    if trusted.is_empty() {
        return Err("the policy names no trusted keys, or its `signatures.keyring` and \
            `signatures.allowedSigners` files do not exist"
            .into());
    }
    trusted.revocations = Revocations::from_files(revoked.into_iter()).map_err(|error| error.to_string())?;
    trusted.terms = governing.policy.signature_rules().terms;
    Ok(trusted)
}

fn names_keys(entry: &SignaturesEntry) -> bool {
    !entry.keyring.is_empty() || entry.allowed_signers.is_some()
}

fn keys(place: &Place<'_>, entry: &SignaturesEntry) -> Result<TrustedKeys, String> {
    let certificates = place.files(&entry.keyring, Missing::IsNothing)?;
    let keyring = Keyring::from_files(certificates.into_iter()).map_err(|error| error.to_string())?;
    let named: Vec<String> = entry.allowed_signers.iter().cloned().collect();
    let mut signers = AllowedSigners::default();
    for (path, bytes) in place.files(&named, Missing::IsAnError)? {
        signers = AllowedSigners::parse(&path, &bytes).map_err(|error| error.to_string())?;
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
    /// What the layers name.
    pub(super) fn of(layers: &[Layer]) -> Self {
        let entries: Vec<SignaturesEntry> = layers.iter().map(Layer::signatures).collect();
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

/// What it means that no file has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// One key less.
    IsNothing,
    /// Perhaps one key too many: nothing can be trusted.
    IsAnError,
}

/// Where the files are.
enum Place<'a> {
    Repository(&'a Repository, &'a Snapshot),
    Server(&'a Path),
}

impl Place<'_> {
    fn files(&self, names: &[String], missing: Missing) -> Result<Files, String> {
        match self {
            Self::Repository(repository, snapshot) => repository_files(repository, snapshot, names, missing),
            Self::Server(folder) => server_files(folder, names),
        }
    }
}

fn repository_files(
    repository: &Repository,
    snapshot: &Snapshot,
    patterns: &[String],
    missing: Missing,
) -> Result<Files, String> {
    let mut found = Vec::new();
    for pattern in patterns {
        let matchers = matchers(std::slice::from_ref(pattern));
        let named = |path: &RepoPath| matchers.iter().any(|matcher| matcher.is_match(path.as_str()));
        let before = found.len();
        for (path, file) in snapshot.files.iter().filter(|(path, file)| file.mode.is_file() && named(path)) {
            let bytes = repository.blob(&file.id).map_err(|error| format!("{path}: {error}"))?;
            found.push((path.clone(), bytes));
        }
        if found.len() == before && missing == Missing::IsAnError {
            return Err(format!("{pattern}, which the policy names under `signatures`, does not exist"));
        }
    }
    Ok(found)
}

/// In a server policy the files are named by plain paths beside it.
fn server_files(folder: &Path, names: &[String]) -> Result<Files, String> {
    let read = |name: &String| {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((RepoPath::new(name), bytes))
    };
    names.iter().map(read).collect()
}
