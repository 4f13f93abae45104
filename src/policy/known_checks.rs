//! The checks that a policy may name.

use crate::finding::CheckId;

/// The checks that a policy may name.
#[derive(Clone, Debug)]
pub struct KnownChecks {
    ids: Vec<CheckId>,
    without_annotation: Vec<CheckId>,
}

impl KnownChecks {
    /// All checks, and those among them whose findings no annotation of an object may accept.
    pub fn new(ids: Vec<CheckId>, without_annotation: Vec<CheckId>) -> Self {
        Self { ids, without_annotation }
    }

    /// The ids of all checks.
    pub fn ids(&self) -> &[CheckId] {
        &self.ids
    }

    /// The checks whose findings no annotation of an object may accept.
    pub(super) fn without_annotation(&self) -> &[CheckId] {
        &self.without_annotation
    }
}
