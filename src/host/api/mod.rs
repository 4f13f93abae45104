//! Reads pull requests and branch rules from a forge, and writes results to it.
//!
//! In: the address of its API, the number of a pull request. Out: the pull request, its reviews with their commits,
//! the members of teams; on the way back a status, comments and notes. Never: takes a list that a forge cuts short
//! (changed files, commits) for the change, which is read from git's objects; takes silence, a missing permission or a
//! reply that cannot be read for a no; or writes anything twice.

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
    AroundHook, Barrier, Bypass, Demand, Enforcement, ForcePushes, Gap, HookControl, HookEffect, KnownBranch,
    Layer, OwnersFileProblem, Pushes, Reach, ReviewDemands, ServerHook, Setting, Statuses, TagRule,
    WorkflowFile,
};
pub use http::{Connection, Http};
pub use model::{
    Account, AccountKind, BranchRules, CommitStatus, ContextForm, Freshness, LineNote, LineProposal,
    NoteLevel, NoteRun, Occasion, Project, PullNumber, PullRequest, PullState, Pushers, QueueEntry,
    RequiredStatus, Review, ReviewState, SourceBranch, StatusState,
};
pub use standing::{Approval, Approvals, Uncounted, UncountedReason, approvals};

/// Prepares requests to a forge about one of its repositories. Nothing is sent yet.
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
    /// Returns a pull request as it is now.
    fn pull_request(&self, number: PullNumber) -> Result<PullRequest, ForgeError>;

    /// Returns all its reviews, the oldest first.
    fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, ForgeError>;

    /// Returns the time when its target branch was last changed, or `None` if it never was.
    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError>;

    /// Returns the accounts that pushed its branch.
    fn pushers(&self, pull: &PullRequest) -> Result<Pushers, ForgeError>;

    /// Returns true if an owner may be a team of this forge.
    fn may_be_team(&self, handle: &OwnerHandle) -> bool {
        handle.is_team()
    }

    /// Returns the accounts of a team.
    fn team(&self, team: &OwnerHandle) -> Result<Vec<String>, ForgeError>;

    /// Returns the statuses that must be green before a branch changes.
    fn branch_rules(&self, branch: &str) -> Result<BranchRules, ForgeError>;

    /// Returns branch protection rules and the accounts that can bypass them. Uses the default branch if `branch` is
    /// `None`.
    fn enforcement(&self, branch: Option<&str>) -> Result<Enforcement, ForgeError>;

    /// Returns the entries of a branch's merge queue. Empty if the forge has no queue that it reports.
    fn merge_queue(&self, _branch: &str) -> Result<Vec<QueueEntry>, ForgeError> {
        Ok(Vec::new())
    }

    /// Sets a commit's status, unless it is set already.
    fn set_status(&self, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError>;

    /// Writes the comment that begins with `marker`: it overwrites the one of this account, or adds one.
    fn write_comment(
        &self,
        number: PullNumber,
        marker: &str,
        text: &str,
        occasion: Occasion,
    ) -> Result<(), ForgeError>;

    /// Shows notes beside the lines of a commit.
    fn annotate(&self, commit: &ObjectId, run: &NoteRun, notes: &[LineNote]) -> Result<(), ForgeError>;

    /// Proposes changes beside lines, except for those that were proposed before.
    fn propose(&self, pull: &PullRequest, changes: &[LineProposal]) -> Result<(), ForgeError>;

    /// Returns the API, for requests that only one forge has.
    fn http(&self) -> &Http;
}
