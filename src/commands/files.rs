//! Files of a folder as a snapshot, for `check PATH`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::BLOB_LIMIT;
use super::error::CommandError;
use crate::source::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// A snapshot with its content in memory.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) snapshot: Snapshot,
    content: HashMap<ObjectId, Vec<u8>>,
}

/// Folders that hold no manifests and much else.
const SKIPPED: [&str; 1] = [".git"];

impl Folder {
    /// Reads files and, recursively, folders. A name that is not UTF-8 or a file that cannot be read
    /// is an error: nothing is skipped silently.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, CommandError> {
        let mut found = Vec::new();
        paths.iter().try_for_each(|path| list(path, &mut found))?;
        let files = found.par_iter().map(|path| file(path)).collect::<Result<Vec<_>, _>>()?;
        let mut folder = Self {
            snapshot: Snapshot { files: BTreeMap::new(), undecodable: Vec::new() },
            content: HashMap::with_capacity(files.len()),
        };
        for (name, id, bytes) in files {
            folder.snapshot.files.insert(name, TreeFile { id: id.clone(), mode: FileMode::Regular });
            folder.content.insert(id, bytes);
        }
        Ok(folder)
    }
}

/// Adds the files at and below a path, in the order of their names.
fn list(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    let failed = |source| CommandError::File { path: path.to_path_buf(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        found.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries: Vec<_> =
        std::fs::read_dir(path).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries.iter().filter(|entry| !SKIPPED.iter().any(|name| entry.file_name() == *name)) {
        // A directory entry knows what it is, except of what a link leads to.
        match entry.file_type().map_err(failed)? {
            kind if kind.is_file() => found.push(entry.path()),
            _ => list(&entry.path(), found)?,
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<(RepoPath, ObjectId, Vec<u8>), CommandError> {
    let bytes =
        std::fs::read(path).map_err(|source| CommandError::File { path: path.to_path_buf(), source })?;
    let unreadable = || CommandError::Argument(format!("the name of {} is not UTF-8", path.display()));
    let name = RepoPath::new(path.to_str().ok_or_else(unreadable)?.trim_start_matches("./"));
    let id = ObjectId::from_bytes(&Sha256::digest(&bytes)).ok_or_else(unreadable)?;
    Ok((name, id, bytes))
}

impl BlobSource for Folder {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(FolderReader(self))
    }
}

struct FolderReader<'a>(&'a Folder);

impl BlobReader for FolderReader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let bytes = self.0.content.get(id).ok_or_else(|| BlobError::Missing(id.clone()))?;
        if bytes.len() > BLOB_LIMIT {
            return Err(BlobError::TooLarge { id: id.clone(), size: bytes.len(), limit: BLOB_LIMIT });
        }
        Ok(bytes.clone())
    }
}
