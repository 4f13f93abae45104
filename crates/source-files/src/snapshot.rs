//! The files of one revision.

use std::collections::BTreeMap;

use super::{ObjectId, RepoPath};

/// The type of a tree entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// A file.
    Regular,
    /// An executable file. A change of the mode alone is a change for the owners of the file.
    Executable,
    /// A symbolic link. Its blob is the target.
    Symlink,
    /// A commit of another repository (a submodule).
    Gitlink,
}

impl FileMode {
    /// Returns true if the blob is the content itself.
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
    /// Its type.
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

    /// Returns the file at a path.
    pub fn file(&self, path: &str) -> Option<&TreeFile> {
        self.files.get(&RepoPath::new(path))
    }

    /// Returns the paths whose file differs between two revisions, or is in one of them only.
    pub fn changed_paths(old: &Self, new: &Self) -> Vec<RepoPath> {
        let differs = |path: &RepoPath| old.files.get(path) != new.files.get(path);
        let removed = old.files.keys().filter(|path| !new.files.contains_key(*path));
        let mut paths: Vec<_> =
            new.files.keys().chain(removed).filter(|path| differs(path)).cloned().collect();
        paths.sort();
        paths
    }
}

/// The reason why the bytes of a file are not available.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// The object is not in the repository.
    #[error("object {0} is missing from the repository")]
    Missing(ObjectId),
    /// It exists and cannot be read.
    #[error("object {id} cannot be read: {reason}")]
    Unreadable {
        /// The object.
        id: ObjectId,
        /// The error from the repository.
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
    /// Returns the bytes of a blob.
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError>;

    /// Returns the bytes of a blob that was accepted before. No pusher of this change chose its size, so the size need
    /// not be asked for before the blob is loaded.
    fn read_unchanged(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        self.read(id)
    }
}

/// Makes a reader for each thread that wants one.
pub trait BlobSource: Sync {
    /// Creates a reader.
    fn reader(&self) -> Box<dyn BlobReader + '_>;
}
