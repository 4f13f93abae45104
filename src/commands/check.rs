//! `check`: two revisions, or paths as if all of them were new.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::error::{CommandError, Exit};
use super::files::Folder;
use super::output::Destination;
use super::report_files::write_files;
use crate::cli::CheckArguments;
use crate::evidence::RefOperation;
use crate::gate::{Session, load_without_repository};
use crate::git::{Ancestry, BLOB_LIMIT, Repository};
use crate::report::{Report, Section};
use source_files::ObjectId;

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let section = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) => {
            between(&arguments.report.repo, arguments.server_policy.clone(), base, head)?
        }
        (None, None) if !arguments.paths.is_empty() => paths(arguments)?,
        (None | Some(_), _) => {
            let message = "specify what to check: `--base REV --head REV`, or files and folders";
            return Err(CommandError::Argument(message.into()));
        }
    };
    let report = Report { sections: vec![section], elapsed: begin.elapsed(), requests: 0 };
    write_files(&arguments.files, &report)?;
    Destination::of(&arguments.report).write(&report)
}

/// The base's policy governs, as if the head were pushed to it. Where the base has moved on, what it has gained
/// since is not taken for undone: the head is compared with the commit from which it left the base.
pub(super) fn between(
    folder: &Path,
    floor: Option<PathBuf>,
    base: &str,
    head: &str,
) -> Result<Section, CommandError> {
    let repository = Repository::discover(folder, BLOB_LIMIT)?;
    let (base, head) = (repository.revision(base)?, repository.revision(head)?);
    let history = repository.history(Some(&base), &head)?;
    let governing = base.clone();
    let (ref_name, compared) = match history.ancestry {
        Ancestry::Ancestor => ("the change".to_owned(), base),
        Ancestry::Diverged => since_branching(&repository, base, &head)?,
    };
    let session = Session::at(repository, governing, floor, SystemTime::now())?;
    let planned = crate::gate::PlannedRef {
        ref_name,
        operation: RefOperation::FastForward,
        refused: None,
        base: Some(compared),
        tip: Some(head),
        merged_tree: None,
        tags: Vec::new(),
        commits: history.commits,
    };
    Ok(session.judge_planned(&planned)?)
}

/// What a head is compared with whose base has moved on, and how the report calls that.
fn since_branching(
    repository: &Repository,
    base: ObjectId,
    head: &ObjectId,
) -> Result<(String, ObjectId), CommandError> {
    match repository.branching_point(&base, head)? {
        Some(point) if point == base => Ok(("the change".to_owned(), base)),
        Some(point) => {
            let name = format!("the change alone (the base {} has moved on)", base.short());
            Ok((name, point))
        }
        None => Ok(("the change (it has no commit in common with the base)".to_owned(), base)),
    }
}

fn paths(arguments: &CheckArguments) -> Result<Section, CommandError> {
    let folder = Folder::read(&arguments.paths)?;
    let governing = load_without_repository(arguments.server_policy.as_deref())?;
    let mut section = folder.judge(governing.targets, &governing.policy)?;
    section.notices.push("not evaluated here: signatures, history, owners' approval, trust files".into());
    Ok(section)
}
