//! Files of a folder as a snapshot, for `check PATH` and `validate`.
//!
//! In: paths. Out: [`Folder`]. Never: reads a file before somebody asks for it.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::BLOB_LIMIT;
use super::error::CommandError;
use super::gate::date_of;
use super::walk;
use crate::evidence::RefEvidence;
use crate::pipeline::{Change, Targets, evaluate};
use crate::policy::Policy;
use crate::report::Section;
use crate::source::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};
use crate::verdict::Mode;

/// A snapshot and where its files stand. The id of a file is that of its path: the content is not
/// known before it is read.
#[derive(Debug)]
pub(super) struct Folder {
    snapshot: Snapshot,
    paths: HashMap<ObjectId, PathBuf>,
}

impl Folder {
    /// Reads files and, recursively, folders. A name that is not UTF-8 or a file that cannot be read
    /// is an error: nothing is skipped silently.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, CommandError> {
        let found = walk::files(paths)?;
        let mut files = Vec::with_capacity(found.len());
        let mut paths = HashMap::with_capacity(found.len());
        for path in found {
            let (name, id) = named(&path)?;
            files.push((name, TreeFile { id: id.clone(), mode: FileMode::Regular }));
            paths.insert(id, path);
        }
        let snapshot = Snapshot { files: files.into_iter().collect(), undecodable: Vec::new() };
        Ok(Self { snapshot, paths })
    }

    /// Judges the files as if all of them were new.
    pub(super) fn judge(&self, targets: &Targets, policy: &Policy) -> Section {
        let change = Change {
            old: &Snapshot::empty(),
            new: &self.snapshot,
            blobs: self,
            evidence: &RefEvidence::none(),
            mode: Mode::BeforeCommit,
        };
        Section::of("the files", evaluate(&change, targets, policy, date_of(SystemTime::now())))
    }
}

fn named(path: &Path) -> Result<(RepoPath, ObjectId), CommandError> {
    let unreadable = || CommandError::Argument(format!("the name of {} is not UTF-8", path.display()));
    let name = path.to_str().ok_or_else(unreadable)?;
    let id = ObjectId::from_bytes(&Sha256::digest(name.as_bytes())).ok_or_else(unreadable)?;
    Ok((RepoPath::new(name.trim_start_matches("./")), id))
}

impl BlobSource for Folder {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(FolderReader { folder: self, buffer: Vec::with_capacity(BUFFER) })
    }
}

/// Nearly every manifest is smaller.
const BUFFER: usize = 16 * 1024;

/// Reads one file after the other into the same memory: to ask the system for the size of each first
/// takes as long as reading it.
struct FolderReader<'a> {
    folder: &'a Folder,
    buffer: Vec<u8>,
}

impl BlobReader for FolderReader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let path = self.folder.paths.get(id).ok_or_else(|| BlobError::Missing(id.clone()))?;
        let failed =
            |error: std::io::Error| BlobError::Unreadable { id: id.clone(), reason: error.to_string() };
        let mut file = std::fs::File::open(path).map_err(failed)?;
        let limit = u64::try_from(BLOB_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
        self.buffer.clear();
        file.by_ref().take(limit).read_to_end(&mut self.buffer).map_err(failed)?;
        if self.buffer.len() > BLOB_LIMIT {
            let size = file.metadata().map_or(0, |found| found.len());
            let size = usize::try_from(size).unwrap_or(usize::MAX).max(self.buffer.len());
            return Err(BlobError::TooLarge { id: id.clone(), size, limit: BLOB_LIMIT });
        }
        Ok(self.buffer.as_slice().to_vec())
    }
}
