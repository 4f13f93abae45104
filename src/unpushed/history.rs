//! A history, judged as if each first-parent commit had been pushed alone.

use std::path::Path;
use std::time::{Instant, SystemTime};

use super::error::UnpushedError;
use crate::evidence::RefEvidence;
use crate::gate::{Governing, Session, load_policy_file, rules_of};
use crate::git::{BLOB_LIMIT, Repository};
use crate::pipeline::{Change, evaluate};
use crate::report::ReplayRow;
use crate::verdict::Mode;
use source_files::{ObjectId, Snapshot};

/// A history, and the policy by which it is judged.
pub struct History {
    session: Session,
    governing: Governing,
    commits: Vec<ObjectId>,
}

/// A judged commit.
pub struct JudgedCommit {
    /// The row of the report.
    pub row: ReplayRow,
    /// The files after the commit.
    pub after: CommitFiles,
}

/// The files after a commit.
pub struct CommitFiles {
    commit: ObjectId,
    files: Snapshot,
}

/// The files before and after a commit.
struct Files {
    old: Snapshot,
    new: Snapshot,
}

impl History {
    /// Finds the commits of a range, judged by a policy file or by the newest commit's own policy.
    pub fn find(folder: &Path, range: &str, policy: Option<&Path>) -> Result<Self, UnpushedError> {
        let repository = Repository::discover(folder, BLOB_LIMIT)?;
        let commits = first_parents(&repository, range)?;
        let newest = commits.last().cloned().ok_or(UnpushedError::EmptyRange)?;
        let session = Session::at(repository, newest, None, SystemTime::now())?;
        let governing = match policy {
            Some(file) => load_policy_file(file)?,
            None => session.policy(None)?,
        };
        Ok(Self { session, governing, commits })
    }

    /// The commits, the oldest first.
    pub fn commits(&self) -> &[ObjectId] {
        &self.commits
    }

    /// Judges a commit. The files of the commit that was judged before need not be read again.
    pub fn judge(
        &self,
        commit: &ObjectId,
        before: Option<&CommitFiles>,
    ) -> Result<JudgedCommit, UnpushedError> {
        let begin = Instant::now();
        let Files { old, new } = self.read_files(commit, before)?;
        let (evidence, blobs) = (RefEvidence::none(), self.session.repository.blobs());
        let change =
            Change { old: &old, new: &new, blobs: &*blobs, evidence: &evidence, mode: Mode::Enforcing };
        let judgement = evaluate(&change, &rules_of(&self.governing), self.session.today());
        let row = ReplayRow { commit: commit.clone(), judgement, elapsed: begin.elapsed() };
        Ok(JudgedCommit { row, after: CommitFiles { commit: commit.clone(), files: new } })
    }

    fn read_files(&self, commit: &ObjectId, before: Option<&CommitFiles>) -> Result<Files, UnpushedError> {
        let repository = &self.session.repository;
        let tree = repository.tree_of(commit)?;
        let Some(parent) = repository.parents(commit)?.into_iter().next() else {
            return Ok(Files { old: Snapshot::empty(), new: repository.snapshot(&tree)? });
        };
        let old_tree = repository.tree_of(&parent)?;
        let old = match before {
            Some(before) if before.commit == parent => before.files.clone(),
            Some(_) | None => repository.snapshot(&old_tree)?,
        };
        let new = repository.snapshot_beside((&old_tree, &old), &tree)?;
        Ok(Files { old, new })
    }
}

/// Lists the first-parent commits of a range, the oldest first. `A..B` leaves A out and begins with its child.
fn first_parents(repository: &Repository, range: &str) -> Result<Vec<ObjectId>, UnpushedError> {
    let (from, to) = range.split_once("..").map_or((None, range), |(from, to)| (Some(from), to));
    let (from, to) = (from.filter(|from| !from.is_empty()), if to.is_empty() { "HEAD" } else { to });
    let stop = from.map(|from| repository.revision(from)).transpose()?;
    let mut commits = Vec::new();
    let mut next = Some(repository.revision(to)?);
    while let Some(commit) = next.filter(|commit| Some(commit) != stop.as_ref()) {
        next = repository.parents(&commit)?.into_iter().next();
        commits.push(commit);
    }
    commits.reverse();
    Ok(commits)
}
