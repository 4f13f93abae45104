//! GitHub's form of a pull request, which Gitea and Forgejo adopted.

use serde::Deserialize;

use super::model::{Account, Project, PullNumber, PullRequest, PullState, SourceBranch};
use source_files::ObjectId;

/// A pull request, with `U` as the form of its accounts.
#[derive(Deserialize)]
pub(in crate::host) struct Pull<U> {
    number: u64,
    state: StateWord,
    merged: bool,
    user: Option<U>,
    head: Head,
    base: Base,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateWord {
    Open,
    Closed,
}

#[derive(Deserialize)]
struct Head {
    r#ref: String,
    sha: String,
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Base {
    r#ref: String,
    repo: BaseRepository,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct BaseRepository {
    default_branch: String,
}

/// The reason why a reply cannot be the requested pull request. Displays as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::host) enum PullProblem {
    #[error("it is for pull request {0}")]
    OtherNumber(u64),
    #[error("the head's repository has no usable name")]
    RepositoryName,
    #[error("the head is not an object id")]
    Head,
}

impl<U> Pull<U> {
    /// Converts it to a pull request, or returns the reason why the reply cannot be the requested one.
    pub(in crate::host) fn read(
        self,
        asked: PullNumber,
        account: impl Fn(U) -> Account,
    ) -> Result<PullRequest, PullProblem> {
        if self.number != asked.0 {
            return Err(PullProblem::OtherNumber(self.number));
        }
        let source = match self.head.repo {
            Some(repository) => Some(SourceBranch {
                project: Project::parse(&repository.full_name).ok_or(PullProblem::RepositoryName)?,
                branch: self.head.r#ref,
            }),
            None => None,
        };
        let state = match (self.state, self.merged) {
            (StateWord::Open | StateWord::Closed, true) => PullState::Merged,
            (StateWord::Open, false) => PullState::Open,
            (StateWord::Closed, false) => PullState::Closed,
        };
        Ok(PullRequest {
            number: asked,
            head: ObjectId::parse(&self.head.sha).ok_or(PullProblem::Head)?,
            target: self.base.r#ref,
            default_branch: self.base.repo.default_branch,
            author: self.user.map(account),
            source,
            state,
        })
    }
}
