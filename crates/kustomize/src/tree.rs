//! The files that a build may read, behind a trait.
//!
//! In: paths. Out: what is at a path, and bytes. Never: follows a symbolic link; the loader does.

use std::collections::BTreeMap;
use std::sync::Arc;

use source_files::{ObjectId, RepoPath};

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A file.
    File(Option<ObjectId>),
    /// A folder.
    Folder(Option<ObjectId>),
    /// A symbolic link and its target as it is stored.
    Link(Option<ObjectId>, Box<[u8]>),
    /// A commit of another repository (a submodule), whose files are not here.
    Submodule(ObjectId),
}

/// The reason why bytes of the tree are not available.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TreeError(pub String);

/// A tree of files. Paths are relative to its root, without `.`, `..` and empty parts; the root is the empty path.
pub trait FileTree {
    /// What is at a path, links not followed.
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError>;

    /// The bytes of a file.
    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError>;

    /// The names of what is directly in a folder, in the order of their bytes. A build never asks for them.
    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError>;
}

/// The names of what is directly in a folder, of a sorted map of every file. It jumps over what is below each name.
pub(crate) fn names_in<T>(files: &BTreeMap<RepoPath, T>, folder: &RepoPath) -> Vec<Box<str>> {
    let prefix = if folder.as_str().is_empty() { String::new() } else { format!("{}/", folder.as_str()) };
    let mut names = Vec::new();
    let mut from = RepoPath::new(&prefix);
    while let Some((path, _)) = files.range(from..).next() {
        let Some(rest) = path.as_str().strip_prefix(&*prefix) else { break };
        let name = rest.split('/').next().unwrap_or(rest);
        names.push(name.into());
        // The character after `/` in the order of bytes.
        from = RepoPath::new(&format!("{prefix}{name}{}", if name.len() < rest.len() { '0' } else { '\0' }));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// A tree in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<RepoPath, MemoryFile>,
}

#[derive(Clone, Debug)]
enum MemoryFile {
    Bytes(Arc<[u8]>),
    Link(Box<[u8]>),
}

impl MemoryTree {
    /// A tree without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn add(&mut self, path: RepoPath, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path, MemoryFile::Bytes(bytes.into()));
    }

    /// Adds a symbolic link.
    pub fn add_link(&mut self, path: RepoPath, target: &[u8]) {
        self.files.insert(path, MemoryFile::Link(target.into()));
    }

    fn has_below(&self, path: &RepoPath) -> bool {
        if path.as_str().is_empty() {
            return true;
        }
        let prefix = RepoPath::new(&format!("{}/", path.as_str()));
        let next = self.files.range(prefix.clone()..).next();
        next.is_some_and(|(found, _)| found.as_str().starts_with(prefix.as_str()))
    }
}

impl FileTree for MemoryTree {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        Ok(match self.files.get(path) {
            Some(MemoryFile::Bytes(_)) => Entry::File(None),
            Some(MemoryFile::Link(target)) => Entry::Link(None, target.clone()),
            None if self.has_below(path) => Entry::Folder(None),
            None => Entry::Missing,
        })
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        match self.files.get(path) {
            Some(MemoryFile::Bytes(bytes)) => Ok(Arc::clone(bytes)),
            Some(MemoryFile::Link(_)) | None => Err(TreeError("there is no such file".to_owned())),
        }
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        Ok(names_in(&self.files, folder))
    }
}
