//! `portcullis doctor --forge` against forges that stand in for GitHub, its server, GitLab and Gitea: good settings,
//! each hole alone, and each question that is refused.

#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

mod common;

#[path = "enforcement/answers.rs"]
mod answers;
#[path = "enforcement/asked.rs"]
mod asked;
#[path = "enforcement/gitea.rs"]
mod gitea;
#[path = "enforcement/github.rs"]
mod github;
#[path = "enforcement/gitlab.rs"]
mod gitlab;
#[path = "enforcement/protection.rs"]
mod protection;
#[path = "pull_requests/replies.rs"]
mod replies;
#[path = "enforcement/server.rs"]
mod server;
