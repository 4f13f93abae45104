//! Gitea and Forgejo, whose API follows GitHub's REST API.

mod enforcement;
mod wire;
mod write;

use chrono::{DateTime, Utc};

use crate::host::api::Forge;
use crate::host::api::enforcement::Enforcement;
use crate::host::api::http::Http;
use crate::host::api::hub::Pull;
use crate::host::api::model::{
    BranchRules, CommitStatus, Freshness, LineNote, LineProposal, NoteRun, Occasion, Project, PullNumber,
    PullRequest, Pushers, RequiredStatus, Review,
};
use crate::host::api::own_comment::OwnComment;
use crate::host::api::path::escape_segment;
use crate::host::forge_error::{ForgeError, Method};
use codeowners::OwnerHandle;
use source_files::ObjectId;
use wire::{GiteaFound, GiteaProtection, GiteaPullReview, GiteaUser, Team, TimelineEntry};

/// A repository on Gitea or Forgejo.
#[derive(Debug)]
pub struct Gitea {
    http: Http,
    project: Project,
}

impl Gitea {
    /// Creates the client for a repository.
    pub fn new(http: Http, project: Project) -> Self {
        Self { http, project }
    }

    fn repository(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.project.as_str())
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
        let reviews: Vec<GiteaPullReview> =
            self.http.list(&self.repository(&format!("/pulls/{number}/reviews")))?;
        Ok(reviews.into_iter().map(GiteaPullReview::read).collect())
    }

    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError> {
        let entries: Vec<TimelineEntry> =
            self.http.list(&self.repository(&format!("/issues/{number}/timeline")))?;
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
        let found: Vec<Team> = self.http.list_below(&path, |found: GiteaFound<Team>| found.data)?;
        let same = |team: &&Team| team.name.eq_ignore_ascii_case(name);
        let team = found.iter().find(same);
        let team =
            team.ok_or_else(|| ForgeError::malformed(Method::Get, &path, "the team does not exist"))?;
        let members: Vec<GiteaUser> = self.http.list(&format!("/teams/{}/members", team.id))?;
        Ok(members.into_iter().map(|user| user.login).collect())
    }

    fn branch_rules(&self, branch: &str) -> Result<BranchRules, ForgeError> {
        let path = self.repository(&format!("/branch_protections/{}", escape_segment(branch)));
        let protection: GiteaProtection = match self.http.get(&path) {
            Ok(protection) => protection,
            Err(error) if error.is_forbidden() => {
                return Ok(BranchRules { required: Vec::new(), freshness: Freshness::Unknown });
            }
            Err(error) => return Err(error),
        };
        let contexts = protection.status_check_contexts.filter(|_| protection.enable_status_check);
        let required = contexts.unwrap_or_default().into_iter();
        Ok(BranchRules {
            required: required.map(|context| RequiredStatus { context, app: None }).collect(),
            freshness: if protection.block_on_outdated_branch {
                Freshness::UpToDate
            } else {
                Freshness::Stale
            },
        })
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
