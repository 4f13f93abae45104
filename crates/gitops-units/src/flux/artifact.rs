//! The files that source-controller puts into an artifact (`storage.Archive`): no symbolic links, and nothing that
//! `.sourceignore` or `spec.ignore` names.
//!
//! In: a tree and the patterns. Out: a part of the tree. Never: follows a link.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use kustomize::{Entry, FileTree, TreeError};
use source_files::RepoPath;

use crate::watched_tree::child;

use super::ignore::{IgnorePattern, PathKind, is_ignored};

/// The tree of an artifact.
pub(crate) struct ArtifactTree<'a> {
    tree: &'a dyn FileTree,
    defaults: Vec<IgnorePattern>,
    own: Vec<IgnorePattern>,
    folders: RefCell<HashMap<RepoPath, Rc<Vec<IgnorePattern>>>>,
}

/// The file with patterns.
const IGNORE_FILE: &str = ".sourceignore";
/// Patterns of one file. Each is matched against every path.
const MOST_PATTERNS: usize = 2_000;

impl<'a> ArtifactTree<'a> {
    /// # Errors
    /// Too many patterns.
    pub(crate) fn new(tree: &'a dyn FileTree, ignore: Option<&str>) -> Result<Self, TreeError> {
        let own = bounded(IgnorePattern::read(ignore.unwrap_or_default(), &[]))?;
        Ok(Self { tree, defaults: IgnorePattern::defaults(), own, folders: RefCell::default() })
    }

    /// The patterns of the file in a folder. One in a folder that the file above ignores does not count
    /// (`LoadIgnorePatterns`).
    fn patterns_in(&self, folder: &RepoPath) -> Result<Rc<Vec<IgnorePattern>>, TreeError> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return Ok(Rc::clone(known));
        }
        let path = child(folder, IGNORE_FILE);
        let patterns = match self.tree.look(&path)? {
            Entry::File(_) => {
                let bytes = self.tree.read(&path)?;
                let parts: Vec<&str> = parts(folder).collect();
                bounded(IgnorePattern::read(&String::from_utf8_lossy(&bytes), &parts))?
            }
            Entry::Missing | Entry::Folder(_) | Entry::Link(..) | Entry::Submodule(_) => Vec::new(),
        };
        let patterns = Rc::new(patterns);
        self.folders.borrow_mut().insert(folder.clone(), Rc::clone(&patterns));
        Ok(patterns)
    }

    fn ignores(&self, path: &RepoPath) -> Result<bool, TreeError> {
        let whole: Vec<&str> = parts(path).collect();
        let mut patterns: Vec<Rc<Vec<IgnorePattern>>> = Vec::new();
        let mut folder = RepoPath::new("");
        for (depth, part) in whole.iter().enumerate() {
            let above = self.patterns_in(&folder)?;
            let here = whole.get(..=depth).unwrap_or_default();
            let is_cut = depth + 1 < whole.len() && is_ignored(above.iter(), here, PathKind::Folder);
            patterns.push(above);
            if is_cut {
                break;
            }
            folder = child(&folder, part);
        }
        let all = self.defaults.iter().chain(patterns.iter().flat_map(|patterns| patterns.iter()));
        Ok(is_ignored(all.chain(&self.own).collect::<Vec<_>>().into_iter(), &whole, PathKind::File))
    }
}

fn parts(path: &RepoPath) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|part| !part.is_empty())
}

fn bounded(patterns: Vec<IgnorePattern>) -> Result<Vec<IgnorePattern>, TreeError> {
    if patterns.len() > MOST_PATTERNS {
        return Err(TreeError(format!("more than {MOST_PATTERNS} patterns of ignored files")));
    }
    Ok(patterns)
}

impl FileTree for ArtifactTree<'_> {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        match self.tree.look(path)? {
            Entry::Link(..) => Ok(Entry::Missing),
            entry @ Entry::File(_) => Ok(if self.ignores(path)? { Entry::Missing } else { entry }),
            entry @ (Entry::Missing | Entry::Folder(_) | Entry::Submodule(_)) => Ok(entry),
        }
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        match self.look(path)? {
            Entry::File(_) => self.tree.read(path),
            Entry::Missing | Entry::Folder(_) | Entry::Link(..) | Entry::Submodule(_) => {
                Err(TreeError("there is no such file".to_owned()))
            }
        }
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        let mut names = self.tree.list(folder)?;
        let mut failure = None;
        names.retain(|name| match self.look(&child(folder, name)) {
            Ok(entry) => entry != Entry::Missing,
            Err(error) => {
                failure = Some(error);
                true
            }
        });
        failure.map_or(Ok(names), Err)
    }
}
