//! Writes to Gitea: a status and one comment.

use serde::de::IgnoredAny;
use serde_json::json;

use super::Gitea;
use super::lists::{page_path, read_whole};
use super::wire::{CreatedStatus, GiteaCombinedStatus, GiteaComment, GiteaStatus, GiteaUser};
use crate::host::api::http::CountedPage;
use crate::host::api::model::{CommitStatus, PullNumber};
use crate::host::api::own_comment::{CommentStep, ExistingComment, OwnComment};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

/// The most pages of statuses in which the gate looks for its own.
const MOST_STATUS_PAGES: usize = 20;

/// Sets a status, unless it is set already.
pub(super) fn status(gitea: &Gitea, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
    let state = status.state.as_str();
    if let Some(known) = find_same_status(gitea, commit, status)? {
        remember_account(gitea, known.creator);
        return Ok(());
    }
    let path = gitea.repository(&format!("/statuses/{commit}"));
    let made: CreatedStatus = gitea.http.send_once(Method::Post, &path, &status.body("context", state))?;
    remember_account(gitea, made.creator);
    Ok(())
}

/// Finds the same status on a commit. Older versions and Forgejo do not say how many there are, and answer nothing for
/// none; a status that is not found is written again, which changes nothing.
fn find_same_status(
    gitea: &Gitea,
    commit: &ObjectId,
    status: &CommitStatus,
) -> Result<Option<GiteaStatus>, ForgeError> {
    let path = gitea.repository(&format!("/commits/{commit}/status"));
    let mut found = 0;
    for page in 1..=MOST_STATUS_PAGES {
        let answer: CountedPage<Option<GiteaCombinedStatus>> =
            gitea.http.get_counted(&page_path(&path, page))?;
        let statuses = answer.content.and_then(|content| content.statuses).unwrap_or_default();
        let shown = statuses.len();
        found += shown;
        let same = |known: &GiteaStatus| status.repeats(status.state.as_str(), &known.as_existing());
        if let Some(known) = statuses.into_iter().find(same) {
            return Ok(Some(known));
        }
        if shown == 0 || answer.total.is_some_and(|total| found >= total) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Remembers who wrote the status, for a token that may not read the name of its own account.
fn remember_account(gitea: &Gitea, creator: Option<GiteaUser>) {
    if let Some(creator) = creator {
        gitea.account.replace(Some(creator.login));
    }
}

/// Writes the gate's own comment.
pub(super) fn comment(gitea: &Gitea, number: PullNumber, comment: OwnComment<'_>) -> Result<(), ForgeError> {
    let path = gitea.repository(&format!("/issues/{number}/comments"));
    let comments: Vec<GiteaComment> = read_whole(&gitea.http, &path)?;
    let standing = comments.iter().map(|known| ExistingComment {
        id: known.id,
        author: known.user.as_ref().map(|user| user.login.as_str()),
        text: known.body.as_deref().unwrap_or_default(),
    });
    let body = json!({"body": comment.text});
    match comment.choose_step(standing, || own_account(gitea))? {
        CommentStep::Nothing => Ok(()),
        CommentStep::Anew => gitea.http.send_once::<IgnoredAny>(Method::Post, &path, &body).map(|_| ()),
        CommentStep::Over(id) => {
            let path = gitea.repository(&format!("/issues/comments/{id}"));
            gitea.http.send_once::<IgnoredAny>(Method::Patch, &path, &body).map(|_| ())
        }
    }
}

/// Returns the account of the token. Without the scope `read:user` only what it has written names it.
fn own_account(gitea: &Gitea) -> Result<String, ForgeError> {
    match gitea.http.get::<GiteaUser>("/user") {
        Ok(user) => Ok(user.login),
        Err(error) if error.is_forbidden() => {
            let account = gitea.account.borrow().clone();
            account.ok_or_else(|| error.advise("the token needs the scope `read:user`"))
        }
        Err(error) => Err(error),
    }
}
