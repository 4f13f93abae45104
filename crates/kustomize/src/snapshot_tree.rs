//! The files of a revision as a tree that a build may read.

use std::cell::RefCell;
use std::sync::Arc;

use source_files::{BlobReader, FileMode, RepoPath, Snapshot};

use super::tree::{Entry, FileTree, TreeError, names_in};

/// A snapshot and a reader of its blobs.
pub struct SnapshotTree<'s> {
    snapshot: &'s Snapshot,
    reader: RefCell<Box<dyn BlobReader + 's>>,
}

impl<'s> SnapshotTree<'s> {
    /// A tree of the files of a snapshot.
    pub fn new(snapshot: &'s Snapshot, reader: Box<dyn BlobReader + 's>) -> Self {
        Self { snapshot, reader: RefCell::new(reader) }
    }

    fn has_below(&self, path: &RepoPath) -> bool {
        let folder = path.as_str();
        if folder.is_empty() {
            return true;
        }
        let start = RepoPath::new(&format!("{folder}/"));
        let next = self.snapshot.files.range(start.clone()..).next();
        next.is_some_and(|(found, _)| found.as_str().starts_with(start.as_str()))
    }
}

impl FileTree for SnapshotTree<'_> {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        let Some(file) = self.snapshot.files.get(path) else {
            return Ok(if self.has_below(path) { Entry::Folder(None) } else { Entry::Missing });
        };
        let id = file.id.clone();
        Ok(match file.mode {
            FileMode::Regular | FileMode::Executable => Entry::File(Some(id)),
            FileMode::Gitlink => Entry::Submodule(id),
            FileMode::Symlink => {
                let target =
                    self.reader.borrow_mut().read(&id).map_err(|error| TreeError(error.to_string()))?;
                Entry::Link(Some(id), target.into())
            }
        })
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        let file = self.snapshot.files.get(path).filter(|file| file.mode.is_file());
        let file = file.ok_or_else(|| TreeError("there is no such file".to_owned()))?;
        let bytes = self.reader.borrow_mut().read(&file.id).map_err(|error| TreeError(error.to_string()))?;
        Ok(bytes.into())
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        Ok(names_in(&self.snapshot.files, folder))
    }
}
