//! The data of a pull request, in words that all forges share.

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
    /// Parses a path of two or more words of letters, digits, `-`, `_` and `.`, which cannot lead a request or a fetch
    /// elsewhere.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let word = |word: &str| !word.is_empty() && word != "." && word != ".." && word.bytes().all(plain);
        (text.split('/').count() >= 2 && text.split('/').all(word)).then(|| Self(text.to_owned()))
    }

    /// Returns the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name, without `@`.
    pub login: String,
    /// The kind of its holder.
    pub kind: AccountKind,
}

/// The kind of an account's holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person, as far as the forge knows.
    Person,
    /// An app, a bot or an organisation, whose approval does not count.
    Program,
}

/// A pull request as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: PullNumber,
    /// Its newest commit.
    pub head: ObjectId,
    /// The branch that it targets, without `refs/heads/`.
    pub target: String,
    /// The branch that the repository's HEAD names, without `refs/heads/`: its trust files govern.
    pub default_branch: String,
    /// The account that opened it. `None` if the account is gone.
    pub author: Option<Account>,
    /// The branch of its commits. `None` if it is gone.
    pub source: Option<SourceBranch>,
    /// Its state.
    pub state: PullState,
}

/// The branch that a pull request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceBranch {
    /// The repository. A fork if it is another one.
    pub project: Project,
    /// The branch, without `refs/heads/`.
    pub branch: String,
}

/// The state of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullState {
    /// It can be merged or closed.
    Open,
    /// It is closed and can be opened again.
    Closed,
    /// It is merged.
    Merged,
}

/// One review. The forge lists the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The reviewer. `None` if the account was deleted; its reviews no longer count.
    pub reviewer: Option<Account>,
    /// Its result.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit: Option<ObjectId>,
    /// The time, by the forge's clock.
    pub at: Option<DateTime<Utc>>,
}

/// The result of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// It approves.
    Approved,
    /// It approves, and the forge does not count it.
    Unofficial,
    /// It asks for changes.
    ChangesRequested,
    /// It had a result and was dismissed.
    Dismissed,
    /// It has no result.
    Commented,
}

/// The accounts that pushed a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushers {
    /// All accounts.
    Known(Vec<Account>),
    /// Not reported by the forge, for this reason.
    Unknown(String),
}

/// The demands of the forge on a change of a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BranchRules {
    /// The statuses that must be green.
    pub required: Vec<RequiredStatus>,
    /// Says whether the change is judged again when the target branch moves.
    pub freshness: Freshness,
}

/// A status that must be green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredStatus {
    /// Its name, or a pattern of it.
    pub context: String,
    /// Says which of both.
    pub form: ContextForm,
    /// The app that must set it. `None` if every app may.
    pub app: Option<u64>,
}

/// The form of a required status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextForm {
    /// A name.
    Name,
    /// A pattern, as Gitea has it: `*` matches anything, a slash too.
    Pattern,
}

impl RequiredStatus {
    /// Returns true if a status can be the required one. A pattern that is not valid matches nothing.
    pub fn matches(&self, context: &str) -> bool {
        match self.form {
            ContextForm::Name => self.context == context,
            ContextForm::Pattern => globset::GlobBuilder::new(&self.context)
                .literal_separator(false)
                .backslash_escape(true)
                .build()
                .is_ok_and(|pattern| pattern.compile_matcher().is_match(context)),
        }
    }

    /// Returns true if statuses of other names can be the required one too.
    pub fn is_pattern(&self) -> bool {
        match self.form {
            ContextForm::Name => false,
            ContextForm::Pattern => self.context.contains(['*', '?', '[', '{', '\\']),
        }
    }
}

/// Says whether a status can become outdated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// A pull request has to contain its target's tip before it is merged.
    UpToDate,
    /// A merge queue judges the result of a merge.
    Queue,
    /// The change is not judged again.
    #[default]
    Stale,
    /// The forge does not report it.
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

/// The status of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitStatus {
    /// The name, which is the same in every run.
    pub context: String,
    /// Its state.
    pub state: StatusState,
    /// One line, at most 140 characters.
    pub description: String,
    /// The address of further information.
    pub target_url: Option<String>,
}

/// A status that is set already.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct ExistingStatus<'a> {
    /// Its name.
    pub(in crate::host) context: &'a str,
    /// Its state, in the forge's word.
    pub(in crate::host) state: &'a str,
    /// Its text.
    pub(in crate::host) description: Option<&'a str>,
}

/// The state of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// The change may be merged.
    Success,
    /// The change may not be merged, because of its content.
    Failure,
    /// The change may not be merged, because something could not be evaluated.
    Error,
}

impl StatusState {
    /// Returns the word of GitHub and Gitea.
    pub(in crate::host) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

impl CommitStatus {
    /// Returns true if it equals the status that is set already. `state` is the forge's word for its own state.
    pub(in crate::host) fn repeats(&self, state: &str, known: &ExistingStatus<'_>) -> bool {
        known.context == self.context
            && known.state == state
            && known.description == Some(self.description.as_str())
    }

    /// Returns the body of a request. `name` is the forge's key for the context.
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
    /// The first column, from 1, and the one after the last, if it is one line.
    pub columns: Option<(u32, u32)>,
    /// The level.
    pub level: NoteLevel,
    /// The title.
    pub title: String,
    /// The problem.
    pub message: String,
    /// All known facts.
    pub details: String,
}

/// The level of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteLevel {
    /// It blocks the change.
    Failure,
    /// It does not block.
    Warning,
    /// It is only reported.
    Notice,
}

/// The run that notes belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRun {
    /// Its name, which differs from the status's, because notes decide nothing.
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

/// Says whether a comment is worth writing before the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It is worth writing.
    Anew,
    /// It only replaces an older comment, which is no longer true.
    Over,
}
