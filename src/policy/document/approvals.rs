//! `approvals:`, statements that are signed tags.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::age::Age;
use super::super::error::PolicyError;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::people::check_listed;
use super::{added, longer};

/// Approvals that are signed tags under `refs/approvals/`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalsEntry {
    /// The longest time until an approval expires: `7d`, `12h`; without limit if absent.
    pub max_age: Option<Age>,
    /// Names in `people:`, usually programs, that may state in a signed object that another person has reviewed a
    /// change on a forge (`portcullis pr --issue-approvals`). Such a statement counts as the reviewer's approval. If
    /// the server's policy has a list of people, only its own issuers count.
    #[serde(default)]
    pub issuers: Vec<String>,
}

/// Refuses issuers that `people:` does not list.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let issuers = file.document.approvals.as_ref().map(|approvals| approvals.issuers.as_slice());
    check_listed(file, "/approvals/issuers", issuers.unwrap_or_default())
}

/// Approvals that hold for longer, and more people who may state the reviews of others.
pub(super) fn weakenings(old: Option<&ApprovalsEntry>, new: Option<&ApprovalsEntry>) -> Vec<String> {
    let nothing = ApprovalsEntry::default();
    let (old, ApprovalsEntry { max_age, issuers }) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let issuers = added(&old.issuers, issuers).map(|name| format!("{name} may state the reviews of others"));
    longer("approvals", old.max_age, *max_age).into_iter().chain(issuers).collect()
}

impl Policy {
    /// The longest time until an approval expires: the shortest that any layer names.
    pub fn approvals_max_age(&self) -> Option<Age> {
        let documents = self.layers.iter().filter_map(|layer| layer.document());
        documents.filter_map(|document| document.approvals.as_ref()?.max_age).min()
    }

    /// The people who may state the reviews of others. The policy that defines the people also defines this, so that a
    /// repository cannot let a person speak for the server's people.
    pub fn issuers(&self) -> &[String] {
        let approvals = self.register().and_then(|document| document.approvals.as_ref());
        approvals.map(|approvals| approvals.issuers.as_slice()).unwrap_or_default()
    }
}
