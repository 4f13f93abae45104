//! The file of waivers in a work tree.
//!
//! In: a revision, the file, and ignore rules of other tools. Out: the file with today's findings as entries, and what was
//! done to it. Never: adds an entry that no one asked for, or loses one without saying so.

mod baseline;
mod error;
mod file;
mod foreign;
mod import;
mod readers;
mod single;
mod terms;
mod today;

use std::path::PathBuf;
use std::time::SystemTime;

use crate::gate::{GateError, Session};
use crate::git::{BLOB_LIMIT, Repository};
pub use baseline::{Absent, Baseline, BaselineCheck, Fingerprints, Growth, Update};
pub use error::WaiversError;
pub use foreign::ForeignTool;
pub use import::Import;
pub use single::{AskedWaiver, ReportedFinding, waive};
pub use terms::AskedTerms;

/// The repository and revision whose findings are waived.
#[derive(Debug)]
pub struct Origin {
    /// The repository.
    pub folder: PathBuf,
    /// The revision; `None` means HEAD's branch.
    pub revision: Option<String>,
    /// The server's policy.
    pub server_policy: Option<PathBuf>,
}

impl Origin {
    fn open(&self) -> Result<Session, WaiversError> {
        let repository = Repository::discover(&self.folder, BLOB_LIMIT)?;
        let (floor, now) = (self.server_policy.clone(), SystemTime::now());
        let session: Result<Session, GateError> = match &self.revision {
            Some(revision) => {
                let commit = repository.revision(revision)?;
                Session::at(repository, commit, floor, now)
            }
            None => Session::open(repository, floor, now),
        };
        Ok(session?)
    }
}
