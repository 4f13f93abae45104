//! The fields of Gitea's and Forgejo's replies that are read. `/swagger` of a server describes them.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::host::api::model::{Account, AccountKind, ExistingStatus, Review, ReviewState};
use source_files::ObjectId;

#[derive(Deserialize)]
pub(super) struct GiteaUser {
    pub(super) login: String,
}

#[derive(Deserialize)]
pub(super) struct GiteaPullReview {
    user: Option<GiteaUser>,
    state: ReviewWord,
    #[serde(default)]
    official: bool,
    #[serde(default)]
    dismissed: bool,
    #[serde(default)]
    comments_count: usize,
    commit_id: Option<String>,
    submitted_at: Option<DateTime<Utc>>,
}

/// Something that happened to a pull request.
#[derive(Deserialize)]
pub(super) struct TimelineEntry {
    pub(super) r#type: String,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ReviewWord {
    Approved,
    RequestChanges,
    Comment,
    Pending,
    RequestReview,
}

#[derive(Deserialize)]
pub(super) struct GiteaFound<T> {
    pub(super) data: Vec<T>,
}

#[derive(Deserialize)]
pub(super) struct Team {
    pub(super) id: u64,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct GiteaCombinedStatus {
    pub(super) statuses: Option<Vec<GiteaStatus>>,
}

#[derive(Deserialize)]
pub(super) struct GiteaStatus {
    pub(super) context: String,
    #[serde(rename = "status")]
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) creator: Option<GiteaUser>,
}

/// The reply to a status that was written.
#[derive(Deserialize)]
pub(super) struct CreatedStatus {
    pub(super) creator: Option<GiteaUser>,
}

impl GiteaStatus {
    pub(super) fn as_existing(&self) -> ExistingStatus<'_> {
        ExistingStatus {
            context: &self.context,
            state: &self.state,
            description: self.description.as_deref(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct GiteaComment {
    pub(super) id: u64,
    pub(super) user: Option<GiteaUser>,
    pub(super) body: Option<String>,
}

impl GiteaUser {
    /// Converts the account. Accounts of the forge itself do not count as people.
    pub(super) fn account(self) -> Account {
        let own = ["gitea-actions", "forgejo-actions", "Ghost"];
        let program =
            own.iter().any(|name| self.login.eq_ignore_ascii_case(name)) || self.login.ends_with("[bot]");
        let kind = if program { AccountKind::Program } else { AccountKind::Person };
        Account { login: self.login, kind }
    }
}

impl GiteaPullReview {
    pub(super) fn approves(&self) -> bool {
        matches!(self.state, ReviewWord::Approved)
    }

    pub(super) fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.submitted_at
    }

    /// Returns the number of its line comments.
    pub(super) fn line_comments(&self) -> usize {
        self.comments_count
    }

    /// Converts the review. One by a person who is not allowed to review does not count.
    pub(super) fn read(self) -> Review {
        let state = match (self.state, self.dismissed, self.official) {
            (ReviewWord::Approved | ReviewWord::RequestChanges, true, _) => ReviewState::Dismissed,
            (ReviewWord::Approved, false, true) => ReviewState::Approved,
            (ReviewWord::RequestChanges, false, _) => ReviewState::ChangesRequested,
            (ReviewWord::Approved, false, false) => ReviewState::Unofficial,
            (ReviewWord::Comment | ReviewWord::Pending | ReviewWord::RequestReview, _, _) => {
                ReviewState::Commented
            }
        };
        let commit = self.commit_id.as_deref().and_then(ObjectId::parse);
        Review { reviewer: self.user.map(GiteaUser::account), state, commit, at: self.submitted_at }
    }
}
