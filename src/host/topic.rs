//! The settings of a forge that `doctor --forge` looks at.
//!
//! In: nothing. Out: [`Topic`]. Never: judges.

/// The topic of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The required status.
    Status,
    /// The accounts that can set it.
    Source,
    /// The freshness of the status.
    Freshness,
    /// The accounts that can bypass it.
    Bypass,
    /// Pushes without a pull request.
    Pushes,
    /// Pushes that rewrite history.
    ForcePushes,
    /// Deletion of the branch.
    Deletion,
    /// Changes of tags that run no hook.
    Tags,
    /// Deletion and renaming of other protected branches.
    OtherBranches,
    /// The workflow that runs the gate.
    Workflow,
    /// The forge's own reviews.
    Reviews,
    /// The effect of new commits on reviews.
    ReviewsOnPush,
    /// Approvals by the last pusher.
    LastPush,
    /// Reviews by owners.
    CodeOwners,
    /// Signed commits.
    Signatures,
    /// The file of owners.
    OwnersFile,
    /// The hook of the server itself.
    ServerHook,
}

impl Topic {
    /// Returns the word before the line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Source => "source of the status",
            Self::Freshness => "freshness",
            Self::Bypass => "bypass",
            Self::Pushes => "direct pushes",
            Self::ForcePushes => "force pushes",
            Self::Deletion => "deletion",
            Self::Tags => "tags",
            Self::OtherBranches => "other branches",
            Self::Workflow => "workflow",
            Self::Reviews => "reviews",
            Self::ReviewsOnPush => "reviews on push",
            Self::LastPush => "last push",
            Self::CodeOwners => "code owners",
            Self::Signatures => "signatures",
            Self::OwnersFile => "CODEOWNERS",
            Self::ServerHook => "server hook",
        }
    }
}
