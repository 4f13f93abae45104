//! How the repository is stored.
//!
//! In: the repository. Out: lines about what makes git, the gate or the cluster's tools see something else than
//! what is in it. Never: opens an object.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::line::Line;
use super::replica::ref_format;
use crate::commands::error::CommandError;
use crate::git::{Head, Repository};
use crate::git_program::GitProgram;

pub(super) fn lines(repository: &Repository, folder: &Path) -> Result<Vec<Line>, CommandError> {
    let common_dir = repository.common_dir();
    Ok(vec![
        file(
            common_dir,
            "shallow",
            "history is incomplete, so every push is rejected",
            "git fetch --unshallow",
        ),
        file(common_dir, "info/grafts", "history is rewritten, so every push is rejected", "remove the file"),
        replaced(repository)?,
        format(repository, folder)?,
        owner(common_dir)?,
        alternates(common_dir),
        head(repository)?,
    ])
}

fn file(common_dir: &Path, name: &'static str, meaning: &str, help: &str) -> Line {
    let path = common_dir.join(name);
    if path.exists() {
        Line::problem(name, format!("{} exists: {meaning}", path.display()), help)
    } else {
        Line::ok(name, "none")
    }
}

fn replaced(repository: &Repository) -> Result<Line, CommandError> {
    let topic = "refs/replace";
    let found = repository.refs_below("refs/replace/")?;
    Ok(match found.first() {
        None => Line::ok(topic, "none"),
        Some((name, _)) => Line::advice(
            topic,
            format!("{} of them: git on this server shows other content than is deployed", found.len()),
            format!("git update-ref -d {name}"),
        ),
    })
}

fn format(repository: &Repository, folder: &Path) -> Result<Line, CommandError> {
    let topic = "format";
    let objects = GitProgram::in_folder(folder).read(&["rev-parse", "--show-object-format"])?;
    let refs = ref_format(folder)?;
    let formats = format!("objects {objects}, refs {refs}");
    Ok(match repository.detour() {
        None => Line::ok(topic, formats),
        Some(reason) => {
            let help = "nothing to fix; keep git on the hook's PATH, and expect pushes to take longer";
            Line::advice(topic, format!("{formats}: {reason}"), help)
        }
    })
}

/// A file of our own tells who we are.
fn owner(common_dir: &Path) -> Result<Line, CommandError> {
    let failed = |source| CommandError::File { path: common_dir.to_path_buf(), source };
    let own = tempfile::tempfile().and_then(|file| file.metadata()).map_err(failed)?.uid();
    let owner = fs::metadata(common_dir).map_err(failed)?.uid();
    Ok(if own == owner {
        Line::ok("owner", "you are the repository's owner")
    } else {
        let text = format!("the repository belongs to user {owner}, and you are user {own}");
        Line::advice(
            "owner",
            text,
            "run doctor as the user that runs the hook: only that proves that the hook works",
        )
    })
}

fn alternates(common_dir: &Path) -> Line {
    let topic = "alternates";
    let listed = fs::read_to_string(common_dir.join("objects/info/alternates")).unwrap_or_default();
    let folders: Vec<PathBuf> = listed
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| common_dir.join("objects").join(line))
        .collect();
    let missing = folders.iter().find(|folder| !folder.is_dir());
    let open =
        |folder: &&PathBuf| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o002 != 0);
    if let Some(folder) = missing {
        let text = format!("{} does not exist: objects are missing", folder.display());
        Line::problem(topic, text, "restore the folder, or repack where its objects still exist")
    } else if let Some(folder) = folders.iter().find(open) {
        let text = format!("anyone can write to {}", folder.display());
        Line::problem(topic, text, "chmod o-w the folder")
    } else {
        Line::ok(topic, if folders.is_empty() { "none" } else { "complete" })
    }
}

fn head(repository: &Repository) -> Result<Line, CommandError> {
    let topic = "HEAD";
    Ok(match repository.head()? {
        Head::Detached(id) => Line::advice(
            topic,
            format!("names the commit {}, not a branch: no push can change the policy", id.short()),
            "git symbolic-ref HEAD refs/heads/<branch>",
        ),
        Head::Branch(name) if repository.tip(&name)?.is_some() => Line::ok(topic, name),
        Head::Branch(name) if repository.has_branches()? => Line::problem(
            topic,
            format!("names {name}, which does not exist: no policy, CODEOWNERS or key of any branch counts"),
            "git symbolic-ref HEAD refs/heads/<branch>",
        ),
        Head::Branch(name) => Line::ok(topic, format!("{name}, the first branch, which does not exist yet")),
    })
}
