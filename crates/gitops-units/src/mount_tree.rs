//! A tree that is put together from parts of another one.
//!
//! In: a tree and where each part of it appears. Out: a tree, and the real path of each file in it. Never: changes the
//! content of a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use kustomize::{Entry, FileTree, TreeError};
use source_files::RepoPath;

use super::unit::ArtifactCopy;
use super::watched_tree::join;

/// Parts of a tree at other paths. A later part is laid over those before it.
pub(crate) struct MountTree<'t> {
    tree: &'t dyn FileTree,
    parts: Vec<ArtifactCopy>,
}

impl<'t> MountTree<'t> {
    pub(crate) fn new(tree: &'t dyn FileTree, parts: Vec<ArtifactCopy>) -> Self {
        Self { tree, parts }
    }

    /// A folder as a tree of its own.
    pub(crate) fn rooted(tree: &'t dyn FileTree, root: &RepoPath) -> Self {
        Self::new(tree, vec![ArtifactCopy { from: root.clone(), to: RepoPath::new("") }])
    }

    /// The path below a part, as it is in the other tree.
    fn in_part(part: &ArtifactCopy, path: &RepoPath) -> Option<RepoPath> {
        let (to, path) = (part.to.as_str(), path.as_str());
        let rest = if to.is_empty() { path } else { path.strip_prefix(to)? };
        if !to.is_empty() && !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        join(&part.from, rest)
    }

    /// What is at a path, and where that really is.
    fn find(&self, path: &RepoPath) -> Result<(Entry, RepoPath), TreeError> {
        for part in self.parts.iter().rev() {
            let Some(real) = Self::in_part(part, path) else { continue };
            let entry = self.tree.look(&real)?;
            if entry != Entry::Missing {
                return Ok((entry, real));
            }
        }
        let is_above = self.parts.iter().any(|part| name_below(path, &part.to).is_some());
        Ok((if is_above { Entry::Folder(None) } else { Entry::Missing }, path.clone()))
    }

    /// The real path of a file or folder.
    pub(crate) fn real(&self, path: &RepoPath) -> RepoPath {
        self.find(path).map_or_else(|_| path.clone(), |(_, real)| real)
    }
}

/// The next name on the way from a folder to a path below it.
fn name_below<'p>(folder: &RepoPath, path: &'p RepoPath) -> Option<&'p str> {
    let (folder, path) = (folder.as_str(), path.as_str());
    let rest = if folder.is_empty() { path } else { path.strip_prefix(folder)?.strip_prefix('/')? };
    rest.split('/').next().filter(|name| !name.is_empty())
}

impl FileTree for MountTree<'_> {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        self.find(path).map(|(entry, _)| entry)
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        let (_, real) = self.find(path)?;
        self.tree.read(&real)
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        let mut names: BTreeSet<Box<str>> = BTreeSet::new();
        for part in &self.parts {
            names.extend(name_below(folder, &part.to).map(Box::from));
            let Some(real) = Self::in_part(part, folder) else { continue };
            if matches!(self.tree.look(&real)?, Entry::Folder(_)) {
                names.extend(self.tree.list(&real)?);
            }
        }
        Ok(names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use kustomize::{Entry, FileTree, MemoryTree};
    use source_files::RepoPath;

    use super::{ArtifactCopy, MountTree};

    #[test]
    fn parts_are_laid_over_each_other() {
        let path = RepoPath::new;
        let mut tree = MemoryTree::new();
        for file in ["a/x.yaml", "a/y.yaml", "b/x.yaml", "c.yaml"] {
            tree.add(path(file), file.as_bytes().to_vec());
        }
        let copy = |from: &str, to: &str| ArtifactCopy { from: path(from), to: path(to) };
        let mounted =
            MountTree::new(&tree, vec![copy("a", "all/in"), copy("b", "all/in"), copy("c.yaml", "c")]);
        assert_eq!(&*mounted.read(&path("all/in/x.yaml")).unwrap(), b"b/x.yaml");
        assert_eq!(mounted.real(&path("all/in/y.yaml")), path("a/y.yaml"));
        let names = |folder: &str| mounted.list(&path(folder)).unwrap().join(" ");
        assert_eq!(
            (names(""), names("all"), names("all/in")),
            ("all c".into(), "in".into(), "x.yaml y.yaml".into())
        );
        assert_eq!(mounted.look(&path("a/x.yaml")), Ok(Entry::Missing));
        assert_eq!(mounted.look(&path("all/inside")), Ok(Entry::Missing));
        let rooted = MountTree::rooted(&tree, &path("a"));
        assert_eq!(rooted.list(&path("")).unwrap().join(" "), "x.yaml y.yaml");
    }
}
