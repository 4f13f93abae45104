//! Tells the commits that a host makes when a person presses its merge button from those that people made.
//!
//! In: a push by a host. Out: the commits that were proposed. Never: takes the host's word for content: a
//! commit of the host counts for nothing only if its tree is the merge of the base and the proposed head.

use super::forge_merge::is_merge_of;
use super::planning::PlannedRef;
use super::session::PushFacts;
use crate::git::{GitError, Repository};
use crate::host::Via;
use source_files::ObjectId;

/// A change that a merge button brings, as it was proposed. Some hosts do not tell a merge from an edit in their pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProposedHead {
    /// The newest commit that was proposed.
    pub(super) head: ObjectId,
    /// The proposed commits that the branch did not have.
    pub(super) commits: Vec<ObjectId>,
}

/// Returns the proposed head, of which the host made what it pushes; `None` if the push is not the host's, or brings
/// anything that merging the proposed head does not.
pub(super) fn find_proposed_head(
    repository: &Repository,
    planned: &PlannedRef,
    push: &PushFacts,
) -> Result<Option<ProposedHead>, GitError> {
    let (Some(base), Some(tip), None) = (&planned.base, &planned.tip, &push.proposal) else {
        return Ok(None);
    };
    match push.host.as_ref().map(|host| host.via) {
        Some(Via::Merge | Via::Web) => {}
        Some(Via::Push) | None => return Ok(None),
    }
    let tree = repository.tree_of(tip)?;
    for head in candidates(repository, base, tip, push)? {
        if is_merge_of(repository, [base, &head], &tree)? {
            let commits = repository.history(Some(base), &head)?.commits;
            return Ok(Some(ProposedHead { head, commits }));
        }
    }
    Ok(None)
}

/// The commit that an approver looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ToApprove {
    /// The commit that is pushed.
    Tip,
    /// The newest commit of a pull request, if it is known: what the host made of it is gone if it is refused.
    Proposed(Option<ObjectId>),
}

/// Returns the commit that an approver of a push looks at.
pub(super) fn find_commit_to_approve(
    repository: &Repository,
    planned: &PlannedRef,
    push: &PushFacts,
) -> Result<ToApprove, GitError> {
    match (push.host.as_ref().map(|host| host.via), &planned.base, &planned.tip) {
        (Some(Via::Merge), Some(base), Some(tip)) => {
            Ok(ToApprove::Proposed(candidates(repository, base, tip, push)?.into_iter().next()))
        }
        (Some(Via::Web), Some(_), Some(_)) => Ok(match find_proposed_head(repository, planned, push)? {
            Some(proposed) => ToApprove::Proposed(Some(proposed.head)),
            None => ToApprove::Tip,
        }),
        (Some(Via::Push) | None, _, _) | (_, None, _) | (_, _, None) => Ok(ToApprove::Tip),
    }
}

/// Where the host keeps the commits of the pull request, because a squash or a rebase leaves no other trace of them; and
/// the second parent of a merge, where the host does not name the pull request.
fn candidates(
    repository: &Repository,
    base: &ObjectId,
    tip: &ObjectId,
    push: &PushFacts,
) -> Result<Vec<ObjectId>, GitError> {
    let mut heads = Vec::new();
    let host = push.host.as_ref();
    let folder = host.and_then(|host| host.kind.facts().forge.as_ref()).map(|forge| forge.pull_refs);
    if let (Some(folder), Some(number)) = (folder, host.and_then(|host| host.pull_number)) {
        heads.extend(repository.tip(&format!("{folder}/{number}/head"))?);
    }
    if let [first, second] = repository.parents(tip)?.as_slice()
        && first == base
    {
        heads.push(second.clone());
    }
    Ok(heads)
}
