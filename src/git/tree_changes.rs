//! The paths in which two trees differ, read from as few folders as possible.

use std::collections::BTreeMap;

use super::error::GitError;
use super::repository::Repository;
use super::tree::{TreeEntry, check_depth, join_path};
use source_files::{ObjectId, RepoPath, TreeFile};

impl Repository {
    /// Returns every file that one tree has and the other has not, or has with another content or mode. Folders that
    /// are equal are not read: the cost follows the change.
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
            let (path, inner) = join_path(prefix, &name);
            let change = EntryChange { path, inner, was: before.remove(&name), is: Some(is) };
            self.add_change(change, depth, changed)?;
        }
        for (name, was) in before {
            let (path, inner) = join_path(prefix, &name);
            self.add_change(EntryChange { path, inner, was: Some(was), is: None }, depth, changed)?;
        }
        Ok(())
    }

    /// Adds the changes below one name: a file, a folder, or one in place of the other.
    fn add_change(
        &self,
        change: EntryChange,
        depth: usize,
        changed: &mut Vec<RepoPath>,
    ) -> Result<(), GitError> {
        if change.was == change.is {
            return Ok(());
        }
        let (old_tree, old_file) = split_entry(change.was);
        let (new_tree, new_file) = split_entry(change.is);
        if old_file != new_file {
            changed.push(RepoPath::new(&change.path));
        }
        self.add_changes([old_tree.as_ref(), new_tree.as_ref()], &change.inner, depth + 1, changed)
    }
}

/// The entries of one name in two trees.
struct EntryChange {
    /// The path of the name.
    path: String,
    /// The prefix of its content, if it is a folder.
    inner: String,
    was: Option<TreeEntry>,
    is: Option<TreeEntry>,
}

/// Returns the tree of a folder, or the file.
fn split_entry(entry: Option<TreeEntry>) -> (Option<ObjectId>, Option<TreeFile>) {
    match entry {
        Some(TreeEntry::Folder(tree)) => (Some(tree), None),
        Some(TreeEntry::File(file)) => (None, Some(file)),
        None => (None, None),
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

    /// Creates a tree of random entries, some with names that are not UTF-8, with git's own `mktree`.
    fn random_tree(folder: &std::path::Path, seed: &mut u64, depth: usize) -> String {
        let mut next = |below: u64| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*seed >> 33) % below
        };
        let blobs = ["e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "0cfbf08886fcfa91cb1f1a9f3c1b4e9b8a3a3b3c"];
        let names: [&[u8]; 5] = [b"a", b"\xe9", b"\xe8", b"\xff\xfe.yaml", "\u{fffd}".as_bytes()];
        let mut chosen = Vec::new();
        for name in names {
            match next(5) {
                0 => chosen.push((format!("100644 blob {}\t", blobs[0]), name)),
                1 => chosen.push((format!("100755 blob {}\t", blobs[1]), name)),
                2 => chosen.push((format!("120000 blob {}\t", blobs[0]), name)),
                3 if depth < 2 => chosen.push((String::new(), name)),
                _ => {}
            }
        }
        let mut lines = Vec::new();
        for (entry, name) in chosen {
            let entry = if entry.is_empty() {
                format!("040000 tree {}\t", random_tree(folder, seed, depth + 1))
            } else {
                entry
            };
            lines.extend([entry.as_bytes(), name, b"\0"].concat());
        }
        let mut command = Command::new("git");
        command.current_dir(folder).args(["mktree", "-z", "--missing"]);
        let mut child =
            command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &lines).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
    }

    /// A tree without its empty folders, which hold no file, equals its paths.
    fn has_an_empty_folder(folder: &std::path::Path, tree: &str) -> bool {
        let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        tree == empty || git(folder, &["ls-tree", "-rt", "--format=%(objectname)", tree]).contains(empty)
    }

    #[test]
    fn no_path_differs_only_if_the_trees_are_the_same_object() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        let mut seed = 7;
        let mut trees = Vec::new();
        while trees.len() < 24 {
            let tree = random_tree(folder.path(), &mut seed, 0);
            if !has_an_empty_folder(folder.path(), &tree) {
                trees.push(ObjectId::parse(&tree).unwrap());
            }
        }
        let repository = Repository::discover(folder.path(), 1 << 20).unwrap();
        let snapshots: Vec<Snapshot> = trees.iter().map(|tree| repository.snapshot(tree).unwrap()).collect();
        for (old, was) in trees.iter().zip(&snapshots) {
            for (new, is) in trees.iter().zip(&snapshots) {
                let mut changed = repository.changed_paths(Some(old), new).unwrap();
                changed.sort();
                assert_eq!(changed, Snapshot::changed_paths(was, is));
                assert_eq!(changed.is_empty(), old == new, "{old} {new}");
                let beside = repository.snapshot_beside((old, was), new).unwrap();
                assert_eq!(beside.files, is.files);
            }
        }
    }
}
