//! gitolite.
//!
//! In: variables. Out: facts. Never: judges a change. It has no API.

mod facts;

pub(in crate::host) use facts::FACTS;
