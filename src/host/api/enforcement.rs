//! The branch protection of a forge, as plain facts.
//!
//! In: nothing; each forge fills this in. Out: [`Enforcement`]. Never: judges; or treats a setting that the token
//! cannot read as absent.

use super::model::{Freshness, RequiredStatus};

/// A fact, or why the forge does not report it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting<T> {
    /// The forge reports it.
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
    /// The branch that the repository's HEAD names: statuses of pull requests into others have a name of their own.
    pub default_branch: String,
    /// Its protection rules. A change must satisfy every layer.
    pub layers: Vec<Layer>,
    /// Why more rules may exist that the token cannot read.
    pub hidden: Vec<String>,
    /// The app that every workflow speaks as; `None` if statuses are of no app.
    pub workflow_app: Setting<Option<u64>>,
    /// The workflows of the default branch.
    pub workflows: Setting<Vec<WorkflowFile>>,
    /// What the forge finds wrong with the file of owners.
    pub owners_problems: Setting<Vec<OwnersFileProblem>>,
    /// Hooks of the server itself; empty if the forge reports no hooks.
    pub server_hooks: Setting<Vec<ServerHook>>,
}

/// A ruleset or a branch protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What people call it.
    pub name: String,
    /// Who can bypass it.
    pub bypass: Setting<Vec<Bypass>>,
    /// The statuses that must be green.
    pub statuses: Statuses,
    /// Whether something judges again when the branch moves.
    pub freshness: Freshness,
    /// Who may push to the branch without a pull request.
    pub pushes: Pushes,
    /// Moving the branch to where it does not lead.
    pub force_pushes: Barrier,
    /// Deleting the branch.
    pub deletion: Barrier,
    /// Commits without a signature.
    pub unsigned_commits: Barrier,
    /// What reviews are for; `None` if none is asked for.
    pub reviews: Setting<Option<ReviewDemands>>,
    /// Workflows that run as the layer has them, whatever the pull request says.
    pub required_workflows: Vec<String>,
    /// More ways to bypass it.
    pub gaps: Vec<Gap>,
}

/// Statuses that must be green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// Those of these names.
    Named(Vec<RequiredStatus>),
    /// Every one that the pipeline happens to have.
    WholePipeline,
}

/// Whether something is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// It is.
    Blocked,
    /// It is not.
    Open,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// It is.
    Required,
    /// It is not.
    NotRequired,
}

/// Who may push to a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushes {
    /// No one: changes come by pull requests.
    Nobody,
    /// A person who may write, if the commit has the statuses that a merge needs.
    WithStatuses,
    /// These, whatever the statuses say.
    By(Vec<String>),
    /// Everyone who may write, whatever the statuses say.
    AnyWriter,
}

/// A person who need not satisfy a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bypass {
    /// Who, in words.
    pub who: String,
    /// How many that can be.
    pub reach: Reach,
}

/// How many people a name represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Named accounts, or administrators.
    Named,
    /// Everyone who may write.
    EveryWriter,
}

/// What reviews are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewDemands {
    /// How many approvals are needed.
    pub approvals: u64,
    /// That approvals end when commits are added.
    pub dismissed_on_push: Demand,
    /// That another person than the last to push approves.
    pub last_push: Demand,
    /// That owners approve.
    pub code_owners: Demand,
}

/// Ways to bypass the layer besides statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gap {
    /// GitLab: a pipeline that was skipped counts as green.
    SkippedPipelinePasses,
    /// GitLab: the pipeline is described by the branch that is to be merged.
    PipelineFromMergeRequest,
    /// GitLab: a merge train can be left, to be merged at once.
    QueueSkippable,
    /// GitLab: authors approve their own merge requests.
    AuthorsApprove,
    /// GitLab: those who added commits approve.
    CommittersApprove,
    /// GitLab: a merge request may change who must approve it.
    ApproversChangeable,
    /// GitHub: a branch may be made again without the statuses.
    CreationUnchecked,
    /// GitHub: some may merge without the reviews.
    ReviewsBypassed,
    /// Gitea: a review that rejects does not hold a merge back.
    RejectionPasses,
    /// Gitea: files of some names are pushed without a pull request.
    FilesUnprotected,
    /// Gitea: pull requests may change workflows.
    WorkflowsUnprotected,
}

/// A workflow as it is on the default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A line of the file of owners that the forge cannot use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersFileProblem {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, in the forge's words.
    pub kind: String,
}

/// A `pre-receive` hook of GitHub Enterprise Server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHook {
    /// What its administrator calls it.
    pub name: String,
    /// What it does to a push.
    pub effect: HookEffect,
    /// Who may turn it off.
    pub control: Setting<HookControl>,
}

/// What a server's hook does to a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEffect {
    /// It turns pushes away.
    Enforced,
    /// It only says what it would do.
    Testing,
    /// Nothing.
    Disabled,
}

/// Who may turn a server's hook off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookControl {
    /// Administrators of the server or of the organisation.
    AboveRepository,
    /// Administrators of the repository too.
    Repository,
}

impl Layer {
    /// A layer that demands nothing.
    pub fn open(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bypass: Setting::Known(Vec::new()),
            statuses: Statuses::Named(Vec::new()),
            freshness: Freshness::Stale,
            pushes: Pushes::WithStatuses,
            force_pushes: Barrier::Open,
            deletion: Barrier::Open,
            unsigned_commits: Barrier::Open,
            reviews: Setting::Known(None),
            required_workflows: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<T> Setting<T> {
    /// The fact as something else.
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
    /// What must be satisfied if both hold.
    pub fn and(self, other: Self) -> Self {
        Self {
            approvals: self.approvals.max(other.approvals),
            dismissed_on_push: self.dismissed_on_push.or(other.dismissed_on_push),
            last_push: self.last_push.or(other.last_push),
            code_owners: self.code_owners.or(other.code_owners),
        }
    }
}
