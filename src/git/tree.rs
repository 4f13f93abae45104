//! Trees, parsed from raw bytes: `<mode> <name>\0<id>`, as git's `tree-walk.c` reads them.

use std::collections::BTreeMap;

use super::error::GitError;
use super::repository::Repository;
use super::store::ObjectKind;
use source_files::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile, bytes_of_text, text_of_bytes};

/// The most files of a revision.
const FILES: usize = 1_000_000;
/// The deepest nesting of its folders.
const DEPTH: usize = 100;

/// An entry of a tree.
#[derive(PartialEq)]
pub(super) enum TreeEntry {
    Folder(ObjectId),
    File(TreeFile),
}

impl Repository {
    /// Returns every file of a tree.
    pub fn snapshot(&self, tree: &ObjectId) -> Result<Snapshot, GitError> {
        let mut snapshot = Snapshot { files: BTreeMap::new() };
        self.add_tree(tree, "", 0, &mut snapshot)?;
        Ok(snapshot)
    }

    /// Returns one file of a tree, or `None` if there is no file at that path.
    pub fn file_at(&self, tree: &ObjectId, path: &RepoPath) -> Result<Option<TreeFile>, GitError> {
        let (folders, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
        let mut tree = tree.clone();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            match self.entries(&tree)?.remove(&bytes_of_text(folder)) {
                Some(TreeEntry::Folder(id)) => tree = id,
                Some(TreeEntry::File(_)) | None => return Ok(None),
            }
        }
        match self.entries(&tree)?.remove(&bytes_of_text(name)) {
            Some(TreeEntry::File(file)) => Ok(Some(file)),
            Some(TreeEntry::Folder(_)) | None => Ok(None),
        }
    }

    /// Returns every file of a tree, and reads only the folders that differ from another tree with known files: the
    /// cost of a push follows the change.
    pub fn snapshot_beside(
        &self,
        known: (&ObjectId, &Snapshot),
        tree: &ObjectId,
    ) -> Result<Snapshot, GitError> {
        let mut snapshot = known.1.clone();
        self.update_tree((known.0, tree), "", 0, &mut snapshot)?;
        Ok(snapshot)
    }

    fn update_tree(
        &self,
        (old, new): (&ObjectId, &ObjectId),
        prefix: &str,
        depth: usize,
        snapshot: &mut Snapshot,
    ) -> Result<(), GitError> {
        if old == new {
            return Ok(());
        }
        check_depth(depth)?;
        let mut before = self.entries(old)?;
        for (name, entry) in self.entries(new)? {
            let was = before.remove(&name);
            match (was, entry) {
                (Some(was), entry) if was == entry => {}
                (Some(TreeEntry::Folder(was)), TreeEntry::Folder(is)) => {
                    let (_, inner) = join_path(prefix, &name);
                    self.update_tree((&was, &is), &inner, depth + 1, snapshot)?;
                }
                (was, entry) => {
                    remove_entry(snapshot, prefix, &name, was.as_ref());
                    self.add_entry(entry, prefix, &name, depth, snapshot)?;
                }
            }
        }
        before.iter().for_each(|(name, was)| remove_entry(snapshot, prefix, name, Some(was)));
        Ok(())
    }

    fn add_tree(
        &self,
        tree: &ObjectId,
        prefix: &str,
        depth: usize,
        snapshot: &mut Snapshot,
    ) -> Result<(), GitError> {
        check_depth(depth)?;
        for (name, entry) in self.entries(tree)? {
            self.add_entry(entry, prefix, &name, depth, snapshot)?;
        }
        Ok(())
    }

    fn add_entry(
        &self,
        entry: TreeEntry,
        prefix: &str,
        name: &[u8],
        depth: usize,
        snapshot: &mut Snapshot,
    ) -> Result<(), GitError> {
        let (path, inner) = join_path(prefix, name);
        match entry {
            TreeEntry::Folder(id) => self.add_tree(&id, &inner, depth + 1, snapshot)?,
            TreeEntry::File(file) => {
                snapshot.files.insert(RepoPath::new(&path), file);
            }
        }
        if snapshot.files.len() > FILES {
            return Err(GitError::Limit { what: "files in one revision", limit: FILES });
        }
        Ok(())
    }

    /// Returns the entries of one tree. Two of the same name are malformed, because tools would not agree on the one
    /// that counts.
    pub(super) fn entries(&self, tree: &ObjectId) -> Result<BTreeMap<Vec<u8>, TreeEntry>, GitError> {
        let bytes = self.read_kind(tree, ObjectKind::Tree)?;
        let mut entries = BTreeMap::new();
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let (entry, name, after) = parse_entry(rest, tree)?;
            rest = after;
            if entries.insert(name.to_vec(), entry).is_some() {
                let reason = "two entries have the same name".to_owned();
                return Err(GitError::Malformed { id: tree.clone(), reason });
            }
        }
        Ok(entries)
    }
}

pub(super) fn check_depth(depth: usize) -> Result<(), GitError> {
    if depth > DEPTH { Err(GitError::Limit { what: "levels of folders", limit: DEPTH }) } else { Ok(()) }
}

/// Returns the path of an entry and, if it is a folder, the prefix of its content.
pub(super) fn join_path(prefix: &str, name: &[u8]) -> (String, String) {
    let path = format!("{prefix}{}", text_of_bytes(name));
    let inner = format!("{path}/");
    (path, inner)
}

fn remove_entry(snapshot: &mut Snapshot, prefix: &str, name: &[u8], was: Option<&TreeEntry>) {
    let (path, inner) = join_path(prefix, name);
    match was {
        None => {}
        Some(TreeEntry::File(_)) => {
            snapshot.files.remove(&RepoPath::new(&path));
        }
        Some(TreeEntry::Folder(_)) => {
            let from = RepoPath::new(&inner);
            let below = snapshot.files.range(from..).map(|(path, _)| path);
            let gone: Vec<_> = below.take_while(|path| path.as_str().starts_with(&inner)).cloned().collect();
            gone.iter().for_each(|path| drop(snapshot.files.remove(path)));
        }
    }
}

type Parsed<'a> = (TreeEntry, &'a [u8], &'a [u8]);

fn parse_entry<'a>(bytes: &'a [u8], tree: &ObjectId) -> Result<Parsed<'a>, GitError> {
    let malformed = |reason: &str| GitError::Malformed { id: tree.clone(), reason: reason.to_owned() };
    let id_length = tree.as_str().len() / 2;
    let nul = bytes.iter().position(|byte| *byte == 0).ok_or_else(|| malformed("an entry has no end"))?;
    let (head, tail) = bytes.split_at(nul);
    let space =
        head.iter().position(|byte| *byte == b' ').ok_or_else(|| malformed("an entry has no mode"))?;
    let (mode, name) = head.split_at(space);
    let name = name.get(1..).unwrap_or_default();
    let id = tail.get(1..=id_length).ok_or_else(|| malformed("an entry has no object"))?;
    let after = tail.get(id_length + 1..).unwrap_or_default();
    if name.is_empty()
        || name.contains(&b'/')
        || matches!(name, b"." | b"..")
        || name.eq_ignore_ascii_case(b".git")
    {
        return Err(malformed("an entry has a name that git does not allow"));
    }
    let id = ObjectId::from_bytes(id).ok_or_else(|| malformed("an entry has no object"))?;
    let file = |mode| TreeEntry::File(TreeFile { id: id.clone(), mode });
    let entry = match mode {
        b"40000" | b"040000" => TreeEntry::Folder(id),
        b"100644" | b"100664" => file(FileMode::Regular),
        b"100755" => file(FileMode::Executable),
        b"120000" => file(FileMode::Symlink),
        b"160000" => file(FileMode::Gitlink),
        _ => return Err(malformed("an entry has a mode that git does not support")),
    };
    Ok((entry, name, after))
}
