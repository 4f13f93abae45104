//! `portcullis doctor --forge` against forges that stand in for GitHub and its server: good settings,
//! each hole alone, and each question that is refused.

#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

mod answers;
pub(crate) mod asked;
mod github;
mod protection;
mod server;
