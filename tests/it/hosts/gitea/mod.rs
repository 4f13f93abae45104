//! Gitea and Forgejo, against a forge that stands in for it.

mod enforcement;
pub(crate) mod pull_requests;
