//! The permissions in a cluster, by the objects of one revision.
//!
//! In: a world, the roles and bindings of every API server, the objects that a change supersedes. Out: `Grants`, by
//! subject and scope, with the objects that give them. Never: says which grant is dangerous.

mod grants;
mod membership;
mod roles;
mod selector;
mod superseded;

pub(crate) use grants::{Bound, Grant, GrantScope, Grants};
pub(crate) use roles::PlacedRule;
pub(crate) use superseded::{Superseded, is_aggregated, is_hidden};
