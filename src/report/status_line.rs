//! The verdict in one line, for a commit status.

use super::Report;
use super::counts::{Counts, plural};
use super::entry::{Standing, collect_entries, headline, undecided};
use super::escape::terminal;
use super::length::cut;
use crate::verdict::Verdict;

/// GitHub's limit for the description of a commit status, in characters.
const LENGTH: usize = 140;

/// Writes the verdict and the reason, as plain text of at most 140 characters on one line.
pub fn status_line(report: &Report) -> String {
    let counts = Counts::of(report, &collect_entries(report));
    let line = match report.verdict() {
        Verdict::Accept => accepted(report, &counts),
        Verdict::Reject => format!("rejected: {}", held_back(&counts)),
        Verdict::Undecided => format!("undecided: {}", undecided(report).join("; ")),
    };
    let parts: Vec<&str> = line.lines().map(str::trim).collect();
    cut(&terminal(&parts.join("; ")), LENGTH)
}

fn accepted(report: &Report, counts: &Counts) -> String {
    let parts: Vec<String> = [Standing::Forced, Standing::Warns, Standing::Approved, Standing::Waived]
        .into_iter()
        .map(|standing| (counts.standing(standing), standing.counted()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let end = if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") };
    format!("{}: {end}", headline(report))
}

fn held_back(counts: &Counts) -> String {
    let blocking = counts.standing(Standing::Blocks);
    let verb = if blocking == 1 { "blocks" } else { "block" };
    let mut parts = vec![format!("{} {verb}", plural(blocking, "finding"))];
    if counts.approvals_missing > 0 {
        parts.push(format!("{} missing", plural(counts.approvals_missing, "approval")));
    }
    if counts.undecided > 0 {
        parts.push(format!("{} not completed", plural(counts.undecided, "check")));
    }
    parts.join(", ")
}
