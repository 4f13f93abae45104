//! GitHub and GitHub Enterprise Server: <https://docs.github.com/en/rest>.

mod enforcement;
mod notes;
mod queue;
mod rules;
mod wire;
mod write;

use chrono::{DateTime, Utc};

use crate::host::api::Forge;
use crate::host::api::enforcement::Enforcement;
use crate::host::api::http::Http;
use crate::host::api::hub::Pull;
use crate::host::api::model::{
    BranchRules, CommitStatus, LineNote, LineProposal, NoteRun, Occasion, Project, PullNumber, PullRequest,
    Pushers, QueueEntry, Review,
};
use crate::host::api::own_comment::OwnComment;
use crate::host::api::path::escape_segment;
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use codeowners::OwnerHandle;
use source_files::ObjectId;
use wire::{Activity, GithubPullReview, GithubUser, IssueEvent};

/// A repository on GitHub.
#[derive(Debug)]
pub struct Github {
    http: Http,
    project: Project,
}

impl Github {
    /// Creates the client for a repository.
    pub fn new(http: Http, project: Project) -> Self {
        Self { http, project }
    }

    fn repository(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.project.as_str())
    }

    /// Returns true for a GitHub Enterprise Server, whose API is below its web pages.
    fn is_server(&self) -> bool {
        self.http.base().ends_with("/api/v3")
    }
}

/// Events that change the target of a pull request.
const RETARGETING: [&str; 2] = ["base_ref_changed", "automatic_base_change_succeeded"];

impl Forge for Github {
    fn pull_request(&self, number: PullNumber) -> Result<PullRequest, ForgeError> {
        let path = self.repository(&format!("/pulls/{number}"));
        let pull: Pull<GithubUser> = self.http.get(&path)?;
        pull.read(number, GithubUser::account)
            .map_err(|problem| ForgeError::malformed(Method::Get, &path, problem.to_string()))
    }

    fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, ForgeError> {
        let reviews: Vec<GithubPullReview> =
            self.http.list(&self.repository(&format!("/pulls/{number}/reviews")))?;
        Ok(reviews.into_iter().map(GithubPullReview::read).collect())
    }

    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError> {
        let events: Vec<IssueEvent> =
            self.http.list(&self.repository(&format!("/issues/{number}/events")))?;
        let changes = events.iter().filter(|event| RETARGETING.contains(&event.event.as_str()));
        Ok(changes.map(|event| event.created_at).max())
    }

    /// Follows the branch's movements from the head back to the branch's beginning.
    fn pushers(&self, pull: &PullRequest) -> Result<Pushers, ForgeError> {
        let Some(source) = &pull.source else {
            return Ok(Pushers::Unknown("the branch of the pull request no longer exists".into()));
        };
        let reference = escape_segment(&format!("refs/heads/{}", source.branch));
        let path = format!("/repos/{}/activity?ref={reference}", source.project.as_str());
        match self.http.list_linked::<Activity>(&path) {
            Ok(activities) => Ok(chain(activities, &pull.head)),
            Err(error) if error.is_forbidden() => Ok(Pushers::Unknown(error.to_string())),
            Err(error) => Err(error),
        }
    }

    fn team(&self, team: &OwnerHandle) -> Result<Vec<String>, ForgeError> {
        let names = team.0.strip_prefix('@').and_then(|names| names.split_once('/'));
        let (organisation, slug) =
            names.ok_or_else(|| ForgeError::Settings(format!("{team} is not a GitHub team")))?;
        let path = format!("/orgs/{}/teams/{}/members", escape_segment(organisation), escape_segment(slug));
        let members: Vec<GithubUser> = self.http.list(&path)?;
        Ok(members.iter().map(|user| user.login().to_owned()).collect())
    }

    fn branch_rules(&self, branch: &str) -> Result<BranchRules, ForgeError> {
        rules::read(self, branch)
    }

    fn enforcement(&self, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
        enforcement::read(self, branch)
    }

    fn merge_queue(&self, branch: &str) -> Result<Vec<QueueEntry>, ForgeError> {
        queue::read_entries(self, branch)
    }

    fn set_status(&self, commit: &ObjectId, status: &CommitStatus) -> Result<(), ForgeError> {
        write::status(self, commit, status)
    }

    fn write_comment(
        &self,
        number: PullNumber,
        marker: &str,
        text: &str,
        occasion: Occasion,
    ) -> Result<(), ForgeError> {
        write::comment(self, number, OwnComment { marker, text, occasion })
    }

    fn annotate(&self, commit: &ObjectId, run: &NoteRun, notes: &[LineNote]) -> Result<(), ForgeError> {
        notes::annotate(self, commit, run, notes)
    }

    fn propose(&self, pull: &PullRequest, changes: &[LineProposal]) -> Result<(), ForgeError> {
        notes::propose(self, pull, changes)
    }

    fn http(&self) -> &Http {
        &self.http
    }
}

/// Returns the accounts that moved a branch from its beginning to a commit, from a list of movements, the newest
/// first.
fn chain(activities: Vec<Activity>, head: &ObjectId) -> Pushers {
    let mut awaited = head.as_str().to_owned();
    let mut accounts = Vec::new();
    for activity in activities {
        if activity.after != awaited {
            continue;
        }
        let Some(actor) = activity.actor else {
            return Pushers::Unknown("an account that pushed no longer exists".into());
        };
        accounts.push(actor.account());
        let began = !activity.before.is_empty() && activity.before.bytes().all(|byte| byte == b'0');
        if began {
            return Pushers::Known(accounts);
        }
        awaited = activity.before;
    }
    Pushers::Unknown("the forge does not list every push to the branch".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(before: char, after: char, login: &str) -> Activity {
        let id = |digit: char| digit.to_string().repeat(40);
        let actor = format!(r#"{{"login": "{login}", "type": "User"}}"#);
        let text = format!(r#"{{"before": "{}", "after": "{}", "actor": {actor}}}"#, id(before), id(after));
        serde_json::from_str(&text).unwrap()
    }

    fn who(movements: &[(char, char, &str)]) -> Option<Vec<String>> {
        let head = ObjectId::parse(&"c".repeat(40)).unwrap();
        let movements =
            movements.iter().map(|(before, after, login)| movement(*before, *after, login)).collect();
        match chain(movements, &head) {
            Pushers::Known(accounts) => Some(accounts.into_iter().map(|account| account.login).collect()),
            Pushers::Unknown(_) => None,
        }
    }

    #[test]
    fn everybody_who_moved_the_branch_is_told_or_nobody() {
        let whole = [('b', 'c', "bob"), ('a', 'b', "ann"), ('0', 'a', "ann")];
        assert_eq!(who(&whole), Some(["bob", "ann", "ann"].map(str::to_owned).to_vec()));
        assert_eq!(who(&whole[..2]), None, "the beginning is missing");
        assert_eq!(who(&whole[1..]), None, "the newest push is missing");
        let newer = [('c', 'd', "eve"), ('b', 'c', "bob"), ('0', 'b', "ann")];
        assert_eq!(who(&newer), Some(["bob", "ann"].map(str::to_owned).to_vec()));
    }
}
