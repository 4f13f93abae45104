//! The storage of the repository.
//!
//! In: the repository. Out: lines about everything that makes git, the gate or the cluster's tools see other content
//! than is stored. Never: opens an object.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::{SelfTestError, file_error};
use super::hook::is_writable_by_all;
use super::replica::read_ref_format;
use crate::git::{Head, Repository};
use crate::git_program::GitProgram;
use crate::report::DoctorLine;

pub(super) fn examine(repository: &Repository, folder: &Path) -> Result<Vec<DoctorLine>, SelfTestError> {
    let common_dir = repository.common_dir();
    Ok(vec![
        judge_file(
            common_dir,
            "shallow",
            "history is incomplete, so every push is rejected",
            "git fetch --unshallow",
        ),
        judge_file(
            common_dir,
            "info/grafts",
            "history is rewritten, so every push is rejected",
            "remove the file",
        ),
        judge_replaced_objects(repository)?,
        judge_format(repository, folder)?,
        judge_owner(common_dir)?,
        judge_alternates(common_dir),
        judge_head(repository)?,
    ])
}

fn judge_file(common_dir: &Path, name: &'static str, meaning: &str, help: &str) -> DoctorLine {
    let path = common_dir.join(name);
    if path.exists() {
        DoctorLine::problem(name, format!("{} exists: {meaning}", path.display()), help)
    } else {
        DoctorLine::ok(name, "none")
    }
}

fn judge_replaced_objects(repository: &Repository) -> Result<DoctorLine, SelfTestError> {
    let topic = "refs/replace";
    let found = repository.refs_below("refs/replace/")?;
    Ok(match found.first() {
        None => DoctorLine::ok(topic, "none"),
        Some((name, _)) => DoctorLine::advice(
            topic,
            format!("{} of them: git on this server shows other content than is deployed", found.len()),
            format!("git update-ref -d {name}"),
        ),
    })
}

fn judge_format(repository: &Repository, folder: &Path) -> Result<DoctorLine, SelfTestError> {
    let topic = "format";
    let objects = GitProgram::in_folder(folder).read(&["rev-parse", "--show-object-format"])?;
    let refs = read_ref_format(folder)?;
    let formats = format!("objects {objects}, refs {refs}");
    Ok(match repository.detour() {
        None => DoctorLine::ok(topic, formats),
        Some(reason) => {
            let help = "nothing to fix; keep git on the hook's PATH, and expect pushes to take longer";
            DoctorLine::advice(topic, format!("{formats}: {reason}"), help)
        }
    })
}

/// Compares the owner of the repository with that of a new file, which belongs to the user of this process.
fn judge_owner(common_dir: &Path) -> Result<DoctorLine, SelfTestError> {
    let own = tempfile::tempfile().and_then(|file| file.metadata());
    let own = own.map_err(file_error(common_dir))?.uid();
    let owner = fs::metadata(common_dir).map_err(file_error(common_dir))?.uid();
    Ok(if own == owner {
        DoctorLine::ok("owner", "you are the repository's owner")
    } else {
        let text = format!("the repository belongs to user {owner}, and you are user {own}");
        DoctorLine::advice(
            "owner",
            text,
            "run doctor as the user that runs the hook: only that proves that the hook works",
        )
    })
}

fn judge_alternates(common_dir: &Path) -> DoctorLine {
    let topic = "alternates";
    let listed = fs::read_to_string(common_dir.join("objects/info/alternates")).unwrap_or_default();
    let folders: Vec<PathBuf> = listed
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| common_dir.join("objects").join(line))
        .collect();
    let missing = folders.iter().find(|folder| !folder.is_dir());
    if let Some(folder) = missing {
        let text = format!("{} does not exist: objects are missing", folder.display());
        DoctorLine::problem(topic, text, "restore the folder, or repack where its objects still exist")
    } else if let Some(folder) = folders.iter().find(|folder| is_writable_by_all(folder)) {
        let text = format!("anyone can write to {}", folder.display());
        DoctorLine::problem(topic, text, "chmod o-w the folder")
    } else {
        DoctorLine::ok(topic, if folders.is_empty() { "none" } else { "complete" })
    }
}

fn judge_head(repository: &Repository) -> Result<DoctorLine, SelfTestError> {
    let topic = "HEAD";
    Ok(match repository.head()? {
        Head::Detached(id) => DoctorLine::advice(
            topic,
            format!("names the commit {}, not a branch: no push can change the policy", id.short()),
            "git symbolic-ref HEAD refs/heads/<branch>",
        ),
        Head::Branch(name) if repository.tip(&name)?.is_some() => DoctorLine::ok(topic, name),
        Head::Branch(name) if repository.has_branches()? => DoctorLine::problem(
            topic,
            format!("names {name}, which does not exist: no policy, CODEOWNERS or key of any branch counts"),
            "git symbolic-ref HEAD refs/heads/<branch>",
        ),
        Head::Branch(name) => {
            DoctorLine::ok(topic, format!("{name}, the first branch, which does not exist yet"))
        }
    })
}
