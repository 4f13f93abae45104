//! `replay`: every first-parent commit of a history, judged as if it had been pushed alone.

use std::io::{IsTerminal as _, Write as _};

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{ReplayArguments, TableFormat};
use crate::report::{Format, ReplayRow, ReplaySummary, Report, Section, Style};
use crate::unpushed::{CommitFiles, History, JudgedCommit};

pub(super) fn run(arguments: &ReplayArguments) -> Result<Exit, CommandError> {
    let history = History::find(&arguments.repo, &arguments.range, arguments.policy.as_deref())?;
    let mut rows: Vec<ReplayRow> = Vec::new();
    let mut before: Option<CommitFiles> = None;
    for (index, commit) in history.commits().iter().enumerate() {
        show_progress(index, history.commits().len());
        let JudgedCommit { row, after } = history.judge(commit, before.as_ref())?;
        if arguments.format == TableFormat::Human {
            print(&format!("{}\n", row.line()))?;
            if arguments.findings {
                print(&describe_findings(&row))?;
            }
        }
        rows.push(row);
        before = Some(after);
    }
    let summary = ReplaySummary { rows: &rows };
    match arguments.format {
        TableFormat::Human => print(&summary.render())?,
        TableFormat::Json => print(&summary.json())?,
    }
    Ok(Exit::Accept)
}

fn describe_findings(row: &ReplayRow) -> String {
    let section = Section::of(row.commit.as_str(), row.judgement.clone());
    let report = Report { sections: vec![section], elapsed: row.elapsed, requests: 0 };
    report.render(Format::Human, Style::PLAIN, &[])
}

/// Shows progress only on a terminal, and never mixed into the table.
fn show_progress(done: usize, all: usize) {
    let mut errors = std::io::stderr();
    if errors.is_terminal() && !std::io::stdout().is_terminal() {
        let _ = write!(errors, "\r{done} of {all} commits");
    }
}
