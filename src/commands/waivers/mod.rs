//! The commands that write waivers.
//!
//! In: a revision, the file of waivers in the work tree. Out: the file, and what was done to it. Never: adds
//! an entry that nobody asked for, or loses one without saying so.

pub(super) mod baseline;
mod file;
mod today;

pub(super) use file::{WaiversOnDisk, terms};
pub(super) use today::{Accepted, Today};
