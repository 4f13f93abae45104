//! Trees, parsed by us from raw bytes: `<mode> <name>\0<id>`, as git's `tree-walk.c` reads them.

use std::collections::BTreeMap;

use super::error::GitError;
use super::repository::{ObjectKind, Repository};
use crate::source::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// How many files a revision may have.
const FILES: usize = 1_000_000;
/// How deep its folders may nest.
const DEPTH: usize = 100;

enum Entry {
    Folder,
    File(FileMode),
}

impl Repository {
    /// Every file of a tree.
    pub fn snapshot(&self, tree: &ObjectId) -> Result<Snapshot, GitError> {
        let mut snapshot = Snapshot { files: BTreeMap::new(), undecodable: Vec::new() };
        self.add_tree(tree, "", 0, &mut snapshot)?;
        Ok(snapshot)
    }

    fn add_tree(
        &self,
        tree: &ObjectId,
        prefix: &str,
        depth: usize,
        snapshot: &mut Snapshot,
    ) -> Result<(), GitError> {
        if depth > DEPTH {
            return Err(GitError::Limit { what: "levels of folders", limit: DEPTH });
        }
        let bytes = self.read_kind(tree, ObjectKind::Tree)?;
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let (entry, name, id, after) = parse_entry(rest, tree)?;
            rest = after;
            let Ok(name) = std::str::from_utf8(name) else {
                snapshot.undecodable.push(format!("{prefix}{}", String::from_utf8_lossy(name)));
                continue;
            };
            let path = format!("{prefix}{name}");
            match entry {
                Entry::Folder => self.add_tree(&id, &format!("{path}/"), depth + 1, snapshot)?,
                Entry::File(mode) => {
                    snapshot.files.insert(RepoPath::new(&path), TreeFile { id, mode });
                }
            }
            if snapshot.files.len() > FILES {
                return Err(GitError::Limit { what: "files in one revision", limit: FILES });
            }
        }
        Ok(())
    }
}

type Parsed<'a> = (Entry, &'a [u8], ObjectId, &'a [u8]);

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
    let entry = match mode {
        b"40000" | b"040000" => Entry::Folder,
        b"100644" | b"100755" | b"100664" => Entry::File(FileMode::Regular),
        b"120000" => Entry::File(FileMode::Symlink),
        b"160000" => Entry::File(FileMode::Gitlink),
        _ => return Err(malformed("an entry has a mode that git does not know")),
    };
    let id = ObjectId::from_bytes(id).ok_or_else(|| malformed("an entry has no object"))?;
    Ok((entry, name, id, after))
}
