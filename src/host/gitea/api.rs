//! Gitea and Forgejo, whose API follows GitHub's REST API.

mod enforcement;
mod lists;
mod wire;
mod write;

use std::cell::RefCell;

use chrono::{DateTime, Utc};

use crate::host::api::Forge;
use crate::host::api::enforcement::Enforcement;
use crate::host::api::http::Http;
use crate::host::api::hub::Pull;
use crate::host::api::model::{
    BranchRules, CommitStatus, LineNote, LineProposal, NoteRun, Occasion, Project, PullNumber, PullRequest,
    Pushers, Review,
};
use crate::host::api::own_comment::OwnComment;
use crate::host::api::path::escape_segment;
use crate::host::forge_error::{ForgeError, Method};
use codeowners::OwnerHandle;
use lists::{HiddenRows, Listed, read_counted, read_counted_below, read_timeline};
use source_files::ObjectId;
use wire::{GiteaFound, GiteaPullReview, GiteaUser, Team};

/// What reading a team takes. Gitea shows it to no other account, whatever the scopes of its token are.
const READS_TEAMS: &str = "the token needs the scope `read:organization`, and its account must be a member of each team \
    that is asked, an owner of the organization, or an administrator of the site";

/// A repository on Gitea or Forgejo.
#[derive(Debug)]
pub struct Gitea {
    http: Http,
    project: Project,
    /// The account of the token, once the forge has named it as the creator of a status.
    account: RefCell<Option<String>>,
}

impl Gitea {
    /// Creates the client for a repository.
    pub fn new(http: Http, project: Project) -> Self {
        Self { http, project, account: RefCell::new(None) }
    }

    fn repository(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.project.as_str())
    }

    /// Reads the reviews. `X-Total-Count` counts pending ones of others, which are hidden.
    fn list_reviews(&self, number: PullNumber) -> Result<Listed<GiteaPullReview>, ForgeError> {
        read_counted(&self.http, &self.repository(&format!("/pulls/{number}/reviews")))
    }
}

impl Forge for Gitea {
    fn pull_request(&self, number: PullNumber) -> Result<PullRequest, ForgeError> {
        let path = self.repository(&format!("/pulls/{number}"));
        let pull: Pull<GiteaUser> = self.http.get(&path)?;
        pull.read(number, GiteaUser::account)
            .map_err(|problem| ForgeError::malformed(Method::Get, &path, problem.to_string()))
    }

    fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, ForgeError> {
        let reviews = self.list_reviews(number)?.entries;
        Ok(reviews.into_iter().map(GiteaPullReview::read).collect())
    }

    /// Looks for a change of the target since the oldest approval. An older one voids none.
    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError> {
        let reviews = self.list_reviews(number)?;
        let hidden = HiddenRows {
            line_comments: reviews.entries.iter().map(GiteaPullReview::line_comments).sum(),
            pending_reviews: reviews.hidden,
        };
        let since = find_oldest_approval(&reviews.entries);
        let path = self.repository(&format!("/issues/{number}/timeline"));
        let entries = read_timeline(&self.http, &path, since, hidden)?;
        let changes = entries.iter().filter(|entry| entry.r#type == "change_target_branch");
        Ok(changes.map(|entry| entry.created_at).max())
    }

    fn pushers(&self, _pull: &PullRequest) -> Result<Pushers, ForgeError> {
        Ok(Pushers::Unknown("Gitea does not list the pushes to a branch".into()))
    }

    /// Returns the accounts of a team, which are found by the number of the team with this name.
    fn team(&self, team: &OwnerHandle) -> Result<Vec<String>, ForgeError> {
        let names = team.0.strip_prefix('@').and_then(|names| names.split_once('/'));
        let (organisation, name) =
            names.ok_or_else(|| ForgeError::Settings(format!("{team} is not a Gitea team")))?;
        let path = format!("/orgs/{}/teams/search?q={}", escape_segment(organisation), escape_segment(name));
        let found: Listed<Team> = read_counted_below(&self.http, &path, |found: GiteaFound<Team>| found.data)
            .map_err(|error| error.advise(READS_TEAMS))?;
        let same = |team: &&Team| team.name.eq_ignore_ascii_case(name);
        let team = found.entries.iter().find(same).ok_or_else(|| {
            ForgeError::Settings(format!(
                "{organisation} has no team `{name}`, or the token's account does not see it\n  {READS_TEAMS}"
            ))
        })?;
        let path = format!("/teams/{}/members", team.id);
        let members: Listed<GiteaUser> =
            read_counted(&self.http, &path).map_err(|error| error.advise(READS_TEAMS))?;
        Ok(members.entries.into_iter().map(|user| user.login).collect())
    }

    fn branch_rules(&self, branch: &str) -> Result<BranchRules, ForgeError> {
        enforcement::read_rules(self, branch)
    }

    fn enforcement(&self, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
        enforcement::read(self, branch)
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

    fn annotate(&self, _commit: &ObjectId, _run: &NoteRun, _notes: &[LineNote]) -> Result<(), ForgeError> {
        Err(ForgeError::Settings("Gitea does not support annotations: use `--comment`".into()))
    }

    fn propose(&self, _pull: &PullRequest, _changes: &[LineProposal]) -> Result<(), ForgeError> {
        Err(ForgeError::Settings("Gitea does not support suggestions: use `--comment`".into()))
    }

    fn http(&self) -> &Http {
        &self.http
    }
}

/// Returns the time of the oldest approval. `None` if one has no time.
fn find_oldest_approval(reviews: &[GiteaPullReview]) -> Option<DateTime<Utc>> {
    let approvals = reviews.iter().filter(|review| review.approves());
    approvals.map(GiteaPullReview::submitted_at).min().flatten()
}
