//! Gitea and Forgejo.
//!
//! In: variables, and replies of the API. Out: facts, and the data of pull requests. Never: judges a change.

#[cfg(feature = "program")]
pub(in crate::host) mod api;
mod facts;

pub(in crate::host) use facts::FACTS;
