//! Decides what a forge's reviews count for.
//!
//! In: approving reviews, each with the tree that its commit would give if it were merged now. Out: approvals beside
//! the signed ones. Never: counts a review of content that the change does not have any more.

use std::collections::BTreeSet;

use super::approvals::{Basis, Given};
use crate::approval::Covers;
use crate::evidence::{ApprovalFacts, ApprovalStanding, Contributors, Purpose, Seen};
use codeowners::Approver;
use source_files::{ObjectId, RepoPath};

/// Facts of a forge about a pull request, besides its objects.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The accounts that opened it or pushed to its branch.
    pub accounts: Vec<String>,
    /// Whether those are all that did.
    pub pushed_by: PushedBy,
    /// Reviews that approve.
    pub reviews: Vec<Review>,
    /// People that the forge lists in the required teams.
    pub candidates: Vec<Approver>,
}

/// Whether the forge proves who moved the branch of a pull request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PushedBy {
    /// People with write access to the repository, and it says which.
    Members,
    /// People, and it says which.
    People,
    /// Programs, or people and programs, and it says which. A program may have acted for a person.
    Programs,
    /// It does not say which accounts did.
    #[default]
    Anybody,
}

/// The result of merging a reviewed commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The tree.
    pub tree: ObjectId,
    /// Paths that the merge changes and the commit does not, because the target has renamed a file since: the person
    /// who looked at the commit did not see them.
    pub unseen: BTreeSet<RepoPath>,
}

impl Merged {
    /// The part that it covers of a change that gives a tree.
    fn covers(&self, tree: &ObjectId) -> Covers {
        if self.tree == *tree && self.unseen.is_empty() {
            Covers::WholeChange
        } else {
            Covers::UnchangedPaths
        }
    }
}

/// An approving review of a person who is a person.
#[derive(Clone, Debug)]
pub struct Review {
    /// Who, with the teams that they are in.
    pub approver: Approver,
    /// The commit that was looked at.
    pub commit: ObjectId,
    /// The result if it were merged now; `None` if it cannot be merged any more.
    pub merged: Option<Merged>,
    /// Which findings could be seen in it.
    pub seen: Seen,
}

impl Proposal {
    /// Everyone who is known to have made it.
    pub(super) fn makers(&self) -> impl Iterator<Item = &String> {
        self.accounts.iter()
    }
}

/// Why a review counts for nothing; displays after "it".
const OWN: &str = "is by a person who took part in the change";
const GONE: &str = "is of a commit that can no longer be merged; approve the newest one";

impl Review {
    /// The approval that it gives to a change that results in a tree.
    pub(super) fn given(
        &self,
        tree: &ObjectId,
        contributors: &Contributors,
    ) -> (Option<Given>, ApprovalFacts) {
        let counted = match &self.merged {
            _ if contributors.include(&self.approver) => Err(OWN),
            None => Err(GONE),
            Some(merged) => Ok((merged, merged.covers(tree))),
        };
        let standing = match &counted {
            Err(reason) => ApprovalStanding::None((*reason).to_owned()),
            Ok((_, Covers::WholeChange)) => ApprovalStanding::WholeChange,
            Ok((_, Covers::UnchangedPaths)) => ApprovalStanding::UnchangedPaths,
        };
        let given = counted.ok().map(|(merged, covers)| Given {
            approver: self.approver.clone(),
            covers,
            basis: Basis::Review(merged.clone()),
        });
        let facts = ApprovalFacts {
            object: self.commit.clone(),
            purpose: Some(Purpose::Review),
            approver: Some(self.approver.clone()),
            reason: "a review".to_owned(),
            standing,
            seen: self.seen.clone(),
        };
        (given, facts)
    }

    /// A notice about what it counts for.
    pub(super) fn notice(&self, facts: &ApprovalFacts) -> String {
        let (who, commit) = (&self.approver.name, self.commit.short());
        match &facts.standing {
            ApprovalStanding::WholeChange => format!("{who} approved the change at {commit}"),
            ApprovalStanding::UnchangedPaths => format!(
                "{who} approved {commit}, but the change has been updated since; the approval still covers \
                 unchanged files"
            ),
            ApprovalStanding::None(reason) => {
                format!("the review of {commit} by {who} does not count: it {reason}")
            }
        }
    }
}
