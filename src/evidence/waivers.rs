//! The waivers of a repository: facts for the checks that look after them.

use chrono::NaiveDate;

use crate::finding::Location;

/// Every waiver of a repository as the push leaves it, and what the push does to them.
#[derive(Clone, Debug, Default)]
pub struct WaiversEvidence {
    /// The waivers: those of the pushed files if the push changes them, else those that govern.
    pub waivers: Vec<WaiverFacts>,
    /// Whether the push changes a file that they are in.
    pub change: WaiversChange,
    /// Entries that the push brings and that cover nothing.
    pub mistakes: Vec<WaiverMistake>,
}

/// Whether a push changes a file that waivers are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaiversChange {
    /// It does not.
    #[default]
    Untouched,
    /// It does.
    Changed,
}

/// One waiver.
#[derive(Clone, Debug)]
pub struct WaiverFacts {
    /// The check.
    pub check: String,
    /// The cluster; `default` for what is not an object.
    pub cluster: String,
    /// The object, path, commit or ref.
    pub object: String,
    /// The fingerprint of what is accepted.
    pub fingerprint: String,
    /// The person or team who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: NaiveDate,
    /// The place of the entry.
    pub location: Location,
    /// Whether the push brings it.
    pub origin: WaiverOrigin,
}

/// Whether a push brings a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverOrigin {
    /// It was there, with the same words.
    Before,
    /// It is new, or says something else than it did.
    Push,
}

/// An entry that covers nothing.
#[derive(Clone, Debug)]
pub struct WaiverMistake {
    /// The problem, as a sentence.
    pub message: String,
    /// The text that the author probably meant.
    pub suggestion: Option<String>,
    /// Where.
    pub location: Location,
}
