//! `portcullis pr` against a forge that stands in for GitHub: real repositories, real fetches, replies as the
//! forge's own description has them.

#![recursion_limit = "256"]
#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

mod common;

#[path = "pull_requests/action.rs"]
mod action;
#[path = "pull_requests/adversary"]
/// Attempts to get past the gate; docs/attacks.md lists them.
mod adversary {
    mod answers;
    mod makers;
    mod merges;
    mod queues;
    mod reviews;
    mod statuses;
    mod surroundings;
    mod waivers;
}
#[path = "pull_requests/approvals.rs"]
mod approvals;
#[path = "pull_requests/failures.rs"]
mod failures;
#[path = "pull_requests/fake.rs"]
mod fake;
#[path = "pull_requests/gitea.rs"]
mod gitea;
#[path = "pull_requests/gitlab.rs"]
mod gitlab;
#[path = "pull_requests/issued.rs"]
mod issued;
#[path = "pull_requests/merges.rs"]
mod merges;
#[path = "pull_requests/objects.rs"]
mod objects;
#[path = "pull_requests/queue.rs"]
mod queue;
#[path = "pull_requests/replies.rs"]
mod replies;
#[path = "pull_requests/scene.rs"]
mod scene;
#[path = "pull_requests/writing.rs"]
mod writing;
