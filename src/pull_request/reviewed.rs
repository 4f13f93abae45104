//! Approving reviews, with what their authors could see.

use std::collections::BTreeSet;

use super::error::PullRequestError;
use super::judge::{Case, Judge, Proposed, plan};
use super::membership::Membership;
use super::stage::Merge;
use crate::evidence::Seen;
use crate::gate::{Merged, Review, Session};
use crate::host::api::{Approval, PullRequest};
use source_files::{ObjectId, RepoPath};

impl Judge<'_> {
    /// Finds the approving reviews by persons.
    pub(super) fn find_reviews(
        &self,
        session: &Session,
        case: &Case<'_>,
        membership: Membership<'_>,
    ) -> Result<Vec<Review>, PullRequestError> {
        let governing = session.policy(None)?;
        let people = governing.policy.people();
        let mut reviews = Vec::new();
        for Approval { login, commit } in &case.approvals {
            let Some(approver) = membership.person(people, login) else { continue };
            let merged = self.merge_reviewed(session, case.proposed, commit)?;
            let seen = self.find_seen(session, case.proposed, commit)?;
            reviews.push(Review { approver, commit: commit.clone(), merged, seen });
        }
        Ok(reviews)
    }

    /// Merges a reviewed commit as if it were merged now; `None` if that is impossible.
    fn merge_reviewed(
        &self,
        session: &Session,
        proposed: Proposed<'_>,
        commit: &ObjectId,
    ) -> Result<Option<Merged>, PullRequestError> {
        if !self.stage.has(commit)?
            && (self.stage.fetch_commit(commit).is_err() || !self.stage.has(commit)?)
        {
            return Ok(None);
        }
        let (tree, base) =
            match (self.stage.merge(proposed.base, commit)?, self.stage.merge_base(proposed.base, commit)?) {
                (Merge::Tree(tree), Some(base)) => (tree, base),
                (Merge::Conflict, _) | (Merge::Tree(_), None) => return Ok(None),
            };
        let repository = &session.repository;
        let result = repository.changed_paths(Some(&repository.tree_of(proposed.base)?), &tree)?;
        let shown =
            repository.changed_paths(Some(&repository.tree_of(&base)?), &repository.tree_of(commit)?)?;
        let shown: BTreeSet<RepoPath> = shown.into_iter().collect();
        let unseen = result.into_iter().filter(|path| !shown.contains(path)).collect();
        Ok(Some(Merged { tree, unseen }))
    }

    /// Finds what could be seen in a reviewed commit: if the target has moved on, only the findings of that time.
    fn find_seen(
        &self,
        session: &Session,
        proposed: Proposed<'_>,
        commit: &ObjectId,
    ) -> Result<Seen, PullRequestError> {
        let governing = session.policy(None)?;
        let asks_approvers = governing.policy.asked_approvers().next().is_some();
        if !asks_approvers || !self.stage.has(commit)? {
            return Ok(Seen::Everything);
        }
        let base = match self.stage.merge_base(proposed.base, commit)? {
            Some(base) if base == *proposed.base => return Ok(Seen::Everything),
            Some(base) => base,
            None => return Ok(Seen::Only(BTreeSet::new())),
        };
        let pull = PullRequest { head: commit.clone(), ..proposed.pull.clone() };
        let then = plan(session, Proposed { pull: &pull, base: &base, made: None }, None)?;
        let section = session.judge_planned(&then)?;
        let findings = section.judgement.findings.iter();
        Ok(Seen::Only(findings.map(|judged| judged.finding.fingerprint()).collect()))
    }
}
