//! Decides what a rescue on the server may put in place.
//!
//! In: the files of the governing ref after a rescue. Out: which of them changed, and why they may not come. Never:
//! lets a rescue change anything but trust files, or leave a state in which no push could pass.

use std::sync::Arc;

use super::commits::hash_of;
use super::session::Session;
use crate::git::{GitError, ObjectKind};
use crate::governance::{
    Foundation, Governing, OntoHead, PolicyLoadError, TrustInput, Unusable, find_problem, is_trust_file,
};
use git_trust::raw::parse_commit;
use source_files::{ObjectId, RepoPath, Snapshot, TreeFile};

/// The refs that record rescues, each under the id of its commit. No push may touch them.
pub const RECORDS: &str = "refs/portcullis/rescues/";

/// Why a rescue is refused.
#[derive(Debug, thiserror::Error)]
pub enum RescueProblem {
    /// The policy that would result does not load.
    #[error("the policy could not be used after the rescue: {0}")]
    Policy(Arc<PolicyLoadError>),
    /// The state that would result is unusable.
    #[error("no push could pass after the rescue: {0}")]
    Unusable(String),
    /// Another file changes.
    #[error(
        "{0} is not a trust file: a rescue changes the policy, waivers, owners, keys and workflows of the gate only"
    )]
    NotTrusted(RepoPath),
    /// Nothing changes.
    #[error("nothing would change: name files with --file, --remove or --restore")]
    Nothing,
}

impl Session {
    /// One line for each rescue of the repository.
    ///
    /// # Errors
    ///
    /// If the records cannot be read.
    pub fn rescues(&self) -> Result<Vec<String>, GitError> {
        let mut lines = Vec::new();
        for (_, commit) in self.repository.refs_below(RECORDS)? {
            lines.push(self.describe_rescue(&commit)?);
        }
        Ok(lines)
    }

    /// The notice of the first reports after a rescue.
    pub(super) fn rescue_notice(&self) -> Result<Option<String>, GitError> {
        let Some(tip) = &self.governing_tip else { return Ok(None) };
        match self.repository.tip(&format!("{RECORDS}{tip}"))? {
            Some(commit) => Ok(Some(format!("the trust files come from {}", self.describe_rescue(&commit)?))),
            None => Ok(None),
        }
    }

    fn describe_rescue(&self, commit: &ObjectId) -> Result<String, GitError> {
        let bytes = self.repository.read_kind(commit, ObjectKind::Commit)?;
        let title = parse_commit(&bytes, hash_of(commit)).map(|commit| commit.title).unwrap_or_default();
        Ok(format!("`portcullis rescue` on the server, commit {}: {title}", commit.short()))
    }

    /// The policy that would govern if the files of a revision were those of the governing ref.
    fn governed_by_files_of(&self, snapshot: &Snapshot) -> Result<Governing, RescueProblem> {
        let floor = self.floor().map_err(RescueProblem::Policy)?.cloned();
        let files = self.policy_files();
        let foundation = Foundation::read(files, snapshot, floor);
        let governing = foundation.and_then(|foundation| foundation.govern(files, snapshot, None));
        governing.map_err(|error| RescueProblem::Policy(Arc::new(error)))
    }

    /// The trust files that a rescue changes.
    ///
    /// # Errors
    ///
    /// If it changes another file or nothing, or if no push could pass afterwards.
    pub fn check_rescue(&self, new: &Snapshot) -> Result<Vec<RepoPath>, RescueProblem> {
        let governing = self.governed_by_files_of(new)?;
        let changed = Snapshot::changed_paths(self.governing_snapshot(), new);
        let trusted = self.trust_input(&governing, [self.governing_snapshot(), new], OntoHead::Yes);
        let input = TrustInput { base: new, ..trusted };
        if let Some(path) = changed.iter().find(|path| !is_trust_file(&input, path)) {
            return Err(RescueProblem::NotTrusted(path.clone()));
        }
        if changed.is_empty() {
            return Err(RescueProblem::Nothing);
        }
        match find_problem(&input, new) {
            Some(Unusable { reason, .. }) => Err(RescueProblem::Unusable(reason)),
            None => Ok(changed),
        }
    }

    /// The changes that bring back the trust files of an older revision, by that revision's policy: the
    /// file, or `None` where it came since.
    ///
    /// # Errors
    ///
    /// If the revision's own policy does not load: it is no state to go back to.
    pub fn trust_files_back_to(
        &self,
        then: &Snapshot,
    ) -> Result<Vec<(RepoPath, Option<TreeFile>)>, RescueProblem> {
        let governing = self.governed_by_files_of(then)?;
        let now = self.governing_snapshot();
        let input = self.trust_input(&governing, [then, now], OntoHead::Yes);
        let changed = Snapshot::changed_paths(now, then).into_iter();
        let trusted = changed.filter(|path| is_trust_file(&input, path));
        Ok(trusted.map(|path| (path.clone(), then.files.get(&path).cloned())).collect())
    }
}
