//! Whose approval a path needs.
//!
//! In: the CODEOWNERS file of the base. Out: [`Codeowners`], which names the owners of a path and
//! the line that says so. Never: knows who somebody is or who approved.

mod codeowners;
mod line;
mod pattern;

use std::fmt;

pub use codeowners::{Codeowners, LOCATIONS, OwnerRule};

/// An owner as CODEOWNERS writes it: `@user`, `@org/team` or an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnerHandle(pub Box<str>);

impl fmt::Display for OwnerHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A line of CODEOWNERS that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersProblem {
    /// The line, from 1.
    pub line: u32,
    /// The line itself, lossy where it is not UTF-8; empty where the whole file is meant.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}
