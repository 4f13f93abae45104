//! The bytes of commits that were read: a push is walked first and verified afterwards, and reading a loose object costs
//! as much as verifying a signature.
//!
//! In: commits. Out: the same bytes again. Never: holds more than its limit, or an object of another kind.

use std::collections::HashMap;

use source_files::ObjectId;

/// The most bytes that are held.
const HELD: usize = 16 << 20;

/// Commits by id. Objects never change, so an entry is never out of date.
#[derive(Debug, Default)]
pub(super) struct CommitCache {
    commits: HashMap<ObjectId, Vec<u8>>,
    held: usize,
}

impl CommitCache {
    /// The bytes of a commit, if it was kept.
    pub(super) fn find(&self, id: &ObjectId) -> Option<Vec<u8>> {
        self.commits.get(id).cloned()
    }

    /// Keeps a commit while there is room.
    pub(super) fn keep(&mut self, id: &ObjectId, bytes: &[u8]) {
        if self.held.saturating_add(bytes.len()) <= HELD
            && self.commits.insert(id.clone(), bytes.to_vec()).is_none()
        {
            self.held += bytes.len();
        }
    }
}
