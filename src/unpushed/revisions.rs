//! Two revisions, judged as if the second were pushed to the first.

use std::path::PathBuf;
use std::time::SystemTime;

use super::error::UnpushedError;
use crate::evidence::RefOperation;
use crate::gate::{PlannedRef, Session};
use crate::git::{Ancestry, BLOB_LIMIT, Repository};
use crate::report::Section;
use source_files::ObjectId;

/// Two revisions, as a command line names them.
#[derive(Debug)]
pub struct AskedRevisions {
    /// The repository.
    pub folder: PathBuf,
    /// The server's policy.
    pub server_policy: Option<PathBuf>,
    /// The revision before the change; its policy governs.
    pub base: String,
    /// The revision after the change.
    pub head: String,
}

/// The commit that a head is compared with.
struct Comparison {
    /// The name of the change in the report.
    title: String,
    base: ObjectId,
}

/// Judges two revisions. If the base has moved on, its newer commits are not taken for undone: the head is compared with
/// the commit from which it left the base.
pub fn judge_revisions(asked: &AskedRevisions) -> Result<Section, UnpushedError> {
    let repository = Repository::discover(&asked.folder, BLOB_LIMIT)?;
    let (base, head) = (repository.revision(&asked.base)?, repository.revision(&asked.head)?);
    let history = repository.history(Some(&base), &head)?;
    let governing = base.clone();
    let comparison = match history.ancestry {
        Ancestry::Ancestor => Comparison { title: "the change".to_owned(), base },
        Ancestry::Diverged => compare_since_branching(&repository, base, &head)?,
    };
    let session = Session::at(repository, governing, asked.server_policy.clone(), SystemTime::now())?;
    let planned = PlannedRef {
        ref_name: comparison.title,
        operation: RefOperation::FastForward,
        refused: None,
        base: Some(comparison.base),
        tip: Some(head),
        merged_tree: None,
        tags: Vec::new(),
        commits: history.commits,
    };
    Ok(session.judge_planned(&planned)?)
}

/// Finds the commit with which a head is compared if its base has moved on.
fn compare_since_branching(
    repository: &Repository,
    base: ObjectId,
    head: &ObjectId,
) -> Result<Comparison, UnpushedError> {
    Ok(match repository.branching_point(&base, head)? {
        Some(point) if point == base => Comparison { title: "the change".to_owned(), base },
        Some(point) => {
            let title = format!("the change alone (the base {} has moved on)", base.short());
            Comparison { title, base: point }
        }
        None => {
            let title = "the change (it has no commit in common with the base)".to_owned();
            Comparison { title, base }
        }
    })
}
