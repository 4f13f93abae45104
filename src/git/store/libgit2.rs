//! Reads the repository through libgit2.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Odb, Oid, RepositoryOpenFlags};

use super::{Folders, ObjectKind, RawObject, RefValue, Store};
use crate::git::error::GitError;
use source_files::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// A repository that libgit2 can open.
pub(in crate::git) struct Libgit2 {
    repository: git2::Repository,
    database: Odb<'static>,
    folders: Folders,
}

impl Libgit2 {
    /// Opens it, with the quarantine of a push as an alternate: libgit2's own reading of the environment splits paths
    /// at `:` and loses objects.
    pub(in crate::git) fn open(
        folder: &Path,
        quarantine: Option<&Path>,
        flags: RepositoryOpenFlags,
    ) -> Result<Self, git2::Error> {
        let nothing: [&Path; 0] = [];
        let repository = git2::Repository::open_ext(folder, flags, nothing)?;
        let folders = Folders {
            git_dir: repository.path().to_path_buf(),
            common_dir: repository.commondir().to_path_buf(),
            work_tree: repository.workdir().map(Path::to_path_buf),
            quarantine: quarantine.map(Path::to_path_buf),
        };
        // In a hook, git's `index-pack` has just computed every hash. Elsewhere an object may differ from its name,
        // such as in a clone that other jobs of the machine write to.
        git2::opts::strict_hash_verification(!flags.contains(RepositoryOpenFlags::NO_SEARCH));
        let database = open_database(&folders)?;
        Ok(Self { repository, database, folders })
    }
}

impl Store for Libgit2 {
    fn folders(&self) -> &Folders {
        &self.folders
    }

    fn read(&self, id: &ObjectId, limit: usize) -> Result<RawObject, GitError> {
        read(&self.database, id, limit)
    }

    fn blobs(&self, limit: usize) -> Box<dyn BlobSource> {
        Box::new(Databases { folders: self.folders.clone(), limit })
    }

    fn reference(&self, name: &str) -> Result<Option<RefValue>, GitError> {
        match self.repository.find_reference(name) {
            Ok(reference) => content(&reference).map(Some),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::reference(name, error.message())),
        }
    }

    fn references_below(&self, folder: &str, limit: usize) -> Result<Vec<(String, RefValue)>, GitError> {
        let failed = |error: git2::Error| GitError::reference(folder, error.message());
        let mut found = Vec::new();
        for reference in self.repository.references_glob(&format!("{folder}*")).map_err(failed)? {
            let reference = reference.map_err(failed)?;
            // libgit2's pattern reads `[` and `*` of a name as wildcards.
            let Some(name) = reference.name().ok().filter(|name| name.starts_with(folder)) else { continue };
            found.push((name.to_owned(), content(&reference)?));
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn revision(&self, text: &str) -> Result<ObjectId, GitError> {
        let unknown = || GitError::Revision(text.to_owned());
        let object = self.repository.revparse_single(text).map_err(|_| unknown())?;
        ObjectId::parse(&object.id().to_string()).ok_or_else(unknown)
    }

    fn staged(&self, index_file: Option<&Path>) -> Result<Snapshot, GitError> {
        let index = match index_file {
            Some(file) => git2::Index::open(file),
            None => self.repository.index(),
        };
        let index = index.map_err(|error| GitError::Index(error.message().to_owned()))?;
        if index.has_conflicts() {
            return Err(GitError::unmerged());
        }
        let mut snapshot = Snapshot { files: BTreeMap::new() };
        for entry in index.iter() {
            let Some(id) = ObjectId::parse(&entry.id.to_string()) else { continue };
            let file = TreeFile { id, mode: index_mode(entry.mode) };
            snapshot.files.insert(RepoPath::from_bytes(&entry.path), file);
        }
        Ok(snapshot)
    }

    fn detour(&self) -> Option<&str> {
        None
    }
}

/// Returns the mode of an entry of the index.
pub(super) fn index_mode(mode: u32) -> FileMode {
    match mode & 0o170_000 {
        0o120_000 => FileMode::Symlink,
        0o160_000 => FileMode::Gitlink,
        _ if mode & 0o100 != 0 => FileMode::Executable,
        _ => FileMode::Regular,
    }
}

fn content(reference: &git2::Reference<'_>) -> Result<RefValue, GitError> {
    let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
    match (reference.symbolic_target(), reference.target()) {
        (Ok(Some(target)), _) => Ok(RefValue::Symbolic(target.to_owned())),
        (Ok(None), Some(oid)) => ObjectId::parse(&oid.to_string())
            .map(RefValue::Object)
            .ok_or_else(|| GitError::reference(&name, "it contains no object id")),
        (Ok(None), None) => Err(GitError::reference(&name, "it points to nothing")),
        (Err(error), _) => Err(GitError::reference(&name, error.message())),
    }
}

/// Opens a database of the repository's objects, its alternates and the quarantine.
fn open_database(folders: &Folders) -> Result<Odb<'static>, git2::Error> {
    let database = Odb::new()?;
    let objects: PathBuf = folders.common_dir.join("objects");
    for folder in std::iter::once(&objects).chain(&folders.quarantine) {
        let text =
            folder.to_str().ok_or_else(|| git2::Error::from_str("the path of the objects is not UTF-8"))?;
        database.add_disk_alternate(text)?;
    }
    Ok(database)
}

/// Reads an object. The size is in its header, so that one that is too large is not loaded.
fn read(database: &Odb<'_>, id: &ObjectId, limit: usize) -> Result<RawObject, GitError> {
    let oid = Oid::from_str(id.as_str()).map_err(|error| read_error(id, &error))?;
    let (size, _) = database.read_header(oid).map_err(|error| read_error(id, &error))?;
    check_size(id, size, limit)?;
    load(database, id)
}

fn check_size(id: &ObjectId, size: usize, limit: usize) -> Result<(), GitError> {
    if size > limit { Err(GitError::TooLarge { id: id.clone(), size, limit }) } else { Ok(()) }
}

fn read_error(id: &ObjectId, error: &git2::Error) -> GitError {
    match error.code() {
        ErrorCode::NotFound => GitError::Missing(id.clone()),
        _ => GitError::Unreadable { id: id.clone(), reason: error.message().to_owned() },
    }
}

fn load(database: &Odb<'_>, id: &ObjectId) -> Result<RawObject, GitError> {
    let oid = Oid::from_str(id.as_str()).map_err(|error| read_error(id, &error))?;
    let object = database.read(oid).map_err(|error| read_error(id, &error))?;
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

/// Opens a database for each thread: libgit2's handles are not shared.
struct Databases {
    folders: Folders,
    limit: usize,
}

impl BlobSource for Databases {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        let database = open_database(&self.folders).map_err(|error| error.message().to_owned());
        Box::new(DatabaseReader { database, limit: self.limit })
    }
}

struct DatabaseReader {
    database: Result<Odb<'static>, String>,
    limit: usize,
}

impl DatabaseReader {
    fn database(&self, id: &ObjectId) -> Result<&Odb<'static>, BlobError> {
        let unreadable = |reason: &String| BlobError::Unreadable { id: id.clone(), reason: reason.clone() };
        self.database.as_ref().map_err(unreadable)
    }
}

impl BlobReader for DatabaseReader {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        super::as_blob(id, read(self.database(id)?, id, self.limit))
    }

    fn read_unchanged(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let bytes = super::as_blob(id, load(self.database(id)?, id))?;
        check_size(id, bytes.len(), self.limit)
            .map_or_else(|error| super::as_blob(id, Err(error)), |()| Ok(bytes))
    }
}
