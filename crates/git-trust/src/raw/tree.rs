//! A strict reader of tree objects.
//!
//! In: the raw bytes of one. Out: its entries, and every reason why git would refuse to check it out or `git fsck`
//! calls it an error. Never: repairs a name or a mode, or reads the object of an entry.

use std::collections::HashSet;

use thiserror::Error;

use super::HashKind;
use super::spelling::{DOT_GIT, GIT_FILES, GitName};
use source_files::ObjectId;

/// The type of a tree entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeMode {
    /// `40000`.
    Folder,
    /// `100644`, `100755`, and `100664`, which git wrote in its first months.
    File,
    /// `120000`.
    Symlink,
    /// `160000`: a commit of another repository.
    Submodule,
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawTreeEntry {
    /// Its type.
    pub mode: TreeMode,
    /// Its name, in any encoding.
    pub name: Vec<u8>,
    /// The object.
    pub id: ObjectId,
}

/// The entries that could be read, and the problems of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTree {
    /// The entries, up to the first that has no end.
    pub entries: Vec<RawTreeEntry>,
    /// The problems, in the order of the entries. A tree as git writes it has no problem.
    pub problems: Vec<TreeMalformation>,
}

/// One problem of a tree, as a clause about "it". Names are lossy and not escaped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TreeMalformation {
    /// The object ends within an entry.
    #[error("its last entry is incomplete")]
    Incomplete,
    /// A name that leads out of the folder, or is empty.
    #[error("it has an entry with the name `{0}`, which git does not allow")]
    Name(String),
    /// A name that some file system takes for `.git`.
    #[error("some file systems take its entry `{0}` for `.git`, so git refuses to check it out")]
    DotGit(String),
    /// A file that git reads itself, stored as a link.
    #[error("git reads its entry `{0}` as `{1}`, which must be a file and is a symbolic link or a folder")]
    NotAFile(String, &'static str),
    /// Two entries of one name.
    #[error("it has two entries with the name `{0}`")]
    Twice(String),
    /// Entries in a different order from git's.
    #[error("its entry `{0}` is not in git's order, so programs find different files in it")]
    Order(String),
    /// A mode with zeros before it.
    #[error("the mode of its entry `{0}` begins with a zero")]
    PaddedMode(String),
    /// A mode that git does not write.
    #[error("its entry `{0}` has the mode `{1}`, which git does not write")]
    Mode(String, String),
    /// An object id of zeros.
    #[error("its entry `{0}` names no object")]
    NoObject(String),
}

/// Reads the raw bytes of a tree object.
pub fn read_tree(bytes: &[u8], hash: HashKind) -> RawTree {
    let mut reading = Reading::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some((entry, after)) = split_entry(rest, hash) else {
            reading.tree.problems.push(TreeMalformation::Incomplete);
            break;
        };
        reading.add(&entry);
        rest = after;
    }
    reading.tree
}

/// An entry as bytes.
struct Cut<'a> {
    mode: &'a [u8],
    name: &'a [u8],
    id: &'a [u8],
}

fn split_entry(bytes: &[u8], hash: HashKind) -> Option<(Cut<'_>, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (head, tail) = bytes.split_at_checked(end)?;
    let space = head.iter().position(|byte| *byte == b' ')?;
    let (mode, name) = head.split_at_checked(space)?;
    let (id, after) = tail.get(1..)?.split_at_checked(hash.id_length() / 2)?;
    Some((Cut { mode, name: name.get(1..)?, id }, after))
}

#[derive(Default)]
struct Reading {
    tree: RawTree,
    names: HashSet<Vec<u8>>,
    /// The key that the last entry is sorted by.
    last: Vec<u8>,
}

impl Reading {
    fn add(&mut self, entry: &Cut<'_>) {
        let shown = String::from_utf8_lossy(entry.name).into_owned();
        let mode = mode_of(entry.mode);
        self.tree.problems.extend(find_mode_problem(entry.mode, mode, &shown));
        self.tree.problems.extend(find_name_problem(entry.name, &shown));
        self.tree.problems.extend(mode.and_then(|mode| find_link_problem(entry.name, mode, &shown)));
        self.check_place(entry.name, mode, &shown);
        let id = ObjectId::from_bytes(entry.id).filter(|id| !id.is_zero());
        match (mode, id) {
            (Some(mode), Some(id)) => {
                self.tree.entries.push(RawTreeEntry { mode, name: entry.name.to_vec(), id });
            }
            (_, None) => self.tree.problems.push(TreeMalformation::NoObject(shown)),
            (None, Some(_)) => {}
        }
    }

    /// Checks the order of entries. Git sorts folders as if their names ended with a slash (`base_name_compare`).
    fn check_place(&mut self, name: &[u8], mode: Option<TreeMode>, shown: &str) {
        let slash: &[u8] = if mode == Some(TreeMode::Folder) { b"/" } else { b"" };
        let key = [name, slash].concat();
        if !self.names.insert(name.to_vec()) {
            self.tree.problems.push(TreeMalformation::Twice(shown.to_owned()));
        } else if key < self.last {
            self.tree.problems.push(TreeMalformation::Order(shown.to_owned()));
        }
        self.last = key;
    }
}

fn mode_of(mode: &[u8]) -> Option<TreeMode> {
    let zeros = mode.iter().take_while(|byte| **byte == b'0').count();
    match mode.get(zeros..)? {
        b"40000" => Some(TreeMode::Folder),
        b"100644" | b"100755" | b"100664" => Some(TreeMode::File),
        b"120000" => Some(TreeMode::Symlink),
        b"160000" => Some(TreeMode::Submodule),
        _ => None,
    }
}

fn find_mode_problem(bytes: &[u8], mode: Option<TreeMode>, shown: &str) -> Option<TreeMalformation> {
    match mode {
        None => {
            let mode = String::from_utf8_lossy(bytes).into_owned();
            Some(TreeMalformation::Mode(shown.to_owned(), mode))
        }
        Some(_) if bytes.starts_with(b"0") => Some(TreeMalformation::PaddedMode(shown.to_owned())),
        Some(_) => None,
    }
}

fn find_name_problem(name: &[u8], shown: &str) -> Option<TreeMalformation> {
    if name.is_empty() || matches!(name, b"." | b"..") || name.contains(&b'/') {
        return Some(TreeMalformation::Name(shown.to_owned()));
    }
    DOT_GIT.is_spelled(name).then(|| TreeMalformation::DotGit(shown.to_owned()))
}

/// Finds links where git reads a file by itself and follows no link. `.gitmodules` may not be a folder either.
fn find_link_problem(name: &[u8], mode: TreeMode, shown: &str) -> Option<TreeMalformation> {
    let known = GIT_FILES.iter().find(|known| known.is_spelled(name))?;
    let is_wrong = match mode {
        TreeMode::Symlink => true,
        TreeMode::Folder => known.name() == GitName::MODULES,
        TreeMode::File | TreeMode::Submodule => false,
    };
    is_wrong.then(|| TreeMalformation::NotAFile(shown.to_owned(), known.name()))
}
