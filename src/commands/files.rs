//! Files of a folder as a snapshot, for `check PATH`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

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
        let mut folder = Self {
            snapshot: Snapshot { files: BTreeMap::new(), undecodable: Vec::new() },
            content: HashMap::new(),
        };
        for path in paths {
            folder.add(path)?;
        }
        Ok(folder)
    }

    fn add(&mut self, path: &Path) -> Result<(), CommandError> {
        let failed = |source| CommandError::File { path: path.to_path_buf(), source };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            let mut entries: Vec<_> =
                std::fs::read_dir(path).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
            entries.sort_by_key(std::fs::DirEntry::file_name);
            let entries =
                entries.iter().filter(|entry| !SKIPPED.iter().any(|name| entry.file_name() == *name));
            return entries.map(std::fs::DirEntry::path).try_for_each(|entry| self.add(&entry));
        }
        self.add_file(path, std::fs::read(path).map_err(failed)?)
    }

    fn add_file(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), CommandError> {
        let text = path
            .to_str()
            .ok_or_else(|| CommandError::Argument(format!("the name of {} is not UTF-8", path.display())))?;
        let Some(id) = ObjectId::from_bytes(&Sha256::digest(&bytes)) else { return Ok(()) };
        let name = RepoPath::new(text.trim_start_matches("./"));
        self.snapshot.files.insert(name, TreeFile { id: id.clone(), mode: FileMode::Regular });
        self.content.insert(id, bytes);
        Ok(())
    }
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
