//! A tree that notes what is asked of it.
//!
//! In: a tree. Out: the same answers, and [`Looks`]: another tree that gives them too leads to the same result. Never:
//! leaves the tree when it follows a link.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use kustomize::{Entry, FileTree, TreeError};
use source_files::{RepoPath, text_of_bytes};

/// Symbolic links that may follow each other, as the kernel counts.
const MOST_LINKS: usize = 40;

/// Every path that was looked at, also in vain, and every folder that was listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// What was at each path.
    pub entries: BTreeMap<RepoPath, Entry>,
    /// The names of what was directly in each folder.
    pub listings: BTreeMap<RepoPath, Vec<Box<str>>>,
}

/// A file that was found.
pub(crate) struct FoundFile {
    /// Its path, links followed.
    pub(crate) path: RepoPath,
    pub(crate) bytes: Arc<[u8]>,
}

/// A tree and what was asked of it.
pub(crate) struct WatchedTree<'t> {
    tree: &'t dyn FileTree,
    looks: RefCell<Looks>,
}

impl<'t> WatchedTree<'t> {
    pub(crate) fn new(tree: &'t dyn FileTree) -> Self {
        Self { tree, looks: RefCell::default() }
    }

    pub(crate) fn into_looks(self) -> Looks {
        self.looks.into_inner()
    }

    /// What is at a path when links are followed, and where that is.
    pub(crate) fn locate(&self, path: &RepoPath) -> Result<(RepoPath, Entry), TreeError> {
        let mut path = path.clone();
        for _ in 0..MOST_LINKS {
            match self.look(&path)? {
                entry @ (Entry::File(_) | Entry::Folder(_) | Entry::Submodule(_)) => {
                    return Ok((path, entry));
                }
                Entry::Missing | Entry::Link(..) => {}
            }
            let Some(next) = self.next_hop(&path)? else { return Ok((path, Entry::Missing)) };
            path = next;
        }
        Err(TreeError(format!("{path}: too many symbolic links follow each other")))
    }

    /// The path after the first link on the way to it is followed.
    fn next_hop(&self, path: &RepoPath) -> Result<Option<RepoPath>, TreeError> {
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(place, _)| place).chain([text.len()]);
        for end in ends {
            let (above, below) = text.split_at_checked(end).unwrap_or((text, ""));
            let above = RepoPath::new(above);
            match self.look(&above)? {
                Entry::Link(_, target) => {
                    let target = text_of_bytes(&target);
                    let out = || TreeError(format!("{above}: a symbolic link leads out of the repository"));
                    if target.starts_with('/') {
                        return Err(out());
                    }
                    let parts = above.parent().split('/').chain(target.split('/')).chain(below.split('/'));
                    return clean(parts).map(Some).ok_or_else(out);
                }
                Entry::Missing | Entry::File(_) | Entry::Submodule(_) => return Ok(None),
                Entry::Folder(_) => {}
            }
        }
        Ok(None)
    }

    /// The real path of a folder, if there is one at a path.
    pub(crate) fn folder(&self, path: &RepoPath) -> Result<Option<RepoPath>, TreeError> {
        let (real, entry) = self.locate(path)?;
        Ok(matches!(entry, Entry::Folder(_)).then_some(real))
    }

    /// The real path and the bytes of a file, if there is one at a path.
    pub(crate) fn file(&self, path: &RepoPath) -> Result<Option<FoundFile>, TreeError> {
        let (real, entry) = self.locate(path)?;
        if !matches!(entry, Entry::File(_)) {
            return Ok(None);
        }
        let bytes = self.read(&real)?;
        Ok(Some(FoundFile { path: real, bytes }))
    }
}

impl FileTree for WatchedTree<'_> {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        if let Some(known) = self.looks.borrow().entries.get(path) {
            return Ok(known.clone());
        }
        let entry = self.tree.look(path)?;
        self.looks.borrow_mut().entries.insert(path.clone(), entry.clone());
        Ok(entry)
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        self.look(path)?;
        self.tree.read(path)
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        if let Some(known) = self.looks.borrow().listings.get(folder) {
            return Ok(known.clone());
        }
        let names = self.tree.list(folder)?;
        self.looks.borrow_mut().listings.insert(folder.clone(), names.clone());
        Ok(names)
    }
}

/// The path that is left without `.`, `..` and empty parts. `None` if it leaves the tree.
pub(crate) fn clean<'a>(parts: impl Iterator<Item = &'a str>) -> Option<RepoPath> {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop()?;
            }
            _ => kept.push(part),
        }
    }
    Some(RepoPath::new(&kept.join("/")))
}

/// The path of a text below a folder. `None` if it leaves the tree.
pub(crate) fn join(folder: &RepoPath, text: &str) -> Option<RepoPath> {
    clean(folder.as_str().split('/').chain(text.split('/')))
}

/// The path of a name in a folder.
pub(crate) fn child(folder: &RepoPath, name: &str) -> RepoPath {
    if folder.as_str().is_empty() {
        RepoPath::new(name)
    } else {
        RepoPath::new(&format!("{}/{name}", folder.as_str()))
    }
}

/// The path of what is below a folder, as seen from there.
pub(crate) fn relative<'p>(folder: &RepoPath, path: &'p RepoPath) -> &'p str {
    let path = path.as_str();
    path.strip_prefix(folder.as_str()).map_or(path, |rest| rest.strip_prefix('/').unwrap_or(rest))
}
