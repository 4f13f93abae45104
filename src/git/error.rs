//! Errors of repositories.

use source_files::ObjectId;

/// An error of the git room.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The repository cannot be opened.
    #[error("cannot open the repository {path}: {reason}\n  {advice}")]
    Open {
        /// Its folder.
        path: String,
        /// The error from libgit2.
        reason: String,
        /// Advice.
        advice: &'static str,
    },
    /// An object is not there.
    #[error("object {0} is missing from the repository")]
    Missing(ObjectId),
    /// An object exists and cannot be read.
    #[error("object {id} cannot be read: {reason}")]
    Unreadable {
        /// The object.
        id: ObjectId,
        /// The error from libgit2.
        reason: String,
    },
    /// An object is larger than any useful object of its kind.
    #[error("object {id} has {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// The object.
        id: ObjectId,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// An object has another kind than its place requires.
    #[error("object {id} is a {found} where a {expected} is needed")]
    Kind {
        /// The object.
        id: ObjectId,
        /// Its kind.
        found: &'static str,
        /// The required kind.
        expected: &'static str,
    },
    /// An object's bytes are not what git writes.
    #[error("object {id} is malformed: {reason}")]
    Malformed {
        /// The object.
        id: ObjectId,
        /// The reason.
        reason: String,
    },
    /// A ref cannot be read.
    #[error("cannot read the ref {name}: {reason}")]
    Ref {
        /// The ref.
        name: String,
        /// The error from libgit2.
        reason: String,
    },
    /// A limit is exceeded.
    #[error("more than {limit} {what}")]
    Limit {
        /// The things that there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A revision that names nothing.
    #[error("`{0}` is not a commit of this repository")]
    Revision(String),
    /// A revision that may name several commits.
    #[error(
        "`{0}` may refer to more than one commit of this repository\n  use the full id, or the full name of \
         the ref, such as refs/remotes/origin/{0}"
    )]
    Ambiguous(String),
    /// The index cannot be read.
    #[error("cannot read the index: {0}")]
    Index(String),
}

impl GitError {
    /// Creates the error for a ref that cannot be read.
    pub(super) fn reference(name: &str, reason: &str) -> Self {
        Self::Ref { name: name.to_owned(), reason: reason.to_owned() }
    }

    /// Creates the error for an index in the middle of a merge, which has no single version of its files.
    pub(super) fn unmerged() -> Self {
        Self::Index("there are unmerged paths; resolve them first".into())
    }
}
