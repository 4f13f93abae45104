//! Places in files: object ids, repository paths, spans and the text that they point into.
//!
//! In: bytes of a file. Out: [`SourceText`], which turns byte offsets into the lines and columns of an editor. Never:
//! reads files or interprets the text. Every room may use it.

mod object_id;
mod path;
pub mod pointer;
mod snapshot;
mod text;
mod wildcard;

pub use object_id::ObjectId;
pub use path::{RepoPath, bytes_of_text, text_of_bytes};
pub use snapshot::{BlobError, BlobReader, BlobSource, FileMode, Snapshot, TreeFile};
pub use text::{Position, SourceText, Span};
pub use wildcard::wildcard_match;

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
