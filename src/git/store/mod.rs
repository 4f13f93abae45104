//! Storage of objects, refs and the index.
//!
//! In: ids and names. Out: bytes as they are stored. Never: interprets a commit, follows a replace ref, or fetches
//! missing objects. libgit2 comes first; a repository that it cannot open (SHA-256, reftable, partial clones) is read
//! through a child `git cat-file`.

mod batch;
mod child_error;
mod libgit2;
mod program;

use std::path::{Path, PathBuf};

use super::error::GitError;
pub(super) use libgit2::Libgit2;
pub(super) use program::{FoundBy, GitProgram};
use source_files::{BlobError, BlobSource, ObjectId, Snapshot};

/// The kinds of git objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// Returns git's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// Parses git's word.
    fn parse(word: &str) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob, Self::Tag].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An object as it is stored.
#[derive(Debug)]
pub struct RawObject {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its bytes, without git's header.
    pub bytes: Vec<u8>,
}

/// The value of a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RefValue {
    /// An object.
    Object(ObjectId),
    /// The name of another ref, which need not exist.
    Symbolic(String),
}

/// The folders of a repository.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    /// The folder that git calls `GIT_DIR`.
    pub(super) git_dir: PathBuf,
    /// The folder that linked work trees share.
    pub(super) common_dir: PathBuf,
    /// The checked-out files; `None` for a bare repository.
    pub(super) work_tree: Option<PathBuf>,
    /// The objects of a push that is not accepted yet.
    pub(super) quarantine: Option<PathBuf>,
}

/// A repository's content, read-only.
pub(super) trait Store {
    /// Returns its folders.
    fn folders(&self) -> &Folders;

    /// Reads an object of at most `limit` bytes. A larger one is not loaded.
    fn read(&self, id: &ObjectId, limit: usize) -> Result<RawObject, GitError>;

    /// Returns a source of blobs up to a size, for many threads.
    fn blobs(&self, limit: usize) -> Box<dyn BlobSource>;

    /// Returns the value of a ref, or `None` if it does not exist.
    fn reference(&self, name: &str) -> Result<Option<RefValue>, GitError>;

    /// Returns the refs in a folder (`refs/heads/`), at most `limit` of them.
    fn references_below(&self, folder: &str, limit: usize) -> Result<Vec<(String, RefValue)>, GitError>;

    /// Returns the object that a person's revision names.
    fn revision(&self, text: &str) -> Result<ObjectId, GitError>;

    /// Returns the staged files, of a given index or of the repository's own.
    fn staged(&self, index_file: Option<&Path>) -> Result<Snapshot, GitError>;

    /// Returns the reason why another program reads the repository, or `None` if libgit2 does.
    fn detour(&self) -> Option<&str>;
}

/// Returns the bytes of a blob, if the object is one.
pub(super) fn as_blob(id: &ObjectId, object: Result<RawObject, GitError>) -> Result<Vec<u8>, BlobError> {
    let unreadable = |reason: String| BlobError::Unreadable { id: id.clone(), reason };
    match object {
        Ok(RawObject { kind: ObjectKind::Blob, bytes }) => Ok(bytes),
        Ok(RawObject { kind: ObjectKind::Commit | ObjectKind::Tree | ObjectKind::Tag, .. }) => {
            Err(unreadable("it is not a file".to_owned()))
        }
        Err(GitError::Missing(id)) => Err(BlobError::Missing(id)),
        Err(GitError::TooLarge { id, size, limit }) => Err(BlobError::TooLarge { id, size, limit }),
        Err(GitError::Unreadable { reason, .. }) => Err(unreadable(reason)),
        Err(error) => Err(unreadable(error.to_string())),
    }
}
