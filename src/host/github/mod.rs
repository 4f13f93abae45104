//! GitHub.
//!
//! In: variables, and what the API replies. Out: facts, and what the API says. Never: judges a change.

#[cfg(feature = "program")]
pub(in crate::host) mod api;
mod facts;

pub(in crate::host) use facts::FACTS;
