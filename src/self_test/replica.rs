//! A repository like another one, as far as a push can tell.
//!
//! In: the original and its hook. Out: an empty repository in the same formats, with the same branch, settings
//! and hooks. Never: writes to the original, or links a hook that acts on what was pushed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::error::{SelfTestError, file_error};
use super::hook::{Event, Hook, Presence, list_entries};
use crate::git_program::GitProgram;

/// Hooks of hosts themselves, which ask a server that knows nothing of this push.
const OF_HOSTS: [&str; 2] = ["gitea", "forgejo"];
/// Git's hooks that decide nothing about a push or a commit, and may act on it.
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

/// The parts of the real repository that are copied.
#[derive(Debug)]
pub(super) struct Original<'a> {
    /// The real repository.
    pub(super) folder: &'a Path,
    /// The folder that linked work trees share.
    pub(super) common_dir: &'a Path,
    /// The branch that HEAD names.
    pub(super) branch: &'a str,
    /// The tip of that branch.
    pub(super) tip: Option<&'a str>,
}

/// Creates an empty repository in the original's formats, which borrows its objects.
pub(super) fn create(original: &Original<'_>, git_dir: &Path) -> Result<(), SelfTestError> {
    initialise(original, git_dir)?;
    let git = GitProgram::in_folder(git_dir);
    // A hook of the user's own would run as soon as a ref is made.
    git.read(&["config", "core.hooksPath", "/dev/null"])?;
    let borrowed = original.common_dir.join("objects");
    let borrowed = borrowed.canonicalize().map_err(file_error(&borrowed))?;
    let alternates = git_dir.join("objects/info/alternates");
    fs::write(&alternates, format!("{}\n", borrowed.display())).map_err(file_error(&alternates))?;
    git.read(&["symbolic-ref", "HEAD", original.branch])?;
    if let Some(tip) = original.tip {
        git.read(&["update-ref", original.branch, tip])?;
    }
    Ok(())
}

fn initialise(original: &Original<'_>, git_dir: &Path) -> Result<(), SelfTestError> {
    let objects = GitProgram::in_folder(original.folder).read(&["rev-parse", "--show-object-format"])?;
    let init = ["-c", "core.hooksPath=/dev/null", "init", "--quiet", "--bare", "--template="];
    let mut arguments: Vec<String> = init.map(str::to_owned).into();
    arguments.push(format!("--object-format={objects}"));
    // git before 2.45 has neither another format of refs nor the option.
    let refs = read_ref_format(original.folder)?;
    if refs != FILES {
        arguments.push(format!("--ref-format={refs}"));
    }
    arguments.push(git_dir.display().to_string());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    GitProgram::in_folder(Path::new("/")).read(&arguments)?;
    Ok(())
}

/// Copies the original's own settings and files that decide about a push.
pub(super) fn configure(original: &Original<'_>, server: &Path) -> Result<(), SelfTestError> {
    let listed = GitProgram::in_folder(original.folder)
        .read(&["config", "--local", "--list", "--null"])
        .unwrap_or_default();
    for setting in listed.split('\0') {
        let (name, value) = setting.split_once('\n').unwrap_or((setting, "true"));
        if name.starts_with("receive.") || name.starts_with("transfer.") {
            GitProgram::in_folder(server).read(&["config", "--add", "--", name, value])?;
        }
    }
    GitProgram::in_folder(server).read(&["config", "receive.autogc", "false"])?;
    let hooks = server.join("hooks").display().to_string();
    GitProgram::in_folder(server).read(&["config", "core.hooksPath", &hooks])?;
    for name in ["shallow", "info/grafts"] {
        let (from, to) = (original.common_dir.join(name), server.join(name));
        if from.exists() {
            fs::create_dir_all(to.parent().unwrap_or(server)).map_err(file_error(&to))?;
            fs::copy(&from, &to).map_err(file_error(&from))?;
        }
    }
    Ok(())
}

/// Links the hook, and the files beside it because the hook may call them.
pub(super) fn link_hook(hook: &Hook, server: &Path) -> Result<(), SelfTestError> {
    let hooks = server.join("hooks");
    fs::create_dir_all(&hooks).map_err(file_error(&hooks))?;
    if hook.presence == Presence::Absent {
        return Ok(());
    }
    let own = hooks.join(hook.event.as_str());
    symlink(&hook.path, &own).map_err(file_error(&own))?;
    for path in list_entries(hook.path.parent().unwrap_or(Path::new("/"))) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let decides = [Event::PreReceive, Event::Update, Event::PreCommit].map(Event::as_str);
        if decides.contains(&name.as_str()) || OTHERS.contains(&name.as_str()) || name.ends_with(".sample") {
            continue;
        }
        link_entry(&path, &hooks.join(&name))?;
    }
    Ok(())
}

/// Reads the format of refs, in the words of `git init --ref-format`.
pub(super) fn read_ref_format(repository: &Path) -> Result<String, SelfTestError> {
    let answer = GitProgram::in_folder(repository).attempt(&["config", "--get", "extensions.refStorage"])?;
    Ok(if answer.output.is_empty() { FILES.to_owned() } else { answer.output })
}

/// Links a file. A folder of hooks is linked entry by entry, without the host's own.
fn link_entry(from: &Path, to: &Path) -> Result<(), SelfTestError> {
    if !from.is_dir() {
        return symlink(from, to).map_err(file_error(to));
    }
    fs::create_dir(to).map_err(file_error(to))?;
    for path in list_entries(from) {
        let name = path.file_name().unwrap_or_default();
        if !OF_HOSTS.iter().any(|host| name == *host) {
            symlink(&path, to.join(name)).map_err(file_error(to))?;
        }
    }
    Ok(())
}
