//! A disposable repository with the configuration of a real one.
//!
//! In: the real repository and its hook. Out: [`Stage`], in which changes are pushed or committed through that
//! hook by git itself. Never: writes to the real repository, or runs a hook that comes after the decision and
//! may deploy what was pushed. Objects are borrowed, so that the gate has the real tree to judge.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::error::{SelfTestError, file_error};
use super::hook::{Event, Hook};
use super::replica::{self, Original};
use crate::git_program::{GitProgram, Outcome};

/// An index beside the repository's own.
const INDEX: &str = "doctor-index";
const PEOPLE: [(&str, &str); 5] = [
    ("GIT_AUTHOR_NAME", "portcullis doctor"),
    ("GIT_AUTHOR_EMAIL", "doctor@portcullis.invalid"),
    ("GIT_COMMITTER_NAME", "portcullis doctor"),
    ("GIT_COMMITTER_EMAIL", "doctor@portcullis.invalid"),
    ("GIT_INDEX_FILE", INDEX),
];

/// The disposable repository.
#[derive(Debug)]
pub(super) struct Stage {
    folder: TempDir,
    event: Event,
    branch: String,
    tip: Option<String>,
    /// The variables that the host would set for a push.
    environment: &'static [(&'static str, &'static str)],
}

/// The result of sending a change.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) outcome: Outcome,
    /// The whole output.
    pub(super) text: String,
    pub(super) elapsed: Duration,
    /// The commit, if one was pushed.
    pub(super) commit: Option<String>,
}

impl Stage {
    pub(super) fn build(original: &Original<'_>, hook: &Hook) -> Result<Self, SelfTestError> {
        let folder = tempfile::Builder::new().prefix("portcullis-doctor-").tempdir();
        let folder = folder.map_err(file_error(Path::new("the temporary folder")))?;
        let stage = Self {
            folder,
            event: hook.event,
            branch: original.branch.to_owned(),
            tip: original.tip.map(str::to_owned),
            environment: hook.host().map_or(&[], |host| host.facts().hook.rehearsal),
        };
        replica::create(original, &stage.author_dir())?;
        replica::create(original, &stage.server_dir())?;
        replica::configure(original, &stage.server_dir())?;
        replica::link_hook(hook, &stage.server_dir())?;
        Ok(stage)
    }

    /// The repository in which commits are made to be pushed.
    fn author_dir(&self) -> PathBuf {
        self.folder.path().join("author.git")
    }

    /// The repository with the hook.
    fn server_dir(&self) -> PathBuf {
        match self.event {
            Event::PreReceive | Event::Update => self.folder.path().join("server.git"),
            Event::PreCommit => self.folder.path().join(".git"),
        }
    }

    /// Makes a commit that adds one file and sends it through the hook.
    pub(super) fn attempt(&self, path: &str, content: &str) -> Result<Attempt, SelfTestError> {
        let result = match self.event {
            Event::PreReceive | Event::Update => self.push(path, content)?,
            Event::PreCommit => self.commit(path, content)?,
        };
        self.reset()?;
        Ok(result)
    }

    fn push(&self, path: &str, content: &str) -> Result<Attempt, SelfTestError> {
        let author = self.author_dir();
        self.stage_file(&author, path, content)?;
        let tree = GitProgram::in_folder(&author).with_environment(&PEOPLE).read(&["write-tree"])?;
        let mut arguments = vec!["commit-tree", &tree, "-m", "Try the gate"];
        arguments.extend(self.tip.iter().flat_map(|tip| ["-p", tip]));
        let commit = GitProgram::in_folder(&author).with_environment(&PEOPLE).read(&arguments)?;
        let target = format!("{commit}:{}", self.branch);
        let server = self.server_dir().display().to_string();
        let begin = Instant::now();
        let arguments = ["push", "--no-verify", "--no-signed", "--porcelain", &server, &target];
        let answer = GitProgram::in_folder(&author).with_environment(self.environment).attempt(&arguments)?;
        let text = format!("{}\n{}", answer.complaint, answer.output);
        Ok(Attempt { outcome: answer.outcome, text, elapsed: begin.elapsed(), commit: Some(commit) })
    }

    fn commit(&self, path: &str, content: &str) -> Result<Attempt, SelfTestError> {
        let server = self.server_dir();
        GitProgram::in_folder(&server).read(&["config", "core.bare", "false"])?;
        self.stage_file(&server, path, content)?;
        let index = server.join(INDEX).display().to_string();
        let environment = PEOPLE.map(|(name, value)| match name {
            "GIT_INDEX_FILE" => (name, index.as_str()),
            _ => (name, value),
        });
        let begin = Instant::now();
        let arguments = ["commit", "--no-gpg-sign", "-m", "Try the gate"];
        let answer =
            GitProgram::in_folder(self.folder.path()).with_environment(&environment).attempt(&arguments)?;
        let text = format!("{}\n{}", answer.complaint, answer.output);
        Ok(Attempt { outcome: answer.outcome, text, elapsed: begin.elapsed(), commit: None })
    }

    /// Reverts what an ineffective gate has accepted.
    fn reset(&self) -> Result<(), SelfTestError> {
        let server = self.server_dir();
        let arguments = match &self.tip {
            Some(tip) => ["update-ref", &self.branch, tip],
            None => ["update-ref", "-d", &self.branch],
        };
        GitProgram::in_folder(&server).read(&arguments)?;
        Ok(())
    }

    /// Fills an index of its own with the tip's files and one more.
    fn stage_file(&self, git_dir: &Path, path: &str, content: &str) -> Result<(), SelfTestError> {
        let git = GitProgram::in_folder(git_dir).with_environment(&PEOPLE);
        git.read(&["read-tree", self.tip.as_deref().unwrap_or("--empty")])?;
        let blob = git.feed(&["hash-object", "-w", "--stdin"], content)?;
        git.read(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")])?;
        Ok(())
    }
}
