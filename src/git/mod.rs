//! The repository: objects, trees, history, refs.
//!
//! In: a git folder and, inside a hook, the quarantine of the push. Out: [`Repository`], raw
//! objects parsed by our own strict parsers, [`crate::source::Snapshot`]s of trees. Never: writes,
//! runs a process, follows replace refs, or lets libgit2 interpret a commit.

mod error;
mod history;
mod index;
mod outline;
pub mod raw;
mod refs;
mod repository;
mod tree;

pub use error::GitError;
pub use history::{Ancestry, History};
pub use index::staged;
pub use refs::Head;
pub use repository::{ObjectKind, RawObject, Repository, Trust};
