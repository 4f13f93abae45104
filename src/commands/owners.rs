//! `owners`: who owns a path, and which line says so.

use std::fmt::Write as _;

use super::BLOB_LIMIT;
use super::error::{CommandError, Exit};
use super::gate::codeowners_of;
use super::output::print;
use crate::cli::OwnersArguments;
use crate::git::Repository;
use crate::report::terminal;
use crate::source::RepoPath;

pub(super) fn run(arguments: &OwnersArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let base = repository.revision(&arguments.base)?;
    let snapshot = repository.snapshot(&repository.tree_of(&base)?)?;
    let found = codeowners_of(&repository, &snapshot).map_err(CommandError::Argument)?;
    let Some((file, codeowners)) = found else {
        return Err(CommandError::Argument(format!("{} has no CODEOWNERS file", arguments.base)));
    };
    let mut text = String::new();
    for path in &arguments.paths {
        let path = RepoPath::new(path.trim_start_matches("./"));
        let line = match codeowners.owners_of(&path) {
            None => "nobody (no line matches)".to_owned(),
            Some(rule) if rule.owners.is_empty() => {
                format!("nobody ({file}:{} `{}` takes ownership away)", rule.line, rule.pattern)
            }
            Some(rule) => {
                let owners: Vec<String> = rule.owners.iter().map(ToString::to_string).collect();
                format!("{} ({file}:{} `{}`)", owners.join(" "), rule.line, rule.pattern)
            }
        };
        let _ = writeln!(text, "{}: {}", terminal(path.as_str()), terminal(&line));
    }
    for problem in codeowners.problems() {
        let _ = writeln!(text, "{file}:{}: {}", problem.line, terminal(&problem.reason));
    }
    print(&text)?;
    Ok(if codeowners.problems().is_empty() { Exit::Accept } else { Exit::Reject })
}
