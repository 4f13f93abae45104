//! The server's policy with the keys beside it, read once for a run: everything is judged by the same version of both.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{KeysError, PolicyLoadError};
use crate::approval::Digest;
use crate::policy::{Author, KnownChecks, Layer, SignaturesEntry};

/// The place of the server's policy if no one names another file.
const DEFAULT_FLOOR: &str = "/etc/portcullis/policy.yaml";

/// The server's policy.
#[derive(Debug)]
pub struct Floor {
    /// The policy.
    pub layer: Arc<Layer>,
    /// The digest that an approver quotes, so that an approval ends with the server's policy and keys.
    pub digest: Digest,
    /// The key files by the names that the policy gives them, each with its content or the reason why it has none.
    files: BTreeMap<String, Result<Vec<u8>, String>>,
}

impl Floor {
    /// Reads the server's policy. One that was named must exist; the default one may be absent.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no valid policy.
    pub fn read(named: Option<PathBuf>, known: &KnownChecks) -> Result<Option<Self>, PolicyLoadError> {
        let may_be_absent = named.is_none();
        let path = named.unwrap_or_else(|| DEFAULT_FLOOR.into());
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if may_be_absent && error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PolicyLoadError::Floor { path, source }),
        };
        let layer = Layer::parse(&path.display().to_string(), &bytes, known, Author::Server)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let names = key_file_names(&layer.signatures());
        let mut files = BTreeMap::new();
        for name in &names {
            files.entry(name.clone()).or_insert_with(|| read_file(&folder.join(name)));
        }
        let contents = names.iter().map(|name| match files.get(name) {
            Some(Ok(content)) => content.as_slice(),
            Some(Err(_)) | None => &[],
        });
        let digest = Digest::of(std::iter::once(bytes.as_slice()).chain(contents));
        Ok(Some(Self { layer: Arc::new(layer), digest, files }))
    }

    /// The content of a key file that the policy names.
    ///
    /// # Errors
    ///
    /// The reason why the file could not be read when the policy was.
    pub fn file(&self, name: &str) -> Result<&[u8], KeysError> {
        match self.files.get(name) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(reason)) => Err(KeysError::Unreadable(reason.clone())),
            None => Err(KeysError::Missing(name.to_owned())),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// In the order in which the digest takes them.
fn key_file_names(entry: &SignaturesEntry) -> Vec<String> {
    let names = entry.keyring.iter().chain(&entry.allowed_signers).chain(&entry.revoked_keys);
    names.cloned().collect()
}
