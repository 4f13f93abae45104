//! The change that a statement is about, seen from a clone: the state of the server, and the state that it will get.

use std::path::Path;
use std::time::SystemTime;

use super::draft::sign;
use super::error::StatementsError;
use crate::approval::{Asked, Digest, Statement};
use crate::evidence::RefOperation;
use crate::gate::{PlannedRef, Session};
use crate::git::{BLOB_LIMIT, Repository};
use crate::git_program::GitProgram;
use crate::report::Section;
use source_files::ObjectId;

/// A change, as a command line names it.
#[derive(Clone, Copy, Debug)]
pub struct AskedChange<'a> {
    /// The clone.
    pub folder: &'a Path,
    /// The ref to change.
    pub ref_name: &'a str,
    /// The commit that it will point to.
    pub commit: &'a str,
    /// The ref as it is on the server.
    pub base: Option<&'a str>,
    /// The commit whose policy governs.
    pub governing: Option<&'a str>,
    /// The remote of the server.
    pub remote: &'a str,
    /// The digest of the server's own policy.
    pub floor: Option<&'a str>,
}

/// A change that could be pushed.
pub struct ServerChange {
    session: Session,
    planned: PlannedRef,
    asked: Asked,
}

impl ServerChange {
    /// Finds the change, governed as the server governs it.
    pub fn find(change: &AskedChange<'_>) -> Result<Self, StatementsError> {
        let repository = Repository::discover(change.folder, BLOB_LIMIT)?;
        let ref_name = full_name(change.ref_name);
        let tip = repository.certain_revision(change.commit)?;
        let server = ServerState::find(&repository, &ref_name, change)?;
        let history = repository.history(Some(&server.base), &tip)?;
        let floor = change.floor.map(parse_digest).transpose()?;
        let session = Session::at(repository, server.governing, None, SystemTime::now())?;
        let session = session.repairing(&server.base)?.with_floor_digest(floor);
        // A mistyped name looks like a new ref. No one needs approvals for a ref that the policy does not guard.
        if server.is_new == IsNew::Yes && !session.policy(None)?.policy.guards(&ref_name, None) {
            return Err(StatementsError::UnknownRef { ref_name, remote: change.remote.to_owned() });
        }
        let planned = PlannedRef {
            ref_name,
            operation: RefOperation::FastForward,
            refused: None,
            base: Some(server.base),
            tip: Some(tip),
            merged_tree: None,
            tags: Vec::new(),
            commits: history.commits,
        };
        let asked = session.asked(&planned)?.ok_or(StatementsError::NoChange)?;
        Ok(Self { session, planned, asked })
    }

    /// Makes sure that there is something to approve: the ref is at another commit.
    ///
    /// # Errors
    ///
    /// If it is at this one.
    pub fn check_new(&self) -> Result<(), StatementsError> {
        if self.planned.base == self.planned.tip {
            return Err(StatementsError::NothingNew(self.planned.ref_name.clone()));
        }
        Ok(())
    }

    /// The full name of the ref.
    pub fn ref_name(&self) -> &str {
        &self.planned.ref_name
    }

    /// The content that a statement about the change must have.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Judges the change as the server would.
    pub fn judge(&self) -> Result<Section, StatementsError> {
        Ok(self.session.judge_planned(&self.planned)?)
    }

    /// Signs a statement and stores it at the ref at which the server expects it. Returns the ref.
    pub fn sign(&self, folder: &Path, statement: &Statement) -> Result<String, StatementsError> {
        let tip = self.planned.tip.as_ref().map(ObjectId::as_str).unwrap_or_default();
        let object = sign(folder, statement, tip)?;
        let ref_name = statement.stored_as(&object);
        self.session.statement(&ref_name, &object).map_err(StatementsError::Worthless)?;
        GitProgram::in_folder(folder).run_as_user(&["update-ref", &ref_name, object.as_str()], "")?;
        Ok(ref_name)
    }
}

/// The state of the server, as far as a clone knows it.
struct ServerState {
    /// The commit of the ref.
    base: ObjectId,
    /// The commit whose policy governs.
    governing: ObjectId,
    is_new: IsNew,
}

/// Whether the change creates its ref, as far as a clone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IsNew {
    Yes,
    No,
}

impl ServerState {
    /// Finds the state. A new ref is compared with the governing one.
    fn find(
        repository: &Repository,
        ref_name: &str,
        change: &AskedChange<'_>,
    ) -> Result<Self, StatementsError> {
        let remote = change.remote;
        let governing = match change.governing {
            Some(revision) => Some(repository.certain_revision(revision)?),
            None => repository.revision(&format!("refs/remotes/{remote}/HEAD")).ok(),
        };
        let base = match (change.base, tracking_ref(ref_name, remote)) {
            (Some(revision), _) => Some(repository.certain_revision(revision)?),
            (None, Some(tracking)) => repository.revision(&tracking).ok(),
            (None, None) => None,
        };
        match (base, governing) {
            (Some(base), Some(governing)) => Ok(Self { base, governing, is_new: IsNew::No }),
            (None, Some(governing)) => Ok(Self { base: governing.clone(), governing, is_new: IsNew::Yes }),
            (Some(base), None) => Ok(Self { base: base.clone(), governing: base, is_new: IsNew::No }),
            (None, None) => {
                Err(StatementsError::UnknownBase { ref_name: ref_name.to_owned(), remote: remote.to_owned() })
            }
        }
    }
}

fn full_name(name: &str) -> String {
    if name.starts_with("refs/") { name.to_owned() } else { format!("refs/heads/{name}") }
}

fn tracking_ref(ref_name: &str, remote: &str) -> Option<String> {
    ref_name.strip_prefix("refs/heads/").map(|branch| format!("refs/remotes/{remote}/{branch}"))
}

fn parse_digest(text: &str) -> Result<Digest, StatementsError> {
    Digest::parse(text).ok_or_else(|| StatementsError::Digest(text.to_owned()))
}
