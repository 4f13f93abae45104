//! Two revisions, judged as if the second were pushed to the first.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::NOT_EVALUATED;
use super::error::UnpushedError;
use crate::evidence::{RefEvidence, RefOperation};
use crate::gate::{PlannedRef, Session, load_policy_file, rules_of};
use crate::git::{Ancestry, BLOB_LIMIT, Repository};
use crate::pipeline::{Change, evaluate};
use crate::report::Section;
use crate::verdict::Mode;
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
    /// A policy file to try instead.
    pub policy: Option<PathBuf>,
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
    if let Some(file) = &asked.policy {
        return judge_by_file(&session, file, (&comparison, &head));
    }
    let planned = PlannedRef {
        ref_name: find_ref_name(&session, &comparison)?,
        operation: RefOperation::FastForward,
        refused: None,
        base: Some(comparison.base),
        tip: Some(head),
        merged_tree: None,
        tags: Vec::new(),
        commits: history.commits,
    };
    let section = session.judge_planned(&planned)?;
    Ok(Section { title: comparison.title, ..section })
}

/// The name that the change is judged as. A first policy counts as it does in a hook: on HEAD's branch.
fn find_ref_name(session: &Session, comparison: &Comparison) -> Result<String, UnpushedError> {
    let has_policy = session.policy(None)?.is_established();
    let head = session.head_branch().filter(|_| !has_policy);
    Ok(head.unwrap_or(&comparison.title).to_owned())
}

/// Judges the objects of two revisions by a policy that is in neither of them.
fn judge_by_file(
    session: &Session,
    file: &Path,
    (comparison, head): (&Comparison, &ObjectId),
) -> Result<Section, UnpushedError> {
    let governing = load_policy_file(file)?;
    let repository = &session.repository;
    let old_tree = repository.tree_of(&comparison.base)?;
    let old = repository.snapshot(&old_tree)?;
    let new = repository.snapshot_beside((&old_tree, &old), &repository.tree_of(head)?)?;
    let (evidence, blobs) = (RefEvidence::none(), repository.blobs());
    let change = Change { old: &old, new: &new, blobs: &*blobs, evidence: &evidence, mode: Mode::Enforcing };
    let judgement = evaluate(&change, &rules_of(&governing), session.today());
    let mut section = Section::of(&comparison.title, judgement);
    section.range = (Some(comparison.base.clone()), Some(head.clone()));
    section.notices.push(NOT_EVALUATED.to_owned());
    Ok(section)
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
