//! Opening a repository and reading its objects.

use std::cell::RefCell;
use std::path::Path;

use git2::{ErrorCode, RepositoryOpenFlags};

use super::commit_cache::CommitCache;
use super::error::GitError;
use super::store::{FoundBy, GitProgram, Libgit2, ObjectKind, RawObject, Store};
use source_files::{BlobError, BlobSource, ObjectId};

/// Says whether the folder may belong to another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Git itself started this process in it, after its own check.
    GivenByGit,
    /// A person named it, so libgit2's owner check applies.
    NamedByUser,
}

/// The most bytes of one object that are read. Commits, tags and trees of any use are far smaller.
const LARGEST: usize = 64 << 20;

/// A repository that is only read.
pub struct Repository {
    pub(super) store: Box<dyn Store>,
    blob_limit: usize,
    commits: RefCell<CommitCache>,
}

impl Repository {
    /// Opens the repository in which git started a hook, with the quarantine of the push.
    pub fn open_for_hook(
        git_dir: &Path,
        quarantine: Option<&Path>,
        blob_limit: usize,
    ) -> Result<Self, GitError> {
        allow_foreign_owner(Trust::GivenByGit);
        let store = open(git_dir, quarantine, FoundBy::ByGit)?;
        Ok(Self { store, blob_limit, commits: RefCell::default() })
    }

    /// Opens the repository that a folder belongs to.
    pub fn discover(folder: &Path, blob_limit: usize) -> Result<Self, GitError> {
        allow_foreign_owner(Trust::NamedByUser);
        let store = open(folder, None, FoundBy::ByUser)?;
        Ok(Self { store, blob_limit, commits: RefCell::default() })
    }

    /// Returns the folder that git calls `GIT_DIR`.
    pub fn git_dir(&self) -> &Path {
        &self.store.folders().git_dir
    }

    /// Returns the folder that linked work trees share: objects and branches.
    pub fn common_dir(&self) -> &Path {
        &self.store.folders().common_dir
    }

    /// Returns the folder of the checked-out files, or `None` for a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.store.folders().work_tree.as_deref()
    }

    /// Returns the reason why a slower program than libgit2 reads the repository, or `None` if libgit2 does.
    pub fn detour(&self) -> Option<&str> {
        self.store.detour()
    }

    /// Reads an object as it is stored, up to 64 MiB.
    pub fn read(&self, id: &ObjectId) -> Result<RawObject, GitError> {
        if let Some(bytes) = self.commits.borrow().find(id) {
            return Ok(RawObject { kind: ObjectKind::Commit, bytes });
        }
        let object = self.store.read(id, LARGEST)?;
        if object.kind == ObjectKind::Commit {
            self.commits.borrow_mut().keep(id, &object.bytes);
        }
        Ok(object)
    }

    /// Reads an object that must have a kind.
    pub fn read_kind(&self, id: &ObjectId, expected: ObjectKind) -> Result<Vec<u8>, GitError> {
        let object = self.read(id)?;
        if object.kind == expected {
            return Ok(object.bytes);
        }
        Err(GitError::Kind { id: id.clone(), found: object.kind.as_str(), expected: expected.as_str() })
    }

    /// Reads a blob within the limit of a file.
    pub fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        super::store::as_blob(id, self.store.read(id, self.blob_limit))
    }

    /// Returns the size of an object in bytes. libgit2 reads only its header for this.
    pub fn blob_size(&self, id: &ObjectId) -> Result<usize, GitError> {
        match self.store.read(id, 0) {
            Ok(object) => Ok(object.bytes.len()),
            Err(GitError::TooLarge { size, .. }) => Ok(size),
            Err(error) => Err(error),
        }
    }

    /// Returns a source of blobs that many threads can read from.
    pub fn blobs(&self) -> Box<dyn BlobSource> {
        self.store.blobs(self.blob_limit)
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Repository").field("git_dir", &self.git_dir()).finish_non_exhaustive()
    }
}

/// Opens it with libgit2, or with git itself if libgit2 does not know the format.
fn open(folder: &Path, quarantine: Option<&Path>, found: FoundBy) -> Result<Box<dyn Store>, GitError> {
    let flags = match found {
        FoundBy::ByGit => RepositoryOpenFlags::NO_SEARCH,
        FoundBy::ByUser => RepositoryOpenFlags::empty(),
    };
    let error = match Libgit2::open(folder, quarantine, flags) {
        Ok(store) => return Ok(Box::new(store)),
        Err(error) => error,
    };
    if !is_unknown_format(&error) {
        return Err(open_error(folder, error.message(), &error));
    }
    match GitProgram::open(folder, quarantine, found, error.message()) {
        Ok(store) => Ok(Box::new(store)),
        Err(reason) => Err(open_error(folder, &format!("{}, and {reason}", error.message()), &error)),
    }
}

/// Returns true for libgit2's errors about SHA-256, reftable, partial clones and later formats.
fn is_unknown_format(error: &git2::Error) -> bool {
    let reason = error.message();
    let unknown = ["object format", "unsupported extension", "unsupported repository version"];
    unknown.iter().any(|known| reason.contains(known))
}

fn open_error(folder: &Path, reason: &str, error: &git2::Error) -> GitError {
    let advice = if error.code() == ErrorCode::Owner {
        "it belongs to another user: run `git config --global --add safe.directory <folder>`"
    } else if is_unknown_format(error) {
        "install a version of git that supports the repository's format on this machine, and add it to the \
         PATH"
    } else {
        "run portcullis inside a repository, or name one with --repo"
    };
    GitError::Open { path: folder.display().to_string(), reason: reason.to_owned(), advice }
}

/// Turns off libgit2's owner check inside a hook. Git has already decided to serve this repository there, and the
/// hook's user is often not its owner.
#[expect(unsafe_code, reason = "libgit2 option: process-wide, set before any other thread exists")]
fn allow_foreign_owner(trust: Trust) {
    let validate = trust == Trust::NamedByUser;
    // SAFETY: the option is a plain global; we set it on the main thread before opening anything.
    let _ = unsafe { git2::opts::set_verify_owner_validation(validate) };
}
