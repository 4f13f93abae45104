//! The fields of GitLab's replies that are read: <https://docs.gitlab.com/api/rest/>.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::host::api::model::{Account, AccountKind, ExistingStatus, PullState};

#[derive(Deserialize)]
pub(super) struct GitlabProject {
    pub(super) path_with_namespace: String,
    pub(super) default_branch: Option<String>,
    pub(super) merge_method: Option<String>,
    #[serde(default)]
    pub(super) merge_trains_enabled: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct MergeRequest {
    pub(super) iid: u64,
    pub(super) state: State,
    pub(super) sha: Option<String>,
    pub(super) target_branch: String,
    pub(super) source_branch: String,
    pub(super) source_project_id: Option<u64>,
    pub(super) target_project_id: u64,
    pub(super) author: Option<GitlabUser>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Opened,
    Closed,
    Locked,
    Merged,
}

#[derive(Deserialize)]
pub(super) struct GitlabUser {
    pub(super) username: String,
}

#[derive(Deserialize)]
pub(super) struct GitlabApprovals {
    pub(super) approved_by: Vec<GitlabApprovedBy>,
}

#[derive(Deserialize)]
pub(super) struct GitlabApprovedBy {
    pub(super) user: GitlabUser,
}

#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) head_commit_sha: String,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct GitlabNote {
    pub(super) id: u64,
    pub(super) system: bool,
    pub(super) body: String,
    pub(super) author: Option<GitlabUser>,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct GitlabEvent {
    pub(super) author_username: Option<String>,
    pub(super) push_data: Option<PushData>,
}

#[derive(Deserialize)]
pub(super) struct PushData {
    pub(super) r#ref: Option<String>,
    pub(super) ref_type: String,
    pub(super) action: String,
    pub(super) commit_from: Option<String>,
    pub(super) commit_to: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitlabMember {
    pub(super) username: String,
    pub(super) state: Option<String>,
    pub(super) access_level: u32,
}

#[derive(Deserialize)]
pub(super) struct GitlabStatus {
    pub(super) name: String,
    #[serde(rename = "status")]
    pub(super) state: String,
    pub(super) description: Option<String>,
}

impl GitlabStatus {
    pub(super) fn as_existing(&self) -> ExistingStatus<'_> {
        ExistingStatus { context: &self.name, state: &self.state, description: self.description.as_deref() }
    }
}

impl GitlabUser {
    /// Converts the account. Access tokens act as accounts of their own, which are not people: `project_12_bot_…`,
    /// `group_12_bot_…`.
    pub(super) fn account(self) -> Account {
        let of_token = ["project_", "group_"].iter().any(|prefix| self.username.starts_with(prefix))
            && self.username.contains("_bot");
        let program = of_token || self.username.starts_with("service_account_") || self.username == "ghost";
        let kind = if program { AccountKind::Program } else { AccountKind::Person };
        Account { login: self.username, kind }
    }
}

impl State {
    pub(super) fn read(self) -> PullState {
        match self {
            Self::Opened | Self::Locked => PullState::Open,
            Self::Closed => PullState::Closed,
            Self::Merged => PullState::Merged,
        }
    }
}
