//! The repository: objects, trees, history, refs.
//!
//! In: a git folder and, inside a hook, the quarantine of the push. Out: [`Repository`], raw
//! objects parsed by our own strict parsers, [`source_files::Snapshot`]s of trees. Never: writes,
//! follows replace refs, lets libgit2 interpret a commit, or runs a process where libgit2 can read.

mod commit_cache;
mod error;
mod history;
mod index;
mod merging;
mod outline;
mod refs;
mod repository;
mod store;
mod tree;
mod tree_changes;
mod walk;

pub use error::GitError;
pub use history::{Ancestry, History};
pub use index::staged;
pub use merging::merge_texts;
pub use refs::Head;
pub use repository::{Repository, Trust};
pub use store::{ObjectKind, RawObject};

/// The number of bytes of one file that are ever read: the limit of `kube-manifest` too.
pub const BLOB_LIMIT: usize = 10 << 20;
