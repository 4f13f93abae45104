//! The paths in which two trees differ, read from as few folders as can tell.

use std::collections::BTreeMap;

use super::error::GitError;
use super::repository::Repository;
use super::tree::{Entry, check_depth, joined};
use source_files::{ObjectId, RepoPath};

impl Repository {
    /// Every file that one tree has and the other has not, or has with another content or mode. Folders that
    /// are the same are not read: the cost follows the change. Names that are not UTF-8 are left out; a
    /// snapshot tells of them.
    pub fn changed_paths(&self, old: Option<&ObjectId>, new: &ObjectId) -> Result<Vec<RepoPath>, GitError> {
        let mut changed = Vec::new();
        self.add_changes([old, Some(new)], "", 0, &mut changed)?;
        Ok(changed)
    }

    fn add_changes(
        &self,
        trees: [Option<&ObjectId>; 2],
        prefix: &str,
        depth: usize,
        changed: &mut Vec<RepoPath>,
    ) -> Result<(), GitError> {
        let [old, new] = trees;
        if old == new {
            return Ok(());
        }
        check_depth(depth)?;
        let entries = |tree: Option<&ObjectId>| tree.map_or(Ok(BTreeMap::new()), |tree| self.entries(tree));
        let (mut before, after) = (entries(old)?, entries(new)?);
        for (name, is) in after {
            self.add_change([before.remove(&name), Some(is)], (prefix, &name), depth, changed)?;
        }
        for (name, was) in before {
            self.add_change([Some(was), None], (prefix, &name), depth, changed)?;
        }
        Ok(())
    }

    /// What becomes of one name: a file, a folder, or one in place of the other.
    fn add_change(
        &self,
        [was, is]: [Option<Entry>; 2],
        (prefix, name): (&str, &[u8]),
        depth: usize,
        changed: &mut Vec<RepoPath>,
    ) -> Result<(), GitError> {
        let Some((path, inner)) = joined(prefix, name).filter(|_| was != is) else { return Ok(()) };
        let parts = |entry: Option<Entry>| match entry {
            Some(Entry::Folder(tree)) => (Some(tree), None),
            Some(Entry::File(file)) => (None, Some(file)),
            None => (None, None),
        };
        let ((old_tree, old_file), (new_tree, new_file)) = (parts(was), parts(is));
        if old_file != new_file {
            changed.push(RepoPath::new(&path));
        }
        self.add_changes([old_tree.as_ref(), new_tree.as_ref()], &inner, depth + 1, changed)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use source_files::Snapshot;

    fn git(folder: &std::path::Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(folder).args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        let output = command.args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn trees_differ_where_their_snapshots_do() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "--quiet"]);
        let write = |path: &str, text: &str| {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        };
        for path in
            ["a", "same/x", "same/y", "gone/deep/z", "file-to-folder", "folder-to-file/f", "changed/v"]
        {
            write(path, path);
        }
        git(root, &["add", "--all"]);
        let old = ObjectId::parse(&git(root, &["write-tree"])).unwrap();
        for path in ["gone", "file-to-folder", "folder-to-file"] {
            git(root, &["rm", "-r", "--force", "--quiet", path]);
        }
        for path in ["file-to-folder/f", "folder-to-file", "changed/v", "new/deep/w"] {
            write(path, "new");
        }
        git(root, &["add", "--all"]);
        git(root, &["update-index", "--chmod=+x", "a"]);
        let new = ObjectId::parse(&git(root, &["write-tree"])).unwrap();
        let repository = Repository::discover(root, 1 << 20).unwrap();
        let snapshots = [&old, &new].map(|tree| repository.snapshot(tree).unwrap());
        let mut changed = repository.changed_paths(Some(&old), &new).unwrap();
        changed.sort();
        assert_eq!(changed, Snapshot::changed_paths(&snapshots[0], &snapshots[1]));
        assert_eq!(changed.len(), 8);
        let all: Vec<RepoPath> = snapshots[1].files.keys().cloned().collect();
        let mut from_nothing = repository.changed_paths(None, &new).unwrap();
        from_nothing.sort();
        assert_eq!(from_nothing, all);
    }
}
