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
use crate::git_program::GitProgram;
use crate::report::Section;
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
        let statement = statement(facts, asked)?;
        let object = sign(stage, &statement, tip)?;
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

fn statement(facts: &ApprovalFacts, asked: &Asked) -> Result<Statement, CommandError> {
    let unusable = |problem: String| CommandError::Statement(problem);
    let repository =
        asked.repository.clone().ok_or_else(|| unusable("the policy names no `repository`".into()))?;
    let reviewer = facts.approver.iter().flat_map(|approver| approver.handles.clone()).collect();
    let now = chrono::DateTime::from_timestamp(asked.now.timestamp(), 0).unwrap_or(asked.now);
    let statement = Statement {
        purpose: Purpose::Review,
        repository,
        ref_name: asked.ref_name.clone(),
        base: asked.base.clone(),
        tree: asked.tree.clone(),
        trust: asked.trust.clone(),
        floor: asked.floor.clone(),
        not_after: now + asked.longest.unwrap_or(HOLDS).min(HOLDS),
        reason: format!("review of {}", facts.object),
        reviewer,
    };
    statement.check().map_err(|problem| unusable(problem.to_string()))?;
    Ok(statement)
}

/// The tag points to a commit with the tree that results: the pull request's own where it has it, else one that
/// represents the merge.
fn sign(stage: &Stage, statement: &Statement, tip: &ObjectId) -> Result<ObjectId, CommandError> {
    let target = stage.commit_with(&statement.tree, [&statement.base, tip])?;
    let name = statement.purpose.tag_name();
    let options = ["tag", "--sign", "--force", "--cleanup=verbatim", "--file=-", name, target.as_str()];
    GitProgram::in_folder(stage.folder()).run_as_user(&options, &statement.to_string())?;
    let object = GitProgram::in_folder(stage.folder())
        .run_as_user(&["rev-parse", "--verify", &format!("refs/tags/{name}")], "")?;
    ObjectId::parse(&object).ok_or_else(|| CommandError::Statement("git signed nothing".into()))
}
