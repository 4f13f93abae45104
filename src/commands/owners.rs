//! `owners`: the people who must approve a change of a path, and the lines that say so.

use std::fmt::Write as _;
use std::path::Path;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::OwnersArguments;
use crate::gate::{known_checks, owners_of};
use crate::git::{BLOB_LIMIT, Repository};
use crate::policy::{Author, Layer, OwnersEntry, POLICY_PATH};
use crate::report::terminal;
use codeowners::{Coverage, KnownDialect, OwnersFile, Requirement};
use source_files::{RepoPath, Snapshot};

pub(super) fn run(arguments: &OwnersArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let base = repository.revision(&arguments.base)?;
    let snapshot = repository.snapshot(&repository.tree_of(&base)?)?;
    let demand = read_demand(&repository, &snapshot)?;
    let policy = demand.as_ref().and_then(|demand| demand.dialect);
    let known = KnownDialect { policy, host: None };
    let folder = find_folder(&repository, arguments);
    let paths: Vec<RepoPath> = arguments.paths.iter().map(|path| resolve(&folder, path)).collect();
    let found = owners_of(&repository, &snapshot, known, Coverage::Of(&paths));
    let Some(owners) = found.map_err(CommandError::usage)? else {
        let message = format!("{} has no CODEOWNERS or OWNERS file for these paths", arguments.base);
        return Err(CommandError::usage(message));
    };
    print(&explain(&owners, demand.as_ref(), &paths))?;
    Ok(if owners.problems().is_empty() { Exit::Accept } else { Exit::Reject })
}

/// Finds the folder of the work tree in which the command runs; empty at its root, and where `--repo` names another place.
fn find_folder(repository: &Repository, arguments: &OwnersArguments) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
    let root = repository.work_tree().and_then(|root| root.canonicalize().ok());
    let inside = here.zip(root).and_then(|(here, root)| Some(here.strip_prefix(root).ok()?.to_path_buf()));
    let inside = inside.filter(|_| arguments.repo == Path::new("."));
    inside.map(|inside| inside.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Resolves a path to one from the root of the repository: git names a file from a folder, and CODEOWNERS from the root
/// with a slash before it.
fn resolve(folder: &str, path: &str) -> RepoPath {
    let path = path.trim_start_matches("./");
    match path.strip_prefix('/') {
        Some(path) => RepoPath::new(path),
        None if folder.is_empty() => RepoPath::new(path),
        None => RepoPath::new(&format!("{folder}/{path}")),
    }
}

/// Reads the demand of the revision's policy.
fn read_demand(repository: &Repository, snapshot: &Snapshot) -> Result<Option<OwnersEntry>, CommandError> {
    let Some(file) = snapshot.file(POLICY_PATH) else { return Ok(None) };
    let bytes =
        repository.blob(&file.id).map_err(|error| CommandError::usage(format!("{POLICY_PATH}: {error}")))?;
    let layer = Layer::parse(POLICY_PATH, &bytes, known_checks(), Author::Repository);
    Ok(layer.map_err(CommandError::usage)?.owners())
}

fn explain(owners: &OwnersFile, demand: Option<&OwnersEntry>, paths: &[RepoPath]) -> String {
    let mut text = String::new();
    for path in paths {
        let lines = owners.find_matching(path);
        if lines.is_empty() {
            let _ = writeln!(text, "{}: no owner (no line matches)", terminal(path.as_str()));
        }
        for requirement in lines {
            let line = explain_requirement(&requirement, demand);
            let _ = writeln!(text, "{}: {}", terminal(path.as_str()), terminal(&line));
        }
    }
    for problem in owners.problems() {
        let place = format!("{}:{}", problem.file, problem.line);
        let _ = writeln!(text, "{}: {}", terminal(&place), terminal(&problem.reason));
    }
    text
}

fn explain_requirement(requirement: &Requirement, demand: Option<&OwnersEntry>) -> String {
    let section = requirement.section.as_ref().map_or(String::new(), |name| format!(" in section [{name}]"));
    let place = format!("{}:{} `{}`{section}", requirement.file, requirement.line, requirement.pattern);
    if requirement.owners.is_empty() {
        return format!("no owner ({place} removes ownership)");
    }
    let owners: Vec<String> = requirement.owners.iter().map(ToString::to_string).collect();
    format!("{} ({place}){}", owners.join(" "), explain_demand(requirement, demand))
}

/// Explains how many approvals the policy requires for a line.
fn explain_demand(requirement: &Requirement, demand: Option<&OwnersEntry>) -> String {
    let Some(demand) = demand.map(OwnersEntry::demand) else {
        return ", but the policy does not require owners".to_owned();
    };
    match requirement.needed(&demand) {
        1 => format!(", 1 approval{}", demand.wording()),
        several => format!(", {several} approvals{}", demand.wording()),
    }
}
