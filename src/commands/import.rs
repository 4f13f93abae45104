//! `import`: brings an existing repository behind the gate.

use std::fmt::Write as _;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::ImportArguments;
use crate::import::{AskedImport, IMPORTS, ImportError, Imported, import};
use crate::report::terminal;
use crate::server_place::PlaceError;

pub(super) fn run(arguments: &ImportArguments) -> Result<Exit, CommandError> {
    let asked = AskedImport { folder: arguments.repo.clone(), source: arguments.source.clone() };
    let Imported { refs, head } = import(&asked)?;
    let branches = refs.iter().filter(|name| name.starts_with("refs/heads/")).count();
    let mut text = format!("imported {} and {}\n", count(branches, "branch", "branches"), {
        count(refs.len() - branches, "tag", "tags")
    });
    let _ = match head {
        Some((branch, tip)) => writeln!(
            text,
            "{} is at {tip}, recorded as {IMPORTS}{tip}: pushes are compared with it from now on",
            terminal(&branch)
        ),
        None => writeln!(
            text,
            "HEAD names no branch that came: run `git symbolic-ref HEAD refs/heads/<branch>` in this repository"
        ),
    };
    text.push_str(
        "next: `portcullis doctor` here; in a clone, `portcullis check .` shows what was there before\n",
    );
    print(&text)?;
    Ok(Exit::Accept)
}

fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

impl From<PlaceError> for CommandError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::GitProgram(error) => error.into(),
            PlaceError::Unattended(_) | PlaceError::Clone | PlaceError::Mirror => Self::usage(error),
        }
    }
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Place(error) => error.into(),
            ImportError::GitProgram(error) => error.into(),
            ImportError::Empty(_) | ImportError::Exists(_) => Self::usage(error),
        }
    }
}
