//! The fields of GitHub's replies that are read: <https://docs.github.com/en/rest>. A field that may be null is
//! optional. Without any other field a reply is invalid.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::host::api::http::Http;
use crate::host::api::model::{Account, AccountKind, ExistingStatus, Review, ReviewState};
use source_files::ObjectId;

#[derive(Deserialize)]
pub(super) struct GithubUser {
    login: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GithubPullReview {
    user: Option<GithubUser>,
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
    pub(super) actor: Option<GithubUser>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum GithubRule {
    RequiredStatusChecks {
        parameters: Option<GithubStatusParameters>,
    },
    MergeQueue,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct GithubStatusParameters {
    pub(super) required_status_checks: Vec<GithubRequiredCheck>,
    pub(super) strict_required_status_checks_policy: bool,
}

#[derive(Deserialize)]
pub(super) struct GithubRequiredCheck {
    pub(super) context: String,
    pub(super) integration_id: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct GithubCombinedStatus {
    pub(super) statuses: Vec<GithubStatus>,
}

#[derive(Deserialize)]
pub(super) struct GithubStatus {
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
}

impl GithubStatus {
    pub(super) fn as_existing(&self) -> ExistingStatus<'_> {
        ExistingStatus {
            context: &self.context,
            state: &self.state,
            description: self.description.as_deref(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct GithubComment {
    pub(super) id: u64,
    pub(super) user: Option<GithubUser>,
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

impl GithubUser {
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

impl GithubPullReview {
    /// Converts the review. One that is not submitted yet has no result.
    pub(super) fn read(self) -> Review {
        let state = match self.state {
            ReviewWord::Approved => ReviewState::Approved,
            ReviewWord::ChangesRequested => ReviewState::ChangesRequested,
            ReviewWord::Dismissed => ReviewState::Dismissed,
            ReviewWord::Commented | ReviewWord::Pending => ReviewState::Commented,
        };
        let commit = self.commit_id.as_deref().and_then(ObjectId::parse);
        Review { reviewer: self.user.map(GithubUser::account), state, commit, at: self.submitted_at }
    }
}

/// Returns the path of GraphQL: beside `/api/v3` on GitHub Enterprise Server, below the base on github.com.
pub(super) fn graphql_path(http: &Http) -> &'static str {
    if http.base().ends_with("/api/v3") { "/../graphql" } else { "/graphql" }
}
