//! Who may do what in a cluster, as the objects of one revision say.
//!
//! In: a world, the roles and bindings that every API server brings, what a change supersedes. Out: `Grants`, by
//! subject and scope, with the objects that give them. Never: says which grant is dangerous.

mod grants;
mod membership;
mod roles;
mod selector;
mod superseded;

pub(crate) use grants::{Bound, Grant, Grants, Scope};
pub(crate) use roles::Rule;
pub(crate) use superseded::{Superseded, is_aggregated, is_hidden};
