//! GitLab: <https://docs.gitlab.com/api/rest/>.

mod approvals;
mod enforcement;
mod people;
mod wire;
mod write;

use chrono::{DateTime, Utc};

use crate::host::api::Forge;
use crate::host::api::enforcement::Enforcement;
use crate::host::api::http::Http;
use crate::host::api::model::{
    BranchRules, CommitStatus, Freshness, LineNote, LineProposal, NoteRun, Occasion, Project, PullNumber,
    PullRequest, Pushers, Review, SourceBranch,
};
use crate::host::api::own_comment::OwnComment;
use crate::host::api::path::escape_segment;
use crate::host::forge_error::{ForgeError, Method};
use codeowners::OwnerHandle;
use source_files::ObjectId;
use wire::MergeRequest;

/// A project on GitLab.
#[derive(Debug)]
pub struct Gitlab {
    http: Http,
    project: Project,
}

impl Gitlab {
    /// Creates the client for a project.
    pub fn new(http: Http, project: Project) -> Self {
        Self { http, project }
    }

    fn below(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", escape_segment(self.project.as_str()))
    }

    fn read_project(&self) -> Result<wire::GitlabProject, ForgeError> {
        self.http.get(&self.below(""))
    }

    /// Returns the branch of the commits, or `None` if that project is gone or hidden.
    fn source(
        &self,
        request: &MergeRequest,
        own: &wire::GitlabProject,
    ) -> Result<Option<SourceBranch>, ForgeError> {
        let branch = request.source_branch.clone();
        let name = match request.source_project_id {
            None => return Ok(None),
            Some(id) if id == request.target_project_id => own.path_with_namespace.clone(),
            Some(id) => match self.http.get::<wire::GitlabProject>(&format!("/projects/{id}")) {
                Ok(project) => project.path_with_namespace,
                Err(error) if error.is_forbidden() => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        Ok(Project::parse(&name).map(|project| SourceBranch { project, branch }))
    }
}

impl Forge for Gitlab {
    fn pull_request(&self, number: PullNumber) -> Result<PullRequest, ForgeError> {
        let path = self.below(&format!("/merge_requests/{number}"));
        let malformed = |reason: &str| ForgeError::malformed(Method::Get, &path, reason);
        let request: MergeRequest = self.http.get(&path)?;
        let own = self.read_project()?;
        if request.iid != number.0 {
            return Err(malformed("it is about another merge request"));
        }
        let head = request.sha.as_deref().and_then(ObjectId::parse);
        Ok(PullRequest {
            number,
            head: head.ok_or_else(|| malformed("it has no commit"))?,
            target: request.target_branch.clone(),
            source: self.source(&request, &own)?,
            default_branch: own
                .default_branch
                .ok_or_else(|| malformed("the project has no default branch"))?,
            state: request.state.read(),
            author: request.author.map(wire::GitlabUser::account),
        })
    }

    fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, ForgeError> {
        approvals::reviews(self, number)
    }

    fn retargeted(&self, number: PullNumber) -> Result<Option<DateTime<Utc>>, ForgeError> {
        approvals::retargeted(self, number)
    }

    fn pushers(&self, pull: &PullRequest) -> Result<Pushers, ForgeError> {
        people::pushers(self, pull)
    }

    fn may_be_team(&self, handle: &OwnerHandle) -> bool {
        handle.0.starts_with('@')
    }

    fn team(&self, team: &OwnerHandle) -> Result<Vec<String>, ForgeError> {
        people::team(self, team)
    }

    /// Reads the rules of a branch. One that can only be fast-forwarded requires an up-to-date merge request. A merge
    /// train combines requests after each was judged alone.
    fn branch_rules(&self, _branch: &str) -> Result<BranchRules, ForgeError> {
        let own = self.read_project()?;
        let freshness = match (own.merge_trains_enabled, own.merge_method.as_deref()) {
            (Some(true), _) => Freshness::Stale,
            (_, Some("ff" | "rebase_merge")) => Freshness::UpToDate,
            (_, Some(_)) => Freshness::Stale,
            (_, None) => Freshness::Unknown,
        };
        Ok(BranchRules { required: Vec::new(), freshness })
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
        Err(ForgeError::Settings(
            "GitLab shows them with its Code Quality report: use `--also gitlab=FILE`".into(),
        ))
    }

    fn propose(&self, _pull: &PullRequest, _changes: &[LineProposal]) -> Result<(), ForgeError> {
        Err(ForgeError::Settings(
            "they are in the comment; portcullis does not send suggestions to \
            GitLab"
                .into(),
        ))
    }

    fn http(&self) -> &Http {
        &self.http
    }
}
