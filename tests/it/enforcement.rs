//! `portcullis doctor --forge` against forges that stand in for GitHub, its server, GitLab and Gitea: good settings,
//! each hole alone, and each question that is refused.

#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

mod answers;
mod asked;
mod gitea;
mod github;
mod gitlab;
mod protection;
mod server;
