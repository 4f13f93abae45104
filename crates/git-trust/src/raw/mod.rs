//! A strict parser for commit, tag and tree objects.
//!
//! In: the raw bytes of one object. Out: [`RawCommit`] or [`RawTag`], with the signature and exactly the bytes that it
//! signs, or every reason why the object is refused; or [`RawTree`], with both. Never: repairs, skips or guesses. An
//! object that git, libgit2 and forges read differently (two `tree` lines, bytes after a NUL, a `gpgsigparent` header)
//! is refused, because a signature over one reading proves nothing about another.

mod armor;
mod commit;
mod headers;
mod malformation;
mod person;
mod spelling;
mod tag;
mod tree;

pub use commit::{RawCommit, parse_commit};
pub use headers::Header;
pub use malformation::{Malformation, PersonProblem};
pub use person::RawPerson;
pub use tag::{RawTag, TargetType, parse_tag};
pub use tree::{RawTree, RawTreeEntry, TreeMalformation, TreeMode, read_tree};

/// The hash of a repository, which determines the length of ids and the header of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashKind {
    /// 40 hexadecimal digits, `gpgsig`.
    Sha1,
    /// 64 hexadecimal digits, `gpgsig-sha256`.
    Sha256,
}

impl HashKind {
    /// Returns the number of hexadecimal digits of an id.
    pub fn id_length(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 => 64,
        }
    }

    /// Returns the commit header that holds the signature of an object in such a repository (`gpg_sig_headers` in
    /// git's `commit.c`).
    pub fn signature_header(self) -> &'static str {
        match self {
            Self::Sha1 => "gpgsig",
            Self::Sha256 => "gpgsig-sha256",
        }
    }
}
