//! A disposable repository with the configuration of a real one.
//!
//! In: the real repository and its hook. Out: [`Stage`], in which changes are pushed or committed through that
//! hook by git itself. Never: writes to the real repository, or runs a hook that comes after the decision and
//! may deploy what was pushed. Objects are borrowed, so that the gate has the real tree to judge.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::hook::{Event, Hook, Presence, entries};
use crate::commands::error::CommandError;
use crate::commands::git_program::{Outcome, ask, attempt, done};

/// Hooks of hosts themselves, which ask a server that knows nothing of this push.
const OF_HOSTS: [&str; 2] = ["gitea", "forgejo"];
/// Git's hooks that decide nothing of a push or a commit, and may act on it.
const OTHERS: [&str; 12] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-commit",
    "post-receive",
    "post-update",
    "pre-push",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "post-index-change",
];
/// The format of refs that every git knows.
const FILES: &str = "files";
/// An index beside the repository's own.
const INDEX: &str = "doctor-index";
const PEOPLE: [(&str, &str); 5] = [
    ("GIT_AUTHOR_NAME", "portcullis doctor"),
    ("GIT_AUTHOR_EMAIL", "doctor@portcullis.invalid"),
    ("GIT_COMMITTER_NAME", "portcullis doctor"),
    ("GIT_COMMITTER_EMAIL", "doctor@portcullis.invalid"),
    ("GIT_INDEX_FILE", INDEX),
];

/// What is copied of the real repository.
#[derive(Debug)]
pub(super) struct Original<'a> {
    /// The real repository.
    pub(super) folder: &'a Path,
    /// What linked work trees share of it.
    pub(super) common_dir: &'a Path,
    /// The branch that HEAD names.
    pub(super) branch: &'a str,
    /// Where that branch is.
    pub(super) tip: Option<&'a str>,
}

/// The disposable repository.
#[derive(Debug)]
pub(super) struct Stage {
    folder: TempDir,
    event: Event,
    branch: String,
    tip: Option<String>,
    environment: Vec<(&'static str, &'static str)>,
}

/// What became of a change.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) outcome: Outcome,
    /// Everything that was printed.
    pub(super) text: String,
    pub(super) elapsed: Duration,
    /// The commit, where there was one to push.
    pub(super) commit: Option<String>,
}

impl Stage {
    pub(super) fn build(original: &Original<'_>, hook: &Hook) -> Result<Self, CommandError> {
        let folder = tempfile::Builder::new().prefix("portcullis-doctor-").tempdir();
        let folder = folder.map_err(failed(Path::new("the temporary folder")))?;
        let stage = Self {
            folder,
            event: hook.event,
            branch: original.branch.to_owned(),
            tip: original.tip.map(str::to_owned),
            environment: environment(hook),
        };
        stage.repository(original, &stage.author())?;
        done(&stage.author(), &[], &["config", "core.hooksPath", "/dev/null"], "")?;
        stage.repository(original, &stage.server())?;
        stage.configure(original)?;
        stage.install(hook)?;
        Ok(stage)
    }

    /// Where the commits are made that are pushed.
    fn author(&self) -> PathBuf {
        self.folder.path().join("author.git")
    }

    /// The repository with the hook.
    fn server(&self) -> PathBuf {
        match self.event {
            Event::PreReceive | Event::Update => self.folder.path().join("server.git"),
            Event::PreCommit => self.folder.path().join(".git"),
        }
    }

    /// An empty repository in the original's formats, which borrows its objects.
    fn repository(&self, original: &Original<'_>, git_dir: &Path) -> Result<(), CommandError> {
        let objects = ask(original.folder, &["rev-parse", "--show-object-format"])?;
        let mut arguments = vec!["init".to_owned(), "--quiet".into(), "--bare".into(), "--template=".into()];
        arguments.push(format!("--object-format={objects}"));
        // git before 2.45 has neither another format of refs nor the option.
        let refs = ref_format(original.folder)?;
        if refs != FILES {
            arguments.push(format!("--ref-format={refs}"));
        }
        arguments.push(git_dir.display().to_string());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        ask(self.folder.path(), &arguments)?;
        let borrowed = original.common_dir.join("objects");
        let borrowed = borrowed.canonicalize().map_err(failed(&borrowed))?;
        let alternates = git_dir.join("objects/info/alternates");
        fs::write(&alternates, format!("{}\n", borrowed.display())).map_err(failed(&alternates))?;
        ask(git_dir, &["symbolic-ref", "HEAD", &self.branch])?;
        match &self.tip {
            Some(tip) => ask(git_dir, &["update-ref", &self.branch, tip]).map(drop),
            None => Ok(()),
        }
    }

    /// What of the original's own settings and files decides about a push.
    fn configure(&self, original: &Original<'_>) -> Result<(), CommandError> {
        let server = self.server();
        let listed = ask(original.folder, &["config", "--local", "--list", "--null"]).unwrap_or_default();
        for setting in listed.split('\0') {
            let (name, value) = setting.split_once('\n').unwrap_or((setting, "true"));
            if name.starts_with("receive.") || name.starts_with("transfer.") {
                ask(&server, &["config", "--add", name, value])?;
            }
        }
        ask(&server, &["config", "receive.autogc", "false"])?;
        let hooks = server.join("hooks").display().to_string();
        ask(&server, &["config", "core.hooksPath", &hooks])?;
        for name in ["shallow", "info/grafts"] {
            let (from, to) = (original.common_dir.join(name), server.join(name));
            if from.exists() {
                fs::create_dir_all(to.parent().unwrap_or(&server)).map_err(failed(&to))?;
                fs::copy(&from, &to).map_err(failed(&from))?;
            }
        }
        Ok(())
    }

    /// Links the hook, and what stands beside it because the hook may call it.
    fn install(&self, hook: &Hook) -> Result<(), CommandError> {
        let hooks = self.server().join("hooks");
        fs::create_dir_all(&hooks).map_err(failed(&hooks))?;
        if hook.presence == Presence::Absent {
            return Ok(());
        }
        let own = hooks.join(hook.event.as_str());
        symlink(&hook.path, &own).map_err(failed(&own))?;
        for path in entries(hook.path.parent().unwrap_or(Path::new("/"))) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let decides = [Event::PreReceive, Event::Update, Event::PreCommit].map(Event::as_str);
            if decides.contains(&name.as_str())
                || OTHERS.contains(&name.as_str())
                || name.ends_with(".sample")
            {
                continue;
            }
            link(&path, &hooks.join(&name))?;
        }
        Ok(())
    }

    /// Makes a commit that adds one file and sends it through the hook.
    pub(super) fn attempt(&self, path: &str, content: &str) -> Result<Attempt, CommandError> {
        let attempt = match self.event {
            Event::PreReceive | Event::Update => self.push(path, content)?,
            Event::PreCommit => self.commit(path, content)?,
        };
        self.reset()?;
        Ok(attempt)
    }

    fn push(&self, path: &str, content: &str) -> Result<Attempt, CommandError> {
        let author = self.author();
        self.stage_file(&author, path, content)?;
        let tree = done(&author, &PEOPLE, &["write-tree"], "")?;
        let mut arguments = vec!["commit-tree", &tree, "-m", "Try the gate"];
        arguments.extend(self.tip.iter().flat_map(|tip| ["-p", tip]));
        let commit = done(&author, &PEOPLE, &arguments, "")?;
        let target = format!("{commit}:{}", self.branch);
        let server = self.server().display().to_string();
        let begin = Instant::now();
        let arguments = ["push", "--no-verify", "--no-signed", "--porcelain", &server, &target];
        let answer = attempt(&author, &self.environment, &arguments, "")?;
        let text = format!("{}\n{}", answer.complaint, answer.output);
        Ok(Attempt { outcome: answer.outcome, text, elapsed: begin.elapsed(), commit: Some(commit) })
    }

    fn commit(&self, path: &str, content: &str) -> Result<Attempt, CommandError> {
        let server = self.server();
        ask(&server, &["config", "core.bare", "false"])?;
        self.stage_file(&server, path, content)?;
        let index = server.join(INDEX).display().to_string();
        let environment =
            PEOPLE.map(
                |(name, value)| if name == "GIT_INDEX_FILE" { (name, index.as_str()) } else { (name, value) },
            );
        let begin = Instant::now();
        let arguments = ["commit", "--no-gpg-sign", "-m", "Try the gate"];
        let answer = attempt(self.folder.path(), &environment, &arguments, "")?;
        let text = format!("{}\n{}", answer.complaint, answer.output);
        Ok(Attempt { outcome: answer.outcome, text, elapsed: begin.elapsed(), commit: None })
    }

    /// Takes back what a gate that is none has let through.
    fn reset(&self) -> Result<(), CommandError> {
        let server = self.server();
        match &self.tip {
            Some(tip) => ask(&server, &["update-ref", &self.branch, tip]).map(drop),
            None => ask(&server, &["update-ref", "-d", &self.branch]).map(drop),
        }
    }

    /// Fills an index of its own with the tip's files and one more.
    fn stage_file(&self, git_dir: &Path, path: &str, content: &str) -> Result<(), CommandError> {
        done(git_dir, &PEOPLE, &["read-tree", self.tip.as_deref().unwrap_or("--empty")], "")?;
        let blob = done(git_dir, &PEOPLE, &["hash-object", "-w", "--stdin"], content)?;
        let entry = format!("100644,{blob},{path}");
        done(git_dir, &PEOPLE, &["update-index", "--add", "--cacheinfo", &entry], "").map(drop)
    }
}

/// How refs are stored, in the word of `git init --ref-format`.
pub(super) fn ref_format(repository: &Path) -> Result<String, CommandError> {
    let answer = attempt(repository, &[], &["config", "--get", "extensions.refStorage"], "")?;
    Ok(if answer.output.is_empty() { FILES.to_owned() } else { answer.output })
}

/// What the host would say of a push.
fn environment(hook: &Hook) -> Vec<(&'static str, &'static str)> {
    match hook.option("--host") {
        Some("gitolite") => {
            vec![
                ("GL_USER", "portcullis-doctor"),
                ("GL_REPO", "portcullis-doctor"),
                ("GL_LIBDIR", "/nonexistent"),
            ]
        }
        Some("github") => {
            vec![("GITHUB_USER_LOGIN", "portcullis-doctor"), ("GITHUB_REPO_NAME", "portcullis/doctor")]
        }
        Some("gitlab") => vec![
            ("GL_ID", "user-0"),
            ("GL_USERNAME", "portcullis-doctor"),
            ("GL_REPOSITORY", "project-0"),
            ("GL_PROTOCOL", "ssh"),
        ],
        Some("gitea") => {
            vec![("GITEA_REPO_NAME", "portcullis-doctor"), ("GITEA_PUSHER_NAME", "portcullis-doctor")]
        }
        Some(_) | None => Vec::new(),
    }
}

/// A folder of hooks is linked entry by entry, without the host's own.
fn link(from: &Path, to: &Path) -> Result<(), CommandError> {
    if !from.is_dir() {
        return symlink(from, to).map_err(failed(to));
    }
    fs::create_dir(to).map_err(failed(to))?;
    for path in entries(from) {
        let name = path.file_name().unwrap_or_default();
        if !OF_HOSTS.iter().any(|host| name == *host) {
            symlink(&path, to.join(name)).map_err(failed(to))?;
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    let path = path.to_path_buf();
    move |source| CommandError::File { path, source }
}
