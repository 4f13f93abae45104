//! Objects of a repository, stored without starting git: the cases have tens of thousands.
//!
//! In: bytes, or the entries of a folder. Out: the ids that git gives them too. Never: looks at what it stores,
//! well formed or not.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{ObjectType, Oid, Repository};

use super::git::Failure;

/// What a tree says of one of its entries.
struct Entry {
    mode: &'static str,
    id: Oid,
}

/// The entries of a tree in git's order, in which the name of a folder ends with a slash.
#[derive(Default)]
pub(crate) struct Tree(BTreeMap<Vec<u8>, Entry>);

/// The objects and refs of a bare SHA-1 repository.
pub(crate) struct Objects(Repository);

impl Objects {
    pub(crate) fn of(git_dir: &Path) -> Result<Self, Failure> {
        Ok(Self(Repository::open_bare(git_dir)?))
    }

    /// Stores an object exactly as it is, and returns its id.
    pub(crate) fn store(&self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, Failure> {
        Ok(self.0.odb()?.write(kind, bytes)?)
    }

    pub(crate) fn store_tree(&self, tree: &Tree) -> Result<Oid, Failure> {
        let line = |(name, entry): (&Vec<u8>, &Entry)| {
            let name = name.strip_suffix(b"/").unwrap_or(name);
            [entry.mode.as_bytes(), b" ", name, b"\0", entry.id.as_bytes()].concat()
        };
        self.store(ObjectType::Tree, &tree.0.iter().map(line).collect::<Vec<_>>().concat())
    }

    /// Points a ref to an object.
    pub(crate) fn set_ref(&self, name: &str, id: &str) -> Result<(), Failure> {
        self.0.reference(name, Oid::from_str(id)?, true, "")?;
        Ok(())
    }
}

impl Tree {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add_file(&mut self, mode: &'static str, name: &[u8], id: Oid) {
        self.0.insert(name.to_owned(), Entry { mode, id });
    }

    pub(crate) fn add_folder(&mut self, name: &[u8], id: Oid) {
        self.0.insert([name, b"/"].concat(), Entry { mode: "40000", id });
    }
}
