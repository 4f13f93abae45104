//! Files and folders, judged as if all of them were new.
//!
//! In: paths. Out: [`Folder`]. Never: skips a file silently.

use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::error::{UnpushedError, file_error};
use super::walk;
use crate::checks::CheckSet;
use crate::evidence::RefEvidence;
use crate::gate::date_of;
use crate::git::BLOB_LIMIT;
use crate::pipeline::{Change, Rules, Targets, evaluate};
use crate::policy::Policy;
use crate::report::Section;
use crate::verdict::Mode;
use source_files::{
    BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile, text_of_bytes,
};

/// A snapshot and where its files are. The id of a file is that of its path: the content is not
/// known before it is read.
#[derive(Debug)]
pub struct Folder {
    snapshot: Snapshot,
    contents: HashMap<ObjectId, Content>,
    named: BTreeSet<RepoPath>,
}

/// The source of the bytes of a file.
#[derive(Debug)]
enum Content {
    /// A file that may be read again.
    File(PathBuf),
    /// A symbolic link that leads nowhere.
    Link(PathBuf),
    /// Standard input, or a pipe: read once.
    Bytes(Vec<u8>),
}

/// The argument that means standard input.
const STANDARD_INPUT: &str = "-";

impl Folder {
    /// Reads files and, recursively, folders. A file that cannot be read is an error. A named file is judged whatever its
    /// ending.
    pub fn read(paths: &[PathBuf]) -> Result<Self, UnpushedError> {
        let (streams, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(is_stream);
        let mut folder =
            Self { snapshot: Snapshot::empty(), contents: HashMap::new(), named: BTreeSet::new() };
        for path in &streams {
            let bytes = read_stream(path)?;
            let shown = if path.as_os_str() == STANDARD_INPUT { Path::new("/dev/stdin") } else { path };
            let name = folder.add(shown, FileMode::Regular, Content::Bytes(bytes))?;
            folder.named.insert(name);
        }
        let found = walk::find_files(&paths)?;
        for path in found.files {
            let name = folder.add(&path, FileMode::Regular, Content::File(path.clone()))?;
            if paths.contains(&path) {
                folder.named.insert(name);
            }
        }
        for path in found.dangling {
            folder.add(&path, FileMode::Symlink, Content::Link(path.clone()))?;
        }
        Ok(folder)
    }

    fn add(&mut self, path: &Path, mode: FileMode, content: Content) -> Result<RepoPath, UnpushedError> {
        let FileName { name, id } = FileName::of(path)?;
        self.snapshot.files.insert(name.clone(), TreeFile { id: id.clone(), mode });
        self.contents.insert(id, content);
        Ok(name)
    }

    /// Judges the files as if all of them were new.
    pub fn judge(&self, mut targets: Targets, policy: &Policy) -> Result<Section, UnpushedError> {
        targets.selection.start_at(self.named.clone());
        if !self.snapshot.files.keys().any(|path| targets.selection.starts_at(path)) {
            return Err(UnpushedError::NoManifest);
        }
        let change = Change {
            old: &Snapshot::empty(),
            new: &self.snapshot,
            blobs: self,
            evidence: &RefEvidence::none(),
            mode: Mode::BeforeCommit,
        };
        let judgement = evaluate(
            &change,
            &Rules { checks: CheckSet::shared(), targets: &targets, policy },
            date_of(SystemTime::now()),
        );
        Ok(Section::of("the files", judgement))
    }
}

/// The name and the id of a file in the snapshot.
struct FileName {
    name: RepoPath,
    id: ObjectId,
}

impl FileName {
    fn of(path: &Path) -> Result<Self, UnpushedError> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let id = ObjectId::from_bytes(&Sha256::digest(bytes));
        let id = id.ok_or_else(|| UnpushedError::Name(path.to_path_buf()))?;
        Ok(Self { name: RepoPath::new(text_of_bytes(bytes).trim_start_matches("./")), id })
    }
}

/// Reports whether a path is standard input or another pipe, which can be read only once.
fn is_stream(path: &PathBuf) -> bool {
    path.as_os_str() == STANDARD_INPUT
        || std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Reads everything from a pipe. Nothing at all is an error: the program that should have written it has failed.
fn read_stream(path: &Path) -> Result<Vec<u8>, UnpushedError> {
    let limit = u64::try_from(BLOB_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    if path.as_os_str() == STANDARD_INPUT {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(UnpushedError::Input)?;
    } else {
        let file = std::fs::File::open(path).map_err(file_error(path))?;
        file.take(limit).read_to_end(&mut bytes).map_err(file_error(path))?;
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(UnpushedError::EmptyStream(path.to_path_buf()));
    }
    Ok(bytes)
}

impl BlobSource for Folder {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(FolderReader { folder: self, buffer: Vec::with_capacity(BUFFER) })
    }
}

/// The size of the buffer: nearly every manifest is smaller.
const BUFFER: usize = 16 * 1024;

/// Reads one file after the other into the same memory: to ask the system for the size of each first
/// takes as long as reading it.
struct FolderReader<'a> {
    folder: &'a Folder,
    buffer: Vec<u8>,
}

impl BlobReader for FolderReader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let failed =
            |error: std::io::Error| BlobError::Unreadable { id: id.clone(), reason: error.to_string() };
        let path = match self.folder.contents.get(id).ok_or_else(|| BlobError::Missing(id.clone()))? {
            Content::File(path) => path,
            Content::Link(path) => {
                let target = std::fs::read_link(path).map_err(failed)?;
                return Ok(target.as_os_str().as_encoded_bytes().to_vec());
            }
            Content::Bytes(bytes) if bytes.len() > BLOB_LIMIT => {
                return Err(BlobError::TooLarge { id: id.clone(), size: bytes.len(), limit: BLOB_LIMIT });
            }
            Content::Bytes(bytes) => return Ok(bytes.clone()),
        };
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
