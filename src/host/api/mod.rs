//! Reads pull requests and branch rules from a forge, and writes results to it.
//!
//! In: where its API is, the number of a pull request. Out: who asks for what, who has reviewed which commit,
//! who is in a team; and a status, comments and notes on the way back. Never: takes a list that a forge cuts
//! short (changed files, commits) for the change, which is read from git's objects; takes silence, a missing
//! permission or a reply that cannot be read for a no; or says anything twice.

mod access;
pub(super) mod enforcement;
pub(super) mod http;
pub(super) mod hub;
pub(super) mod model;
pub(super) mod own_comment;
pub(super) mod path;
mod reply;
mod standing;
#[cfg(test)]
mod tests;
pub(super) mod workflow_files;

use chrono::{DateTime, Utc};

use super::gitea::api::Gitea;
use super::github::api::Github;
use super::gitlab::api::Gitlab;
use super::{ForgeError, ForgeHost, HostKind};
use codeowners::OwnerHandle;
use source_files::ObjectId;

pub use access::{AskedForge, ForgeAccess};
pub use enforcement::{
    Barrier, Bypass, Demand, Enforcement, Gap, HookControl, HookEffect, Layer, OwnersFileProblem, Pushes,
    Reach, ReviewDemands, ServerHook, Setting, Statuses, WorkflowFile,
};
pub use http::{Connection, Http};
pub use model::{
    Account, AccountKind, BranchRules, CommitStatus, Freshness, LineNote, LineProposal, NoteLevel, NoteRun,
    Occasion, Project, PullNumber, PullRequest, PullState, Pushers, QueueEntry, RequiredStatus, Review,
    ReviewState, SourceBranch, StatusState,
};
pub use standing::{Approval, approvals};

/// Prepares to ask a forge about one of its repositories; nothing is sent yet.
pub fn open(
    host: ForgeHost,
    project: Project,
    connection: &Connection<'_>,
) -> Result<Box<dyn Forge>, ForgeError> {
    let http = Http::open(connection)?;
    match host.kind() {
        kind @ (HostKind::Git | HostKind::Gitolite) => {
            Err(ForgeError::Settings(format!("{kind} has no pull requests")))
        }
        HostKind::Github => Ok(Box::new(Github::new(http, project))),
        HostKind::Gitlab => Ok(Box::new(Gitlab::new(http, project))),
        HostKind::Gitea => Ok(Box::new(Gitea::new(http, project))),
    }
}

/// A forge, for one repository.
pub trait Forge {
    /// A pull request as it is now.
    fn pull_request(&self, number: PullNumber) -> Result<PullRequest, ForgeError>;

    /// All its reviews, the oldest first.
    fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, ForgeError>;

    /// When it was last made to want another branch changed than before; `None` if it never was.
    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError>;

    /// Who moved its branch to where it is.
    fn pushers(&self, pull: &PullRequest) -> Result<Pushers, ForgeError>;

    /// Whether an owner may be a team of this forge.
    fn may_be_team(&self, handle: &OwnerHandle) -> bool {
        handle.is_team()
    }

    /// The accounts of a team.
    fn team(&self, team: &OwnerHandle) -> Result<Vec<String>, ForgeError>;

    /// What must be green before a branch changes.
    fn branch_rules(&self, branch: &str) -> Result<BranchRules, ForgeError>;

    /// Branch protection rules and who can bypass them. Uses the default branch if `branch` is `None`.
    fn enforcement(&self, branch: Option<&str>) -> Result<Enforcement, ForgeError>;

    /// What waits in the merge queue of a branch; nothing where the forge has none that it tells of.
    fn merge_queue(&self, _branch: &str) -> Result<Vec<QueueEntry>, ForgeError> {
        Ok(Vec::new())
    }

    /// Names a commit's status, unless it says the same already.
    fn set_status(&self, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError>;

    /// Writes the one comment that begins with `marker`: over the one that this account wrote, or again.
    fn write_comment(
        &self,
        number: PullNumber,
        marker: &str,
        text: &str,
        occasion: Occasion,
    ) -> Result<(), ForgeError>;

    /// Shows notes beside the lines of a commit.
    fn annotate(&self, commit: &ObjectId, run: &NoteRun, notes: &[LineNote]) -> Result<(), ForgeError>;

    /// Proposes changes beside lines, those that were not proposed before.
    fn propose(&self, pull: &PullRequest, changes: &[LineProposal]) -> Result<(), ForgeError>;

    /// The API, for what only one forge has.
    fn http(&self) -> &Http;
}
