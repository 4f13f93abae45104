//! Judgements of changes that no one has pushed.
//!
//! In: two revisions, an index, a history, or files and folders. Out: sections of a report. Never: takes anything that only
//! a push shows, such as an approval, for known.

mod error;
mod folder;
mod history;
mod index;
mod revisions;
mod validation;
mod walk;

pub use error::UnpushedError;
pub use folder::Folder;
pub use history::{CommitFiles, History, JudgedCommit};
pub use index::judge_index;
pub use revisions::{AskedRevisions, judge_revisions};
pub use validation::AskedValidation;

/// The notice of a judgement without a push.
pub const NOT_EVALUATED: &str = "not evaluated here: signatures, history, owners' approval, trust files";
