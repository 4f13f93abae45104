//! Opening a repository and reading its objects.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Odb, Oid, RepositoryOpenFlags};

use super::error::GitError;
use crate::source::{BlobError, BlobReader, BlobSource, ObjectId};

/// Whether the folder may belong to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Git itself started us in it, having made its own check.
    GivenByGit,
    /// A person named it: libgit2's owner check holds.
    NamedByUser,
}

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
    /// Git's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
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

/// A repository that is only read.
pub struct Repository {
    pub(super) inner: git2::Repository,
    database: Odb<'static>,
    git_dir: PathBuf,
    quarantine: Option<PathBuf>,
    blob_limit: usize,
}

impl Repository {
    /// Opens the repository that git started a hook in. The quarantine of the push is added as an
    /// alternate: libgit2's own reading of the environment splits paths at `:` and loses objects.
    pub fn open_for_hook(
        git_dir: &Path,
        quarantine: Option<&Path>,
        blob_limit: usize,
    ) -> Result<Self, GitError> {
        allow_foreign_owner(Trust::GivenByGit);
        Self::open_folder(git_dir, quarantine, blob_limit, RepositoryOpenFlags::NO_SEARCH)
    }

    /// Opens the repository that a folder belongs to.
    pub fn discover(folder: &Path, blob_limit: usize) -> Result<Self, GitError> {
        allow_foreign_owner(Trust::NamedByUser);
        Self::open_folder(folder, None, blob_limit, RepositoryOpenFlags::empty())
    }

    fn open_folder(
        folder: &Path,
        quarantine: Option<&Path>,
        blob_limit: usize,
        flags: RepositoryOpenFlags,
    ) -> Result<Self, GitError> {
        let nothing: [&Path; 0] = [];
        let inner =
            git2::Repository::open_ext(folder, flags, nothing).map_err(|error| open_error(folder, &error))?;
        let git_dir = inner.path().to_path_buf();
        let objects = inner.commondir().join("objects");
        let database = open_database(&objects, quarantine).map_err(|error| open_error(folder, &error))?;
        Ok(Self { inner, database, git_dir, quarantine: quarantine.map(Path::to_path_buf), blob_limit })
    }

    /// The folder that git calls `GIT_DIR`.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The folder that linked work trees share: objects and branches.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// The folder of the checked-out files; `None` for a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Reads an object as it is stored.
    pub fn read(&self, id: &ObjectId) -> Result<RawObject, GitError> {
        read_raw(&self.database, id)
    }

    /// Reads an object that has to be of a kind.
    pub fn read_kind(&self, id: &ObjectId, expected: ObjectKind) -> Result<Vec<u8>, GitError> {
        let object = self.read(id)?;
        if object.kind == expected {
            return Ok(object.bytes);
        }
        Err(GitError::Kind { id: id.clone(), found: object.kind.as_str(), expected: expected.as_str() })
    }

    /// Reads a blob within the limit of a file.
    pub fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        read_blob(&self.database, id, self.blob_limit)
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Repository").field("git_dir", &self.git_dir).finish_non_exhaustive()
    }
}

/// Opens object databases for other threads: libgit2's handles are not shared.
#[derive(Clone, Debug)]
pub struct Blobs {
    objects: PathBuf,
    quarantine: Option<PathBuf>,
    limit: usize,
}

impl Repository {
    /// A source of blobs that many threads can read from.
    pub fn blobs(&self) -> Blobs {
        let objects = self.inner.commondir().join("objects");
        Blobs { objects, quarantine: self.quarantine.clone(), limit: self.blob_limit }
    }
}

impl BlobSource for Blobs {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        let database = open_database(&self.objects, self.quarantine.as_deref());
        Box::new(DatabaseReader {
            database: database.map_err(|error| error.message().to_owned()),
            limit: self.limit,
        })
    }
}

struct DatabaseReader {
    database: Result<Odb<'static>, String>,
    limit: usize,
}

impl BlobReader for DatabaseReader {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        match &self.database {
            Ok(database) => read_blob(database, id, self.limit),
            Err(reason) => Err(BlobError::Unreadable { id: id.clone(), reason: reason.clone() }),
        }
    }
}

/// A database of the repository's objects, its alternates and the quarantine. Hashes are not
/// checked again on reading: git's `index-pack` has just computed every one of them.
fn open_database(objects: &Path, quarantine: Option<&Path>) -> Result<Odb<'static>, git2::Error> {
    git2::opts::strict_hash_verification(false);
    let database = Odb::new()?;
    for folder in std::iter::once(objects).chain(quarantine) {
        let text =
            folder.to_str().ok_or_else(|| git2::Error::from_str("the path of the objects is not UTF-8"))?;
        database.add_disk_alternate(text)?;
    }
    Ok(database)
}

fn read_raw(database: &Odb<'_>, id: &ObjectId) -> Result<RawObject, GitError> {
    let object = parse_id(id).and_then(|oid| database.read(oid));
    let object = object.map_err(|error| match error.code() {
        ErrorCode::NotFound => GitError::Missing(id.clone()),
        _ => GitError::Unreadable { id: id.clone(), reason: error.message().to_owned() },
    })?;
    let kind = match object.kind() {
        ObjectType::Commit => ObjectKind::Commit,
        ObjectType::Tree => ObjectKind::Tree,
        ObjectType::Blob => ObjectKind::Blob,
        ObjectType::Tag => ObjectKind::Tag,
        ObjectType::Any => {
            return Err(GitError::Unreadable { id: id.clone(), reason: "unknown kind".into() });
        }
    };
    Ok(RawObject { kind, bytes: object.data().to_vec() })
}

fn read_blob(database: &Odb<'_>, id: &ObjectId, limit: usize) -> Result<Vec<u8>, BlobError> {
    let unreadable = |error: git2::Error| match error.code() {
        ErrorCode::NotFound => BlobError::Missing(id.clone()),
        _ => BlobError::Unreadable { id: id.clone(), reason: error.message().to_owned() },
    };
    let oid = parse_id(id).map_err(unreadable)?;
    let object = database.read(oid).map_err(unreadable)?;
    if object.kind() != ObjectType::Blob {
        return Err(BlobError::Unreadable { id: id.clone(), reason: "it is no file".into() });
    }
    if object.len() > limit {
        return Err(BlobError::TooLarge { id: id.clone(), size: object.len(), limit });
    }
    Ok(object.data().to_vec())
}

pub(super) fn parse_id(id: &ObjectId) -> Result<Oid, git2::Error> {
    Oid::from_str(id.as_str())
}

fn open_error(folder: &Path, error: &git2::Error) -> GitError {
    let reason = error.message().to_owned();
    let advice = if error.code() == ErrorCode::Owner {
        "it belongs to another user: run `git config --global --add safe.directory <folder>`"
    } else if reason.contains("sha256") || reason.contains("object format") {
        "SHA-256 repositories are not supported yet: keep the deployed repository in SHA-1 format"
    } else if reason.contains("refstorage") || reason.contains("reftable") {
        "reftable is not supported yet: run `git refs migrate --ref-format=files` on the server"
    } else if reason.contains("partialclone") {
        "partial clones miss objects that have to be judged: clone without a filter (`fetch-depth: 0`)"
    } else {
        "run portcullis inside a repository, or name one with --repo"
    };
    GitError::Open { path: folder.display().to_string(), reason, advice }
}

/// libgit2 refuses a repository of another user. Inside a hook git has already decided that it
/// serves this repository, and the hook's user is often not its owner.
#[expect(unsafe_code, reason = "libgit2 option: process-wide, set before any other thread exists")]
fn allow_foreign_owner(trust: Trust) {
    let validate = trust == Trust::NamedByUser;
    // SAFETY: the option is a plain global; we set it on the main thread before opening anything.
    let _ = unsafe { git2::opts::set_verify_owner_validation(validate) };
}
