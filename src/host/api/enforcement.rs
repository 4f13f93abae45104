//! The branch protection of a forge, as plain facts.
//!
//! In: nothing; each forge fills this in. Out: [`Enforcement`]. Never: judges; or treats a setting that the token
//! cannot read as absent.

use super::model::{Freshness, RequiredStatus};

/// A fact, or the reason why the forge does not report it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting<T> {
    /// The fact that the forge reports.
    Known(T),
    /// The forge does not report it, for this reason, which includes missing permissions of the token if they are
    /// known.
    Hidden(String),
}

/// All settings that affect one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforcement {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The branch that the repository's HEAD names. Statuses of pull requests into other branches have a name of their
    /// own.
    pub default_branch: String,
    /// Its protection rules. A change must satisfy every layer.
    pub layers: Vec<Layer>,
    /// The reasons why more rules may exist that the token cannot read.
    pub hidden: Vec<String>,
    /// The app that every workflow acts as. `None` if statuses have no app.
    pub workflow_app: Setting<Option<u64>>,
    /// The workflows of the default branch.
    pub workflows: Setting<Vec<WorkflowFile>>,
    /// The problems that the forge finds in the file of owners.
    pub owners_problems: Setting<Vec<OwnersFileProblem>>,
    /// Hooks of the server itself. Empty if the forge reports no hooks.
    pub server_hooks: Setting<Vec<ServerHook>>,
    /// The rules against changes of refs that run no hook. `None` if every change runs the hook of such a forge.
    pub around_hook: Option<AroundHook>,
}

/// The rules against changes of refs that run no hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AroundHook {
    /// The policy of the default branch. `None` if there is no file.
    pub policy: Setting<Option<String>>,
    /// The rules of tags.
    pub tags: Setting<Vec<TagRule>>,
    /// All branches.
    pub branches: Setting<Vec<KnownBranch>>,
}

/// A rule that says who may create, move and delete some tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRule {
    /// The pattern of the tags' names; a regular expression between slashes.
    pub pattern: String,
    /// Those who may.
    pub allowed: Vec<String>,
}

/// A branch, without `refs/heads/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBranch {
    /// It has a rule.
    Protected(String),
    /// It has none.
    Unprotected(String),
}

/// A ruleset or a branch protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name, for people.
    pub name: String,
    /// The accounts that can bypass it.
    pub bypass: Setting<Vec<Bypass>>,
    /// The statuses that must be green.
    pub statuses: Statuses,
    /// Says whether the change is judged again when the branch moves.
    pub freshness: Freshness,
    /// The accounts that may push to the branch without a pull request.
    pub pushes: Pushes,
    /// The accounts that may rewrite the branch.
    pub force_pushes: ForcePushes,
    /// The barrier against deleting the branch.
    pub deletion: Barrier,
    /// The barrier against commits without a signature.
    pub unsigned_commits: Barrier,
    /// The demands on reviews. `None` if none is required.
    pub reviews: Setting<Option<ReviewDemands>>,
    /// Workflows that run as the layer defines them, whatever the pull request says.
    pub required_workflows: Vec<String>,
    /// More ways to bypass it.
    pub gaps: Vec<Gap>,
}

/// Statuses that must be green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// The statuses with these names.
    Named(Vec<RequiredStatus>),
    /// Every status that the pipeline happens to have.
    WholePipeline,
    /// Every status that the commit happens to have, and at least one.
    AnyThatExist,
}

/// Says whether something is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// It is blocked.
    Blocked,
    /// It is not blocked.
    Open,
}

/// Says whether something is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// It is required.
    Required,
    /// It is not required.
    NotRequired,
}

/// The accounts that may push to a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushes {
    /// No account: changes come by pull requests.
    Nobody,
    /// Accounts with write access, if the commit has the statuses that a merge needs.
    WithStatuses,
    /// These accounts, whatever the statuses say.
    By(Vec<String>),
    /// All accounts with write access, whatever the statuses say.
    AnyWriter,
}

/// The accounts that may rewrite a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForcePushes {
    /// No account.
    Nobody,
    /// These accounts.
    By(Vec<String>),
    /// All accounts that may push.
    WhoeverPushes,
}

impl From<Barrier> for ForcePushes {
    fn from(barrier: Barrier) -> Self {
        match barrier {
            Barrier::Blocked => Self::Nobody,
            Barrier::Open => Self::WhoeverPushes,
        }
    }
}

/// An account or role that need not satisfy a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bypass {
    /// The account or role, in words.
    pub who: String,
    /// The number of people that it can be.
    pub reach: Reach,
}

/// The number of people that a name represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Named accounts, or administrators.
    Named,
    /// Everyone who may write.
    EveryWriter,
}

/// The demands on reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewDemands {
    /// The number of approvals.
    pub approvals: u64,
    /// The demand that approvals end when commits are added.
    pub dismissed_on_push: Demand,
    /// The demand that another person than the last pusher approves.
    pub last_push: Demand,
    /// The demand that owners approve.
    pub code_owners: Demand,
}

/// Ways to bypass the layer besides statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gap {
    /// GitLab: a pipeline that was skipped counts as green.
    SkippedPipelinePasses,
    /// GitLab: the branch that is to be merged describes the pipeline.
    PipelineFromMergeRequest,
    /// GitLab: a merge request can skip the merge train and be merged at once.
    QueueSkippable,
    /// GitLab: authors can approve their own merge requests.
    AuthorsApprove,
    /// GitLab: people who added commits can approve.
    CommittersApprove,
    /// GitLab: a merge request can change its required approvers.
    ApproversChangeable,
    /// GitHub: a branch can be created again without the statuses.
    CreationUnchecked,
    /// GitHub: some accounts can merge without the reviews.
    ReviewsBypassed,
    /// Gitea: a review that rejects does not block a merge.
    RejectionPasses,
    /// Gitea: files of some names can be pushed without a pull request.
    FilesUnprotected,
    /// Gitea: pull requests can change workflows.
    WorkflowsUnprotected,
}

/// A workflow as it is on the default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A line of the file of owners that the forge cannot use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersFileProblem {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The problem, in the forge's words.
    pub kind: String,
}

/// A `pre-receive` hook of GitHub Enterprise Server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHook {
    /// The name that its administrator chose.
    pub name: String,
    /// Its effect on a push.
    pub effect: HookEffect,
    /// The people who may turn it off.
    pub control: Setting<HookControl>,
}

/// The effect of a server's hook on a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEffect {
    /// It rejects pushes.
    Enforced,
    /// It only reports.
    Testing,
    /// None.
    Disabled,
}

/// The people who may turn a server's hook off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookControl {
    /// Administrators of the server or of the organisation.
    AboveRepository,
    /// Administrators of the repository too.
    Repository,
}

impl Layer {
    /// Returns a layer that demands nothing.
    pub fn open(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bypass: Setting::Known(Vec::new()),
            statuses: Statuses::Named(Vec::new()),
            freshness: Freshness::Stale,
            pushes: Pushes::WithStatuses,
            force_pushes: ForcePushes::WhoeverPushes,
            deletion: Barrier::Open,
            unsigned_commits: Barrier::Open,
            reviews: Setting::Known(None),
            required_workflows: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<T> Setting<T> {
    /// Converts the fact.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        match self {
            Self::Known(fact) => Setting::Known(change(fact)),
            Self::Hidden(reason) => Setting::Hidden(reason),
        }
    }
}

impl Demand {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotRequired, Self::NotRequired) => Self::NotRequired,
            (Self::Required, _) | (_, Self::Required) => Self::Required,
        }
    }
}

impl ReviewDemands {
    /// Combines two demands that must both be satisfied.
    pub fn and(self, other: Self) -> Self {
        Self {
            approvals: self.approvals.max(other.approvals),
            dismissed_on_push: self.dismissed_on_push.or(other.dismissed_on_push),
            last_push: self.last_push.or(other.last_push),
            code_owners: self.code_owners.or(other.code_owners),
        }
    }
}
