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

impl<U> Pull<U> {
    /// Converts it to a pull request, or returns the reason why the reply cannot be the requested one.
    pub(in crate::host) fn read(
        self,
        asked: PullNumber,
        account: impl Fn(U) -> Account,
    ) -> Result<PullRequest, String> {
        if self.number != asked.0 {
            return Err(format!("it is for pull request {}", self.number));
        }
        let source = match self.head.repo {
            Some(repository) => Some(SourceBranch {
                project: Project::parse(&repository.full_name)
                    .ok_or("the head's repository has no usable name")?,
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
            head: ObjectId::parse(&self.head.sha).ok_or("the head is not an object id")?,
            target: self.base.r#ref,
            default_branch: self.base.repo.default_branch,
            author: self.user.map(account),
            source,
            state,
        })
    }
}
