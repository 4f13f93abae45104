//! The commands that write waivers.
//!
//! In: a revision, the file of waivers in the work tree. Out: the file, and what was done to it. Never: adds
//! an entry that no one asked for, or loses one without saying so.

pub(super) mod baseline;
mod file;
mod foreign;
pub(super) mod import;
mod readers;
mod today;

use std::time::SystemTime;

use super::error::CommandError;
use crate::cli::TermArguments;
use crate::gate::Session;
use crate::git::{BLOB_LIMIT, Repository};
use file::{WaiversOnDisk, terms};
use today::{Accepted, Today};

/// The session of a revision, or of HEAD's branch.
fn open(arguments: &TermArguments, revision: Option<&str>) -> Result<Session, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let (floor, now) = (arguments.server_policy.clone(), SystemTime::now());
    Ok(match revision {
        Some(revision) => {
            let commit = repository.revision(revision)?;
            Session::at(repository, commit, floor, now)?
        }
        None => Session::open(repository, floor, now)?,
    })
}
