//! The content of a new statement, and its signature.

use std::path::Path;
use std::time::Duration;

use chrono::DateTime;

use super::error::StatementsError;
use crate::approval::{Asked, Statement};
use crate::evidence::Purpose;
use crate::git_program::GitProgram;
use source_files::ObjectId;

/// The parts of a statement that its author chooses.
#[derive(Debug)]
pub struct Draft {
    /// The purpose.
    pub purpose: Purpose,
    /// The time for which it counts.
    pub age: Duration,
    /// The reason.
    pub reason: String,
    /// The reviewer's account and teams, if it restates a review.
    pub reviewer: Vec<String>,
}

impl Draft {
    /// Completes the statement about a change.
    pub fn complete(self, asked: &Asked) -> Result<Statement, StatementsError> {
        let repository = asked.repository.clone().ok_or(StatementsError::NoRepository)?;
        let age = asked.longest.map_or(self.age, |longest| self.age.min(longest));
        // A statement has whole seconds.
        let now = DateTime::from_timestamp(asked.now.timestamp(), 0).unwrap_or(asked.now);
        let statement = Statement {
            purpose: self.purpose,
            repository,
            ref_name: asked.ref_name.clone(),
            base: asked.base.clone(),
            tree: asked.tree.clone(),
            trust: asked.trust.clone(),
            floor: asked.floor.clone(),
            not_after: now + age,
            reason: self.reason,
            reviewer: self.reviewer,
        };
        statement.check()?;
        Ok(statement)
    }
}

/// Signs a statement about a commit with git's key. Git makes the object below `refs/tags/`, from which it is removed.
pub fn sign(folder: &Path, statement: &Statement, commit: &str) -> Result<ObjectId, StatementsError> {
    let git = GitProgram::in_folder(folder);
    let name = statement.purpose.tag_name();
    let temporary = format!("refs/tags/{name}");
    let options = ["tag", "--sign", "--force", "--cleanup=verbatim", "--file=-", name, commit];
    git.run_as_user(&options, &statement.to_string())?;
    let object = git.run_as_user(&["rev-parse", "--verify", &temporary], "")?;
    git.run_as_user(&["update-ref", "-d", &temporary, &object], "")?;
    ObjectId::parse(&object).ok_or_else(|| StatementsError::Worthless("git signed nothing".into()))
}
