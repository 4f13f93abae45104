//! Files of a folder as a snapshot, for `check PATH` and `validate`.
//!
//! In: paths. Out: [`Folder`]. Never: reads a file before somebody asks for it.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::BLOB_LIMIT;
use super::error::CommandError;
use crate::source::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// A snapshot and where its files stand. The id of a file is that of its path: the content is not
/// known before it is read.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) snapshot: Snapshot,
    paths: HashMap<ObjectId, PathBuf>,
}

/// Folders that hold no manifests and much else.
const SKIPPED: [&str; 1] = [".git"];

impl Folder {
    /// Reads files and, recursively, folders. A name that is not UTF-8 or a file that cannot be read
    /// is an error: nothing is skipped silently.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, CommandError> {
        let mut found = Vec::new();
        paths.iter().try_for_each(|path| list(path, &mut found))?;
        let mut folder = Self {
            snapshot: Snapshot { files: BTreeMap::new(), undecodable: Vec::new() },
            paths: HashMap::with_capacity(found.len()),
        };
        for path in found {
            let (name, id) = named(&path)?;
            folder.snapshot.files.insert(name, TreeFile { id: id.clone(), mode: FileMode::Regular });
            folder.paths.insert(id, path);
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

fn named(path: &Path) -> Result<(RepoPath, ObjectId), CommandError> {
    let unreadable = || CommandError::Argument(format!("the name of {} is not UTF-8", path.display()));
    let name = path.to_str().ok_or_else(unreadable)?;
    let id = ObjectId::from_bytes(&Sha256::digest(name.as_bytes())).ok_or_else(unreadable)?;
    Ok((RepoPath::new(name.trim_start_matches("./")), id))
}

impl BlobSource for Folder {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(FolderReader(self))
    }
}

struct FolderReader<'a>(&'a Folder);

impl BlobReader for FolderReader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let path = self.0.paths.get(id).ok_or_else(|| BlobError::Missing(id.clone()))?;
        let failed =
            |error: std::io::Error| BlobError::Unreadable { id: id.clone(), reason: error.to_string() };
        let file = std::fs::File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let too_large = |size| BlobError::TooLarge { id: id.clone(), size, limit: BLOB_LIMIT };
        if size > BLOB_LIMIT {
            return Err(too_large(size));
        }
        // The file may grow between the two calls, or be no file at all.
        let mut bytes = Vec::with_capacity(size.saturating_add(1));
        let limit = u64::try_from(BLOB_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > BLOB_LIMIT { Err(too_large(bytes.len())) } else { Ok(bytes) }
    }
}
