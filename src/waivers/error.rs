//! Errors of waivers.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::gate::GateError;
use crate::git::GitError;
use crate::governance::OwnersError;

/// An error because of which the file is not written.
#[derive(Debug, thiserror::Error)]
pub enum WaiversError {
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The file.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Not everything could be judged, and the rest could be mistaken for nothing.
    #[error("some checks could not be completed: {0}")]
    Unjudged(String),
    /// There is no work tree for the file.
    #[error("there is no work tree here: name the file with `--output`")]
    NoWorkTree,
    /// An existing entry is invalid.
    #[error("{0}: correct it first; otherwise rewriting the file would lose it")]
    ExistingEntry(String),
    /// A new entry is invalid.
    #[error("nothing was written: an entry is invalid: {0}")]
    NewEntry(String),
    /// The owners of the files are unknown.
    #[error(transparent)]
    Owners(#[from] OwnersError),
    /// A file has no owner.
    #[error("{0} has no owner: name the owner of new entries with `--owner`")]
    NoOwner(String),
    /// No finding has the fingerprint.
    #[error("no finding has the fingerprint {0}: copy it from the report of this change")]
    NoFinding(String),
    /// There is no reason.
    #[error("say why with `--reason`")]
    NoReason,
    /// There is an entry already.
    #[error("{0} is waived already: extend the entry in the file")]
    Known(String),
    /// The last day is neither a date nor a number of days.
    #[error("write the last day as YYYY-MM-DD, or as a number of days from today such as `90d`")]
    LastDay,
    /// The policy does not allow the last day.
    #[error("entries cannot expire on {expires}: the policy allows dates from today to {latest}")]
    Expiry {
        /// The last day of the entries.
        expires: NaiveDate,
        /// The last day that the policy allows.
        latest: NaiveDate,
    },
}
