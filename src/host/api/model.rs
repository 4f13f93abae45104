//! What a forge says of a pull request, in words that all forges share.

use std::fmt;

use chrono::{DateTime, Utc};

use source_files::ObjectId;

/// The number of a pull request; GitLab's `iid` of a merge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullNumber(pub u64);

impl fmt::Display for PullNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The path of a repository on its forge: `acme/prod`, or on GitLab `acme/team/prod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project(String);

impl Project {
    /// A path of two or more words of letters, digits, `-`, `_` and `.`; nothing that could lead a request or a
    /// fetch elsewhere.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let word = |word: &str| !word.is_empty() && word != "." && word != ".." && word.bytes().all(plain);
        (text.split('/').count() >= 2 && text.split('/').all(word)).then(|| Self(text.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name, without `@`.
    pub login: String,
    /// Whose it is.
    pub kind: AccountKind,
}

/// Whose an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person's, as far as the forge knows.
    Person,
    /// An app's, a bot's or an organisation's: its word counts for nothing.
    Program,
}

/// A pull request as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: PullNumber,
    /// Its newest commit.
    pub head: ObjectId,
    /// The branch that it wants to change, without `refs/heads/`.
    pub target: String,
    /// The branch that the repository's HEAD names, without `refs/heads/`: its trust files govern.
    pub default_branch: String,
    /// Who opened it; `None` if the account is gone.
    pub author: Option<Account>,
    /// The branch that its commits are on; `None` if it is gone.
    pub source: Option<SourceBranch>,
    /// Where it is.
    pub state: PullState,
}

/// The branch that a pull request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceBranch {
    /// The repository; a fork where it is another one.
    pub project: Project,
    /// The branch, without `refs/heads/`.
    pub branch: String,
}

/// Where a pull request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullState {
    /// It can be merged or closed.
    Open,
    /// It is closed and can be opened again.
    Closed,
    /// It is in.
    Merged,
}

/// One review, as the forge lists it: the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Reviewer; `None` if the account was deleted (its reviews no longer count).
    pub reviewer: Option<Account>,
    /// What it says.
    pub state: ReviewState,
    /// The commit that was looked at.
    pub commit: Option<ObjectId>,
    /// When, by the forge's clock.
    pub at: Option<DateTime<Utc>>,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// It approves.
    Approved,
    /// It asks for changes.
    ChangesRequested,
    /// It said something once and was dismissed.
    Dismissed,
    /// It says nothing for or against.
    Commented,
}

/// Who moved a branch to where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushers {
    /// All of them.
    Known(Vec<Account>),
    /// The forge does not say, for this reason.
    Unknown(String),
}

/// What the forge demands before it lets a branch change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BranchRules {
    /// The statuses that must be green.
    pub required: Vec<RequiredStatus>,
    /// Whether something judges again when the target branch moves.
    pub freshness: Freshness,
}

/// A status that must be green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredStatus {
    /// Its name.
    pub context: String,
    /// The app that must set it; `None` if anyone may.
    pub app: Option<u64>,
}

/// Whether a status can grow stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// A pull request has to contain its target's tip before it is merged.
    UpToDate,
    /// A merge queue judges what it merges.
    Queue,
    /// Nothing judges again.
    #[default]
    Stale,
    /// The forge does not say.
    Unknown,
}

/// A pull request that waits in a merge queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// The pull request.
    pub number: PullNumber,
    /// The commit that the queue made of it.
    pub merged: ObjectId,
}

/// What is announced of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitStatus {
    /// The name, which is the same in every run.
    pub context: String,
    /// What it says.
    pub state: StatusState,
    /// One line, at most 140 characters.
    pub description: String,
    /// Where more is.
    pub target_url: Option<String>,
}

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// The change may be merged.
    Success,
    /// It may not, for what it does.
    Failure,
    /// It may not, because something could not be evaluated.
    Error,
}

impl StatusState {
    /// GitHub's word, and Gitea's.
    pub(in crate::host) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

impl CommitStatus {
    /// Whether it says what a status that is there says already; `state` is the forge's word for its own.
    pub(in crate::host) fn repeats(&self, state: &str, known: (&str, &str, Option<&str>)) -> bool {
        known == (&self.context, state, Some(&self.description))
    }

    /// What a forge is sent: `name` is the key that it has for the context.
    pub(in crate::host) fn body(&self, name: &str, state: &str) -> serde_json::Value {
        let mut body = serde_json::Map::new();
        let mut set = |key: &str, value: &str| body.insert(key.to_owned(), value.into());
        set("state", state);
        set(name, &self.context);
        set("description", &self.description);
        self.target_url.iter().for_each(|url| drop(set("target_url", url)));
        body.into()
    }
}

/// A note beside lines of the new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineNote {
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The first column, from 1, and the one after the last, where it is one line.
    pub columns: Option<(u32, u32)>,
    /// How it is shown.
    pub level: NoteLevel,
    /// What it is.
    pub title: String,
    /// What is wrong.
    pub message: String,
    /// All that is known of it.
    pub details: String,
}

/// How a note is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteLevel {
    /// It holds the change back.
    Failure,
    /// It does not.
    Warning,
    /// It is only reported.
    Notice,
}

/// The run that notes belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRun {
    /// Its name, which is not the status's: notes decide nothing.
    pub name: String,
    /// One line.
    pub summary: String,
}

/// A change that is proposed beside lines of the new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProposal {
    /// The file.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// Its text, in Markdown.
    pub body: String,
}

/// Whether a comment is worth writing if no comment exists yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It is.
    Anew,
    /// Only over an older one, which says what is no longer true.
    Over,
}
