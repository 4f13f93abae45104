//! The choices of a run.

use std::path::PathBuf;

use crate::report::ReportContext;

/// The choices of a run.
#[derive(Debug)]
pub struct Options {
    /// The number of the pull request; `None` means the runner's own.
    pub number: Option<u64>,
    /// The context of the status and the comment.
    pub context: ReportContext,
    /// The server's policy.
    pub server_policy: Option<PathBuf>,
    /// A clone whose objects need not be fetched again.
    pub known_objects: PathBuf,
    /// The handling of reviews.
    pub review_records: ReviewRecords,
    /// The messages to the forge.
    pub publish: PublishOptions,
}

/// The handling of reviews that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewRecords {
    /// Each becomes a signed statement.
    Issue,
    /// They remain reviews.
    Omit,
}

/// The messages to the forge.
#[derive(Clone, Copy, Debug)]
pub struct PublishOptions {
    /// The recipient.
    pub delivery: Delivery,
    /// The occasion for a comment.
    pub comment: CommentOccasion,
    /// Notes beside the changed lines.
    pub annotations: Extra,
    /// Suggested changes.
    pub suggestions: Extra,
}

/// The recipient of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The forge.
    Forge,
    /// No one: the run is a rehearsal.
    DryRun,
}

/// The occasion for a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentOccasion {
    /// Never.
    Never,
    /// If there are findings, or were before.
    Findings,
    /// In every run.
    Always,
}

/// The choice for a kind of message besides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// It is sent.
    Send,
    /// It is not sent.
    Omit,
}
