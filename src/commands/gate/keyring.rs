//! The trusted keyring: files of the governing ref, or of the server's own folder.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::policy::Governing;
use crate::git::Repository;
use crate::signature::Keyring;
use crate::source::{RepoPath, Snapshot};

/// The keyring, or why there is none to trust.
pub(super) fn load(
    repository: &Repository,
    governing: &Governing,
    snapshot: &Snapshot,
) -> Result<Keyring, String> {
    let layers = governing.policy.layers();
    let of_server = governing.floor_folder.as_deref().and_then(|folder| {
        let patterns = layers.last().map(|layer| layer.signatures().keyring).unwrap_or_default();
        (!patterns.is_empty()).then_some((folder, patterns))
    });
    let files = if let Some((folder, patterns)) = of_server {
        server_files(folder, &patterns)?
    } else {
        let patterns = layers.first().map(|layer| layer.signatures().keyring).unwrap_or_default();
        repository_files(repository, snapshot, &patterns)?
    };
    if files.is_empty() {
        return Err("the policy names no keyring, or none of its `signatures.keyring` files exists".into());
    }
    Keyring::from_files(files.into_iter()).map_err(|error| error.to_string())
}

/// Matchers of the keyring patterns; those that do not compile match nothing and leave no keyring.
pub(super) fn matchers(patterns: &[String]) -> Vec<GlobMatcher> {
    let compiled =
        patterns.iter().filter_map(|pattern| GlobBuilder::new(pattern).literal_separator(true).build().ok());
    compiled.map(|glob| glob.compile_matcher()).collect()
}

type Files = Vec<(RepoPath, Vec<u8>)>;

fn repository_files(
    repository: &Repository,
    snapshot: &Snapshot,
    patterns: &[String],
) -> Result<Files, String> {
    let matchers = matchers(patterns);
    let named = |path: &RepoPath| matchers.iter().any(|matcher| matcher.is_match(path.as_str()));
    let files = snapshot.files.iter().filter(|(path, file)| file.mode.is_file() && named(path));
    files
        .map(|(path, file)| {
            let bytes = repository.blob(&file.id).map_err(|error| format!("keyring {path}: {error}"))?;
            Ok((path.clone(), bytes))
        })
        .collect()
}

/// In a server policy the keyring is named by plain paths beside it.
fn server_files(folder: &Path, names: &[String]) -> Result<Files, String> {
    let read = |name: &String| {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|error| format!("keyring {}: {error}", path.display()))?;
        Ok((RepoPath::new(name), bytes))
    };
    names.iter().map(read).collect()
}
