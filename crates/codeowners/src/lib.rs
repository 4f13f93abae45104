//! Reads files of owners, and says whose approval a path needs.
//!
//! In: the files that name owners, of one revision. Out: [`OwnersFile`], which lists every [`Requirement`] of a path
//! with the line that makes it, and [`Requirement::measure_progress`]. Never: knows who a person is, who approved, or reads a
//! repository.

mod dialect;
mod file;
mod gitea;
mod github;
mod gitlab;
mod glob;
mod go_expression;
mod handle;
mod index;
mod kubernetes;
mod problem;
mod requirement;
mod unblock;

#[cfg(test)]
mod tests;

pub use dialect::{Coverage, Dialect, KnownDialect, Located, SeveralHosts, locate, may_name_owners};
pub use file::OwnersFile;
pub use handle::OwnerHandle;
pub use problem::{OwnersProblem, ReadFrom};
pub use requirement::{Approver, BoundChanges, PolicyDemand, Progress, RequiredOwners, Requirement};
pub use unblock::{MissingApprovals, find_smallest_group};

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
