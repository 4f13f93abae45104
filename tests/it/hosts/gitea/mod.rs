//! Gitea and Forgejo, against a forge that stands in for it.

mod enforcement;
mod paging;
pub(crate) mod pull_requests;
mod recorded;
