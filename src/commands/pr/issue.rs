//! Reviews as signed statements, for a server's hook that asks no forge.
//!
//! In: reviews that count for exactly this change. Out: signed tags on the forge, one for each. Never: states a review
//! that does not count here, one whose reviewer could not see every finding, or any where it is not proved who made
//! the change; signs with any key but the one
//! that git is configured to sign with, which the policy must name as an issuer's.

use std::time::Duration;

use super::stage::Stage;
use crate::approval::{Asked, Statement};
use crate::commands::error::CommandError;
use crate::evidence::{ApprovalFacts, ApprovalStanding, Purpose, Seen};
use crate::report::Section;
use crate::statements::{Draft, StatementsError, sign};
use source_files::ObjectId;

/// How long a statement holds if the policy does not limit it.
const HOLDS: Duration = Duration::from_hours(7 * 24);

/// Signs and pushes; returns what was stated, one sentence each.
pub(super) fn issue(
    stage: &Stage,
    section: &Section,
    asked: &Asked,
    tip: &ObjectId,
) -> Result<Vec<String>, CommandError> {
    let mut issued = Vec::new();
    for facts in section.approvals.iter().filter(|facts| is_whole(facts)) {
        let statement = complete(facts, asked)?;
        let object = sign_result(stage, &statement, tip)?;
        stage.push(&object, &statement.stored_as(&object))?;
        issued.push(format!(
            "the review by {} is recorded in {}",
            statement.reviewer.join(" "),
            statement.stored_as(&object)
        ));
    }
    Ok(issued)
}

/// Signed statements are on the server already.
fn is_whole(facts: &ApprovalFacts) -> bool {
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
        age: HOLDS,
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
fn sign_result(stage: &Stage, statement: &Statement, tip: &ObjectId) -> Result<ObjectId, CommandError> {
    let target = stage.commit_with(&statement.tree, [&statement.base, tip])?;
    Ok(sign(stage.folder(), statement, target.as_str())?)
}
