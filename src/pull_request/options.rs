//! The choices of a run.

use std::path::PathBuf;

use crate::report::ReportContext;

/// The choices of a run.
#[derive(Debug)]
pub struct Options {
    /// The number of the pull request; the runner's own if there is none.
    pub number: Option<u64>,
    /// The context of the status and the comment.
    pub context: ReportContext,
    /// The server's policy.
    pub server_policy: Option<PathBuf>,
    /// A clone whose objects need not be fetched again.
    pub known_objects: PathBuf,
    /// Whether reviews become signed statements.
    pub review_records: ReviewRecords,
    /// The messages to the forge.
    pub publish: PublishOptions,
}

/// Whether reviews become signed statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewRecords {
    /// Each review that counts.
    Issue,
    /// None.
    Omit,
}

/// The messages to the forge.
#[derive(Clone, Copy, Debug)]
pub struct PublishOptions {
    /// Whether anything is sent.
    pub delivery: Delivery,
    /// When to comment.
    pub comment: CommentOccasion,
    /// Notes beside the changed lines.
    pub annotations: Extra,
    /// Suggested changes.
    pub suggestions: Extra,
}

/// Whether anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// To the forge.
    Forge,
    /// Nothing: the run is a rehearsal.
    DryRun,
}

/// When to comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentOccasion {
    /// Never.
    Never,
    /// If there are findings, or were before.
    Findings,
    /// In every run.
    Always,
}

/// Whether a kind of message is sent besides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// It is sent.
    Send,
    /// It is not sent.
    Omit,
}
