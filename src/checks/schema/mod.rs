//! Objects that the API server would refuse, or accept only in part.
//!
//! In: a change and the schemas of its cluster. Out: violations of the new object that the old one
//! did not have. Never: judges an object that goes away.

pub(super) mod dangling_reference;
pub(super) mod immutable_field;
pub(super) mod invalid_object;
pub(super) mod invalid_schema;
pub(super) mod removed_api;
pub(super) mod unknown_field;
pub(super) mod unknown_kind;

mod brought;
mod narrowed;
mod placing;
mod retiring;
