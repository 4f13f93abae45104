//! A checkout on the disk, as a tree of files.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;

use kustomize::{Entry, FileTree, TreeError};
use source_files::{RepoPath, text_of_bytes};

/// A folder of the disk.
pub struct Disk(pub PathBuf);

impl Disk {
    fn path(&self, path: &RepoPath) -> PathBuf {
        self.0.join(std::ffi::OsStr::from_bytes(&path.to_bytes()))
    }
}

impl FileTree for Disk {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        let path = self.path(path);
        let Ok(metadata) = path.symlink_metadata() else { return Ok(Entry::Missing) };
        if metadata.is_symlink() {
            let target = path.read_link().map_err(|error| TreeError(error.to_string()))?;
            return Ok(Entry::Link(None, target.into_os_string().into_vec().into()));
        }
        Ok(if metadata.is_dir() { Entry::Folder(None) } else { Entry::File(None) })
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        std::fs::read(self.path(path)).map(Arc::from).map_err(|error| TreeError(error.to_string()))
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        let failed = |error: std::io::Error| TreeError(error.to_string());
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.path(folder)).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            names.push(text_of_bytes(name.as_encoded_bytes()).into_boxed_str());
        }
        names.sort_unstable();
        Ok(names)
    }
}
