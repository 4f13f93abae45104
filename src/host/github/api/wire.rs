//! The fields of GitHub's replies that are read: <https://docs.github.com/en/rest>. A field that may be null is
//! optional. Without any other field a reply is invalid.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::host::api::http::Http;
use crate::host::api::model::{Account, AccountKind, Review, ReviewState};
use source_files::ObjectId;

#[derive(Deserialize)]
pub(super) struct User {
    login: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PullReview {
    user: Option<User>,
    state: ReviewWord,
    commit_id: Option<String>,
    submitted_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ReviewWord {
    Approved,
    ChangesRequested,
    Dismissed,
    Commented,
    Pending,
}

/// An event of a pull request.
#[derive(Deserialize)]
pub(super) struct IssueEvent {
    pub(super) event: String,
    pub(super) created_at: DateTime<Utc>,
}

/// A movement of a branch.
#[derive(Deserialize)]
pub(super) struct Activity {
    pub(super) before: String,
    pub(super) after: String,
    pub(super) actor: Option<User>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Rule {
    RequiredStatusChecks {
        parameters: Option<StatusParameters>,
    },
    MergeQueue,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct StatusParameters {
    pub(super) required_status_checks: Vec<RequiredCheck>,
    pub(super) strict_required_status_checks_policy: bool,
}

#[derive(Deserialize)]
pub(super) struct RequiredCheck {
    pub(super) context: String,
    pub(super) integration_id: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct CombinedStatus {
    pub(super) statuses: Vec<Status>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
}

impl Status {
    /// Returns its name, its state in the forge's word, and its text.
    pub(super) fn says(&self) -> (&str, &str, Option<&str>) {
        (&self.context, &self.state, self.description.as_deref())
    }
}

#[derive(Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) user: Option<User>,
    pub(super) body: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GraphAnswer<T> {
    pub(super) data: Option<T>,
    #[serde(default)]
    pub(super) errors: Vec<GraphProblem>,
}

#[derive(Deserialize)]
pub(super) struct GraphProblem {
    pub(super) message: String,
}

impl User {
    /// Returns the login, in the form that is compared.
    pub(super) fn login(&self) -> &str {
        &self.login
    }

    /// Converts the account. A name that ends in `[bot]` is an app, whatever its type. An account of unknown type is
    /// not a person.
    pub(super) fn account(self) -> Account {
        let is_person = self.r#type.as_deref() == Some("User") && !self.login.ends_with("[bot]");
        let kind = if is_person { AccountKind::Person } else { AccountKind::Program };
        Account { login: self.login, kind }
    }
}

impl PullReview {
    /// Converts the review. One that is not submitted yet has no result.
    pub(super) fn read(self) -> Review {
        let state = match self.state {
            ReviewWord::Approved => ReviewState::Approved,
            ReviewWord::ChangesRequested => ReviewState::ChangesRequested,
            ReviewWord::Dismissed => ReviewState::Dismissed,
            ReviewWord::Commented | ReviewWord::Pending => ReviewState::Commented,
        };
        let commit = self.commit_id.as_deref().and_then(ObjectId::parse);
        Review { reviewer: self.user.map(User::account), state, commit, at: self.submitted_at }
    }
}

/// Returns the path of GraphQL: beside `/api/v3` on GitHub Enterprise Server, below the base on github.com.
pub(super) fn graphql_path(http: &Http) -> &'static str {
    if http.base().ends_with("/api/v3") { "/../graphql" } else { "/graphql" }
}
