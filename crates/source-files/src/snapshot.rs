//! The files of one revision.

use std::collections::BTreeMap;

use super::{ObjectId, RepoPath};

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// A file.
    Regular,
    /// A file that may be run: the same content, and a change anyway for those who own it.
    Executable,
    /// A symbolic link; its blob is the target.
    Symlink,
    /// A commit of another repository (a submodule).
    Gitlink,
}

impl FileMode {
    /// Whether the blob is the content itself.
    pub fn is_file(self) -> bool {
        match self {
            Self::Regular | Self::Executable => true,
            Self::Symlink | Self::Gitlink => false,
        }
    }
}

/// A file of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its blob, or the commit of a gitlink.
    pub id: ObjectId,
    /// What it is.
    pub mode: FileMode,
}

/// Every file of one revision by path.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The files.
    pub files: BTreeMap<RepoPath, TreeFile>,
}

impl Snapshot {
    /// A revision without files, such as the one before the first commit.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&TreeFile> {
        self.files.get(&RepoPath::new(path))
    }

    /// The paths whose file differs between two revisions, or is in one of them only.
    pub fn changed_paths(old: &Self, new: &Self) -> Vec<RepoPath> {
        let differs = |path: &RepoPath| old.files.get(path) != new.files.get(path);
        let removed = old.files.keys().filter(|path| !new.files.contains_key(*path));
        let mut paths: Vec<_> =
            new.files.keys().chain(removed).filter(|path| differs(path)).cloned().collect();
        paths.sort();
        paths
    }
}

/// Why the bytes of a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// The object is not in the repository.
    #[error("object {0} is missing from the repository")]
    Missing(ObjectId),
    /// It is there and cannot be read.
    #[error("object {id} cannot be read: {reason}")]
    Unreadable {
        /// The object.
        id: ObjectId,
        /// What the repository said.
        reason: String,
    },
    /// The changed files together hold more than one verdict can cover.
    #[error("the changed files together contain more than {limit} keys and values: push fewer at a time")]
    TooMuch {
        /// The limit.
        limit: usize,
    },
    /// It is larger than the limit.
    #[error("object {id} has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The object.
        id: ObjectId,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Reads blobs on one thread.
pub trait BlobReader {
    /// The bytes of a blob.
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError>;

    /// The bytes of a blob that was let in before, so that no one who pushes now chose its size: it need
    /// not be asked for before the blob is loaded.
    fn read_unchanged(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        self.read(id)
    }
}

/// Makes a reader for each thread that wants one.
pub trait BlobSource: Sync {
    /// A new reader.
    fn reader(&self) -> Box<dyn BlobReader + '_>;
}
