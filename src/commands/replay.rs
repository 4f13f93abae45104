//! `replay`: every first-parent commit of a history, judged as if it had been pushed alone.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Instant, SystemTime};

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::ReplayArguments;
use crate::evidence::RefEvidence;
use crate::gate::{Governing, Session, load_policy_file, rules_of};
use crate::git::{BLOB_LIMIT, Repository};
use crate::pipeline::{Change, evaluate};
use crate::report::{Format, ReplayRow, ReplaySummary, Report, Section, Style};
use crate::verdict::Mode;
use source_files::{ObjectId, Snapshot};

pub(super) fn run(arguments: &ReplayArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let history = first_parents(&repository, &arguments.range)?;
    let newest =
        history.last().cloned().ok_or_else(|| CommandError::Argument("the range is empty".into()))?;
    let session = Session::at(repository, newest, None, SystemTime::now())?;
    let governing = match &arguments.policy {
        Some(file) => load_policy_file(file)?,
        None => session.policy(None)?,
    };
    let mut rows: Vec<ReplayRow> = Vec::new();
    let mut before: Option<(ObjectId, Snapshot)> = None;
    for (index, commit) in history.iter().enumerate() {
        progress(index, history.len());
        let (row, snapshot) = judge(&session, &governing, commit, before.as_ref())?;
        print(&format!("{}\n", row.line()))?;
        if arguments.findings {
            print(&details(&row))?;
        }
        before = Some((commit.clone(), snapshot));
        rows.push(row);
    }
    print(&ReplaySummary { rows: &rows }.render())?;
    Ok(Exit::Accept)
}

/// Oldest first. `A..B` leaves A out and begins with its child.
fn first_parents(repository: &Repository, range: &str) -> Result<Vec<ObjectId>, CommandError> {
    let (from, to) = range.split_once("..").map_or((None, range), |(from, to)| (Some(from), to));
    let stop = from.map(|from| repository.revision(from)).transpose()?;
    let mut commits = Vec::new();
    let mut next = Some(repository.revision(to)?);
    while let Some(commit) = next.filter(|commit| Some(commit) != stop.as_ref()) {
        next = repository.parents(&commit)?.into_iter().next();
        commits.push(commit);
    }
    commits.reverse();
    Ok(commits)
}

fn judge(
    session: &Session,
    governing: &Governing,
    commit: &ObjectId,
    before: Option<&(ObjectId, Snapshot)>,
) -> Result<(ReplayRow, Snapshot), CommandError> {
    let begin = Instant::now();
    let repository = &session.repository;
    let tree = repository.tree_of(commit)?;
    let parent = repository.parents(commit)?.into_iter().next();
    let (old, new) = match (&parent, before) {
        (None, _) => (Snapshot::empty(), repository.snapshot(&tree)?),
        (Some(parent), before) => {
            let old_tree = repository.tree_of(parent)?;
            let old = match before {
                Some((known, snapshot)) if parent == known => snapshot.clone(),
                Some(_) | None => repository.snapshot(&old_tree)?,
            };
            let new = repository.snapshot_beside((&old_tree, &old), &tree)?;
            (old, new)
        }
    };
    let (evidence, blobs) = (RefEvidence::none(), repository.blobs());
    let change = Change { old: &old, new: &new, blobs: &*blobs, evidence: &evidence, mode: Mode::Enforcing };
    let judgement = evaluate(&change, &rules_of(governing), session.today());
    let row = ReplayRow { commit: commit.clone(), judgement, elapsed: begin.elapsed() };
    Ok((row, new))
}

fn details(row: &ReplayRow) -> String {
    let section = Section::of(row.commit.as_str(), row.judgement.clone());
    Report { sections: vec![section], elapsed: row.elapsed, requests: 0 }.render(
        Format::Human,
        Style::PLAIN,
        &[],
    )
}

/// Only on a terminal, and never mixed into the table.
fn progress(done: usize, all: usize) {
    let mut errors = std::io::stderr();
    if errors.is_terminal() && !std::io::stdout().is_terminal() {
        let _ = write!(errors, "\r{done} of {all} commits");
    }
}
