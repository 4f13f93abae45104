//! `portcullis pr` against a forge that stands in for GitHub: real repositories, real fetches, replies as the
//! forge's own description has them.

#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

mod action;
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
mod approvals;
mod failures;
mod fake;
mod issued;
mod lanes;
mod merges;
mod objects;
mod queue;
pub(crate) mod scene;
mod writing;
