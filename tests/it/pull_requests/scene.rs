//! A repository on a forge, people who change it, and the job that judges.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::fake::Fake;
use super::objects::{minimal_repository, movement, review, user};
use crate::common::git::{Failure, Git};

pub(crate) const POLICY: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nowners: {approvals: 1}\nchecks:\n  \
                                 public-load-balancer: {enforce: approve, approvers: ['@acme/network']}\n";
pub(crate) const OWNERS: &str = "* @ann @bob\n/net/ @acme/network\n";
pub(crate) const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {type: LoadBalancer, \
                                  ports: [{port: 80}]}\n";
pub(crate) const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {colour: blue}\n";
const NOBODY: &str = "0000000000000000000000000000000000000000";

pub(crate) struct Scene {
    folder: tempfile::TempDir,
    pub(crate) git: Git,
    /// The same repository: commits are made without starting git, because the tests make thousands.
    repository: git2::Repository,
    pub(crate) fake: Fake,
    movements: u64,
}

/// A job that has run.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Scene {
    /// A repository whose main branch has a policy and owners.
    pub(crate) fn new() -> Result<Self, Failure> {
        Self::with(&[(".portcullis.yaml", POLICY), ("CODEOWNERS", OWNERS), ("settings.yaml", SETTINGS)])
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let git_dir = folder.path().join("acme/prod.git");
        let git = Git::init_bare(&git_dir)?;
        git.run(&["config", "uploadpack.allowAnySHA1InWant", "true"], b"")?;
        let repository = git2::Repository::open_bare(&git_dir)?;
        let scene = Self { folder, git, repository, fake: Fake::start()?, movements: 0 };
        scene.commit("main", &[], files)?;
        Ok(scene)
    }

    /// Commits files on top of the first parent's, and moves a branch there. An empty text deletes.
    pub(crate) fn commit(
        &self,
        branch: &str,
        parents: &[&str],
        files: &[(&str, &str)],
    ) -> Result<String, Failure> {
        self.commit_by("ann", branch, parents, files)
    }

    pub(crate) fn commit_by(
        &self,
        author: &str,
        branch: &str,
        parents: &[&str],
        files: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let repository = &self.repository;
        let commit_of = |name: &&str| repository.revparse_single(name)?.peel_to_commit();
        let parents = parents.iter().map(commit_of).collect::<Result<Vec<_>, _>>()?;
        let mut index = git2::Index::new()?;
        if let Some(parent) = parents.first() {
            index.read_tree(&parent.tree()?)?;
        }
        for (path, text) in files {
            if text.is_empty() {
                index.remove(Path::new(path), 0)?;
            } else {
                index.add(&entry(path, repository.blob(text.as_bytes())?))?;
            }
        }
        let tree = repository.find_tree(index.write_tree_to(repository)?)?;
        let author = git2::Signature::now(author, &format!("{author}@example.com"))?;
        let parents: Vec<_> = parents.iter().collect();
        let commit = repository.commit(None, &author, &author, "Change\n", &tree, &parents)?;
        repository.reference(&format!("refs/heads/{branch}"), commit, true, "")?;
        Ok(commit.to_string())
    }

    pub(crate) fn tip(&self, branch: &str) -> Result<String, Failure> {
        self.git.run(&["rev-parse", &format!("refs/heads/{branch}")], b"")
    }

    /// Ann opens a pull request from a branch of the repository, which she has pushed.
    pub(crate) fn open(&mut self, number: u64, branch: &str) -> Result<String, Failure> {
        let head = self.show(number, branch)?;
        self.pushed(branch, NOBODY, &head, "ann");
        Ok(head)
    }

    /// The forge sees where a branch is now.
    pub(crate) fn show(&self, number: u64, branch: &str) -> Result<String, Failure> {
        let head = self.tip(branch)?;
        self.git.set_ref(&format!("refs/pull/{number}/head"), &head)?;
        let pull = pull(number, branch, &head, &self.tip("main")?);
        self.fake.state().pulls.insert(number, pull);
        Ok(head)
    }

    /// Somebody moved a branch.
    pub(crate) fn pushed(&mut self, branch: &str, before: &str, after: &str, login: &str) {
        self.movements += 1;
        let movement = movement(self.movements, branch, before, after, login);
        self.fake.state().activity.insert(0, movement);
    }

    /// Somebody reviews a commit.
    pub(crate) fn review(&self, number: u64, login: &str, state: &str, commit: &str) {
        let mut known = self.fake.state();
        let reviews = known.reviews.entry(number).or_default();
        reviews.push(review(
            u64::try_from(reviews.len()).unwrap_or_default() + 1,
            login,
            "User",
            state,
            commit,
        ));
    }

    pub(crate) fn team(&self, name: &str, accounts: &[&str]) {
        let accounts = accounts.iter().map(|login| (*login).to_owned()).collect();
        self.fake.state().teams.insert(name.to_owned(), accounts);
    }

    /// The job of an event about a pull request.
    pub(crate) fn run(&self, number: u64, arguments: &[&str]) -> Result<Ran, Failure> {
        self.job("pull_request_review", &json!({"pull_request": {"number": number}}), arguments)
    }

    /// The job of any event.
    pub(crate) fn job(&self, event: &str, payload: &Value, arguments: &[&str]) -> Result<Ran, Failure> {
        let file = self.folder.path().join("event.json");
        std::fs::write(&file, payload.to_string())?;
        let mut command = self.command(arguments);
        command.env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", &file);
        Ok(Ran::of(&command.output()?))
    }

    /// The job, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        // Measured is the program as it is released.
        let released = std::env::var_os("MEASURED_PROGRAM");
        let mut command = Command::new(released.unwrap_or_else(|| env!("CARGO_BIN_EXE_portcullis").into()));
        command.arg("pr").args(arguments).env_clear().current_dir(self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.path());
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_API_URL", self.fake.address());
        command.env("GITHUB_SERVER_URL", format!("file://{}", self.folder.path().display()));
        command
            .env("GITHUB_REPOSITORY", "acme/prod")
            .env("GITHUB_TOKEN", "a-token")
            .env("GITHUB_RUN_ID", "1");
        command
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The newest status: of which commit, `success`, `failure` or `error`, and its text.
    pub(crate) fn status(&self) -> Option<(String, String, String)> {
        let state = self.fake.state();
        let (commit, status) = state.statuses.last()?;
        let text = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
        assert!(text("context").starts_with("portcullis"));
        Some((commit.clone(), text("state"), text("description")))
    }
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        Self { code: output.status.code(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// It ended like this, and said all of these.
    pub(crate) fn ended(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for words in said {
            assert!(self.text.contains(words), "nothing says {words:?}:\n{}", self.text);
        }
        self
    }
}

/// A pull request as the forge describes it.
pub(crate) fn pull(number: u64, branch: &str, head: &str, base: &str) -> Value {
    let page = format!("https://api.github.com/repos/acme/prod/pulls/{number}");
    let side = |name: &str, sha: &str| {
        let mut repository = minimal_repository();
        let more = json!({"clone_url": page, "default_branch": "main", "forks": 0, "forks_count": 0, "git_url": page, "has_downloads": true,
            "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "has_discussions": false,
            "homepage": null, "language": null, "archived": false, "disabled": false, "mirror_url": null, "open_issues": 0,
            "open_issues_count": 0, "license": null, "pushed_at": "2026-11-01T00:00:00Z", "size": 1, "ssh_url": page,
            "stargazers_count": 0, "svn_url": page, "watchers": 0, "watchers_count": 0, "created_at": "2026-11-01T00:00:00Z",
            "updated_at": "2026-11-01T00:00:00Z"});
        if let (Some(repository), Some(more)) = (repository.as_object_mut(), more.as_object()) {
            repository.extend(more.clone());
        }
        json!({"label": format!("acme:{name}"), "ref": name, "sha": sha, "repo": repository, "user": user("acme", "Organization")})
    };
    let link = json!({"href": page});
    json!({"url": page, "id": number, "node_id": "PR_1", "html_url": page, "diff_url": page, "patch_url": page, "issue_url": page,
        "commits_url": page, "review_comments_url": page, "review_comment_url": page, "comments_url": page, "statuses_url": page,
        "number": number, "state": "open", "locked": false, "title": "Change", "user": user("ann", "User"), "body": null,
        "labels": [], "milestone": null, "active_lock_reason": null, "created_at": "2026-11-01T00:00:00Z",
        "updated_at": "2026-11-01T00:00:00Z", "closed_at": null, "merged_at": null, "merge_commit_sha": null, "assignee": null,
        "assignees": [], "requested_reviewers": [], "requested_teams": [], "head": side(branch, head), "base": side("main", base),
        "_links": {"comments": link, "commits": link, "statuses": link, "html": link, "issue": link, "review_comments": link,
                   "review_comment": link, "self": link},
        "author_association": "MEMBER", "auto_merge": null, "draft": false, "merged": false, "mergeable": null,
        "rebaseable": null, "mergeable_state": "unknown", "merged_by": null, "comments": 0, "review_comments": 0,
        "maintainer_can_modify": false, "commits": 1, "additions": 1, "deletions": 0, "changed_files": 1})
}

/// A file that nobody may execute, as an index has it.
fn entry(path: &str, id: git2::Oid) -> git2::IndexEntry {
    let never = git2::IndexTime::new(0, 0);
    git2::IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}
