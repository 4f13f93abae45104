//! The report with one line for each finding, for terminals, editors and `grep`.
//!
//! In: [`Report`]. Out: `path:line:column: error[check] message`, the worst first, and nothing else. Never: breaks a
//! finding over two lines.

use std::fmt::Write as _;

use super::Report;
use super::entry::{Anchor, Consequence, ReportEntry, collect_entries, list_undecided};
use super::escape::{terminal, without_commands};

/// Renders the lines.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for reason in list_undecided(report) {
        let _ = writeln!(text, "undecided: {}", terminal(&reason));
    }
    for entry in collect_entries(report) {
        let _ = writeln!(text, "{}", write_line(&entry));
    }
    without_commands(text, "\\u{23}")
}

fn write_line(entry: &ReportEntry<'_>) -> String {
    let finding = &entry.judged.finding;
    let word = match entry.consequence {
        Consequence::Blocks => "error",
        Consequence::Forced => "forced",
        Consequence::Warns => "warning",
        Consequence::Approved => "approved",
        Consequence::Waived => "waived",
    };
    let place = match entry.anchor() {
        Anchor::Line(at) => format!("{}:{}:{}: ", at.path, at.start.line, at.start.column),
        Anchor::File(path) => format!("{path}: "),
        Anchor::Nowhere => String::new(),
    };
    let message = finding.message.lines().collect::<Vec<_>>().join(" ");
    terminal(&format!("{place}{word}[{}] {message}", finding.check)).into_owned()
}
