//! Reviews as signed statements, for a server's hook that asks no forge.
//!
//! In: reviews that count for exactly this change. Out: signed tags on the forge, one for each. Never: states a review that
//! does not count here, or one whose reviewer could not see every finding; signs with any key but the one that git is
//! configured to sign with, which the policy must name as an issuer's.

use std::time::Duration;

use super::error::PullRequestError;
use super::stage::Stage;
use crate::approval::{Asked, Statement};
use crate::evidence::{ApprovalFacts, ApprovalStanding, Purpose, Seen};
use crate::report::Section;
use crate::statements::{Draft, StatementsError, sign};
use source_files::ObjectId;

/// The age of a statement if the policy does not limit it further.
const LONGEST_AGE: Duration = Duration::from_hours(7 * 24);

/// Signs and pushes a statement for each review that counts. Returns one sentence each.
pub(super) fn issue(
    stage: &Stage,
    section: &Section,
    asked: &Asked,
    tip: &ObjectId,
) -> Result<Vec<String>, PullRequestError> {
    let mut sentences = Vec::new();
    for facts in section.approvals.iter().filter(|facts| counts_fully(facts)) {
        let statement = complete(facts, asked)?;
        let object = sign_result(stage, &statement, tip)?;
        let ref_name = statement.stored_as(&object);
        stage.push(&object, &ref_name)?;
        let reviewer = statement.reviewer.join(" ");
        sentences.push(format!("the review by {reviewer} is recorded in {ref_name}"));
    }
    Ok(sentences)
}

/// Reports whether an approval is a review of the whole change. Signed statements are on the server already.
fn counts_fully(facts: &ApprovalFacts) -> bool {
    match facts.purpose {
        Some(Purpose::Review) => {
            facts.standing == ApprovalStanding::WholeChange && facts.seen == Seen::Everything
        }
        Some(Purpose::Approval | Purpose::Override) | None => false,
    }
}

fn complete(facts: &ApprovalFacts, asked: &Asked) -> Result<Statement, StatementsError> {
    let draft = Draft {
        purpose: Purpose::Review,
        age: LONGEST_AGE,
        reason: format!("review of {}", facts.object),
        reviewer: facts.approver.iter().flat_map(|approver| approver.handles.clone()).collect(),
    };
    draft.complete(asked).map_err(|error| match error {
        StatementsError::NoRepository => {
            StatementsError::Worthless("the policy names no `repository`".into())
        }
        StatementsError::Content(problem) => StatementsError::Worthless(problem.to_string()),
        error => error,
    })
}

/// Signs a statement about a commit with the tree that results: the pull request's own if it has that tree, otherwise
/// one that represents the merge.
fn sign_result(stage: &Stage, statement: &Statement, tip: &ObjectId) -> Result<ObjectId, PullRequestError> {
    let target = stage.commit_with(&statement.tree, [&statement.base, tip])?;
    Ok(sign(stage.folder(), statement, target.as_str())?)
}
