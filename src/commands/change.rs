//! The change that a statement is about, seen from a clone: what the server has, and what it shall get.

use std::time::SystemTime;

use super::error::CommandError;
use crate::approval::{Asked, Digest};
use crate::cli::StatementArguments;
use crate::evidence::RefOperation;
use crate::gate::{PlannedRef, Session};
use crate::git::{BLOB_LIMIT, Repository};
use source_files::ObjectId;

/// A change that could be pushed.
pub(super) struct ProposedChange {
    /// A session that is governed as the server is.
    pub(super) session: Session,
    /// The ref update.
    pub(super) planned: PlannedRef,
    /// What a statement about it says.
    pub(super) asked: Asked,
}

impl ProposedChange {
    pub(super) fn find(arguments: &StatementArguments) -> Result<Self, CommandError> {
        let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
        let ref_name = full_name(&arguments.ref_name);
        let tip = repository.certain_revision(&arguments.commit)?;
        let (base, governing) = server_side(&repository, &ref_name, arguments)?;
        let history = repository.history(Some(&base), &tip)?;
        let floor = arguments.floor.as_deref().map(digest).transpose()?;
        let session = Session::at(repository, governing, None, SystemTime::now())?.with_floor_digest(floor);
        let planned = PlannedRef {
            ref_name,
            operation: RefOperation::FastForward,
            refused: None,
            base: Some(base),
            tip: Some(tip),
            merged_tree: None,
            tags: Vec::new(),
            commits: history.commits,
        };
        let nothing = || CommandError::Argument("there is nothing to approve".into());
        let asked = session.asked(&planned)?.ok_or_else(nothing)?;
        Ok(Self { session, planned, asked })
    }
}

/// What the ref is on the server, and the commit whose policy governs there. A new ref is compared with
/// the governing one.
fn server_side(
    repository: &Repository,
    ref_name: &str,
    arguments: &StatementArguments,
) -> Result<(ObjectId, ObjectId), CommandError> {
    let remote = &arguments.remote;
    let governing = match &arguments.governing {
        Some(revision) => Some(repository.certain_revision(revision)?),
        None => repository.revision(&format!("refs/remotes/{remote}/HEAD")).ok(),
    };
    let base = match (&arguments.base, tracking(ref_name, remote)) {
        (Some(revision), _) => Some(repository.certain_revision(revision)?),
        (None, Some(tracking)) => repository.revision(&tracking).ok(),
        (None, None) => None,
    };
    match (base, governing) {
        (Some(base), Some(governing)) => Ok((base, governing)),
        (None, Some(governing)) => Ok((governing.clone(), governing)),
        (Some(base), None) => Ok((base.clone(), base)),
        (None, None) => Err(CommandError::Argument(unknown_base(ref_name, remote))),
    }
}

fn full_name(name: &str) -> String {
    if name.starts_with("refs/") { name.to_owned() } else { format!("refs/heads/{name}") }
}

fn tracking(ref_name: &str, remote: &str) -> Option<String> {
    ref_name.strip_prefix("refs/heads/").map(|branch| format!("refs/remotes/{remote}/{branch}"))
}

fn unknown_base(ref_name: &str, remote: &str) -> String {
    format!(
        "the state of {ref_name} on the server is unknown: run `git fetch {remote}`, or name the commit with \
         --base"
    )
}

fn digest(text: &str) -> Result<Digest, CommandError> {
    let wrong =
        || CommandError::Argument(format!("`{text}` is not a digest: copy it from the server's message"));
    Digest::parse(text).ok_or_else(wrong)
}
