//! Decides whether commits with one parent that a forge signed are a squash or a rebase of other commits.
//!
//! In: such commits, and the commits that pull requests and approvals name. Out: the commits that they were made from,
//! which are then judged like new ones. Never: takes the forge's signature for a word about content, or lets the same
//! commits come twice.

use std::collections::HashSet;

use super::forge_merge::Merge;
use crate::git::{GitError, Repository};
use git_trust::raw::RawCommit;
use source_files::{ObjectId, RepoPath};

/// The number of pull requests that a message may name.
const NAMED: usize = 8;
/// The number of commits of the branch among which an earlier copy is looked for.
const SEARCHED: usize = 2_000;
/// The most commits of one pull request. Both limits together bound the search for an earlier copy.
const COMMITS: usize = 250;

/// A commit with one parent that a forge signed.
pub(super) struct ForgeCopy {
    pub(super) id: ObjectId,
    parent: ObjectId,
    tree: ObjectId,
    /// The heads of the pull requests that the message names. A message proves nothing: it says where to look.
    heads: Vec<ObjectId>,
}

impl ForgeCopy {
    /// Reads a commit; `None` if it has not exactly one parent.
    pub(super) fn of(
        repository: &Repository,
        id: &ObjectId,
        commit: &RawCommit,
    ) -> Result<Option<Self>, GitError> {
        let [parent] = commit.parents.as_slice() else { return Ok(None) };
        let mut heads = Vec::new();
        for number in numbers(&String::from_utf8_lossy(commit.message())) {
            for ref_name in [format!("refs/pull/{number}/head"), format!("refs/merge-requests/{number}/head")]
            {
                heads.extend(repository.tip(&ref_name)?);
            }
        }
        Ok(Some(Self { id: id.clone(), parent: parent.clone(), tree: commit.tree.clone(), heads }))
    }
}

impl ForgeCopy {
    /// Whether this commit comes right after another one.
    pub(super) fn follows(&self, before: &Self) -> bool {
        self.parent == before.id
    }
}

/// The numbers of pull requests in a message: `(#12)`, `!12`.
fn numbers(message: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for rest in message.split(['#', '!']).skip(1) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse()
            && found.len() < NAMED
        {
            found.push(number);
        }
    }
    found
}

/// The commits that a run of copies was made from, for each copy of the run; `None` if there are no such commits.
pub(super) fn find_originals(
    repository: &Repository,
    run: &[ForgeCopy],
    approved: &[ObjectId],
) -> Result<Option<Vec<ObjectId>>, GitError> {
    if let Some(originals) = find_rebased(repository, run, approved)? {
        return Ok(Some(originals));
    }
    let mut all = Vec::new();
    for copy in run {
        let Some(originals) = find_squashed(repository, copy, approved)? else { return Ok(None) };
        all.extend(originals);
    }
    Ok(Some(all))
}

/// The commits of a branch that one commit brings together.
fn find_squashed(
    repository: &Repository,
    copy: &ForgeCopy,
    approved: &[ObjectId],
) -> Result<Option<Vec<ObjectId>>, GitError> {
    for head in copy.heads.iter().chain(approved) {
        let Some(branch) = ProposedBranch::find(repository, &copy.parent, head)? else { continue };
        let sides = [repository.tree_of(&copy.parent)?, repository.tree_of(head)?];
        let base = repository.tree_of(&branch.base)?;
        let is_squash = Merge { repository, base, sides, result: copy.tree.clone() }.is_exact()?;
        if is_squash && !branch.was_copied(&copy.parent)? {
            return Ok(Some(branch.commits));
        }
    }
    Ok(None)
}

/// The commits of a branch that a run repeats one by one.
fn find_rebased(
    repository: &Repository,
    run: &[ForgeCopy],
    approved: &[ObjectId],
) -> Result<Option<Vec<ObjectId>>, GitError> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(None) };
    for head in last.heads.iter().chain(approved) {
        let Some(branch) = ProposedBranch::find(repository, &first.parent, head)? else { continue };
        if branch.is_repeated_by(run)? && !branch.was_copied(&first.parent)? {
            return Ok(Some(branch.commits));
        }
    }
    Ok(None)
}

/// The commits that a head has and a tip has not.
struct ProposedBranch<'a> {
    repository: &'a Repository,
    head: ObjectId,
    /// Where they left the tip's history.
    base: ObjectId,
    /// Oldest last.
    commits: Vec<ObjectId>,
}

impl<'a> ProposedBranch<'a> {
    /// `None` if the tip has them all, if they are too many, or if their histories meet nowhere or in several places.
    fn find(repository: &'a Repository, tip: &ObjectId, head: &ObjectId) -> Result<Option<Self>, GitError> {
        let commits = repository.history(Some(tip), head)?.commits;
        if commits.is_empty() || commits.len() > COMMITS {
            return Ok(None);
        }
        let bases = repository.merge_bases(tip, head)?;
        let [base] = bases.as_slice() else { return Ok(None) };
        Ok(Some(Self { repository, head: head.clone(), base: base.clone(), commits }))
    }

    /// Whether each commit of the run does to its parent what the commit in the same place did.
    fn is_repeated_by(&self, run: &[ForgeCopy]) -> Result<bool, GitError> {
        if self.commits.len() != run.len() {
            return Ok(false);
        }
        let mut before = self.base.clone();
        for (original, copy) in self.commits.iter().rev().zip(run) {
            if self.repository.parents(original)? != [before.clone()] {
                return Ok(false);
            }
            let sides = [self.repository.tree_of(&copy.parent)?, self.repository.tree_of(original)?];
            let base = self.repository.tree_of(&before)?;
            let step = Merge { repository: self.repository, base, sides, result: copy.tree.clone() };
            if !step.is_exact()? {
                return Ok(false);
            }
            before = original.clone();
        }
        Ok(true)
    }

    /// Whether the tip's history has a copy already: what was reverted since must not come back under the forge's
    /// key.
    fn was_copied(&self, tip: &ObjectId) -> Result<bool, GitError> {
        let since = self.repository.history(Some(&self.base), tip)?.commits;
        if since.len() > SEARCHED {
            return Err(GitError::Limit { what: "commits since a squashed branch began", limit: SEARCHED });
        }
        let base = self.repository.tree_of(&self.base)?;
        let theirs = self.repository.tree_of(&self.head)?;
        let touched = self.repository.changed_paths(Some(&base), &theirs)?;
        let touched: HashSet<RepoPath> = touched.into_iter().collect();
        for (index, commit) in since.iter().enumerate() {
            let result = self.repository.tree_of(commit)?;
            for before in self.befores(&since, index)? {
                let ours = self.repository.tree_of(&before)?;
                // A commit that touches none of the branch's files is no copy of it; most commits are such.
                let changed = self.repository.changed_paths(Some(&ours), &result)?;
                if !changed.iter().any(|path| touched.contains(path)) {
                    continue;
                }
                let sides = [ours.clone(), theirs.clone()];
                let merge =
                    Merge { repository: self.repository, base: base.clone(), sides, result: result.clone() };
                if merge.is_exact()? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The commits before a copy that could end at one of a history: one for a squash, as many as were rebased.
    fn befores(&self, since: &[ObjectId], index: usize) -> Result<Vec<ObjectId>, GitError> {
        let Some(commit) = since.get(index) else { return Ok(Vec::new()) };
        let mut befores = Vec::new();
        let mut before = commit.clone();
        for step in 1..=self.commits.len() {
            let Some(parent) = self.repository.parents(&before)?.into_iter().next() else { break };
            before = parent;
            if step == 1 || step == self.commits.len() {
                befores.push(before.clone());
            }
        }
        Ok(befores)
    }
}
