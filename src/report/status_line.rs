//! The verdict in one line, for a commit status.

use super::Report;
use super::counts::{Counts, plural};
use super::entry::{Consequence, collect_entries, headline, list_undecided};
use super::escape::terminal;
use super::length::cut;
use crate::verdict::Verdict;

/// GitHub's limit for the description of a commit status, in characters.
const LENGTH: usize = 140;

/// Writes the verdict and the reason, as plain text of at most 140 characters on one line.
pub fn status_line(report: &Report) -> String {
    let counts = Counts::of(report, &collect_entries(report));
    let line = match report.verdict() {
        Verdict::Accept => describe_accepted(report, &counts),
        Verdict::Reject => format!("rejected: {}", describe_blocked(&counts)),
        Verdict::Undecided => format!("undecided: {}", list_undecided(report).join("; ")),
    };
    let parts: Vec<&str> = line.lines().map(str::trim).collect();
    cut(&terminal(&parts.join("; ")), LENGTH)
}

fn describe_accepted(report: &Report, counts: &Counts) -> String {
    let parts: Vec<String> =
        [Consequence::Forced, Consequence::Warns, Consequence::Approved, Consequence::Waived]
            .into_iter()
            .map(|consequence| (counts.count_with(consequence), consequence.counted()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
    let end = if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") };
    format!("{}: {end}", headline(report))
}

fn describe_blocked(counts: &Counts) -> String {
    let blocking = counts.count_with(Consequence::Blocks);
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
