//! GitHub's workflow commands: annotations beside the changed lines.

use std::fmt::Write as _;

use super::Report;
use super::entry::{
    Anchor, Consequence, ReportEntry, collect_entries, headline, list_remarks, list_undecided,
};
use super::escape::{command_data, command_property, without_commands};
use crate::finding::Location;

/// Renders the commands. GitHub shows ten of each kind for a step, so undecided reasons and blocking findings come
/// first, and the last line counts all.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for reason in list_undecided(report) {
        let _ = writeln!(text, "{}", write_command("error", "", "undecided", &reason));
    }
    let entries = collect_entries(report);
    entries.iter().for_each(|entry| push_annotation(&mut text, entry));
    for remark in list_remarks(report) {
        let _ = writeln!(text, "{}", write_command("notice", "", "note", &remark));
    }
    let blocking = entries.iter().filter(|entry| entry.consequence == Consequence::Blocks).count();
    let _ = writeln!(text, "portcullis: {}, {} findings, {blocking} block", headline(report), entries.len());
    without_commands(text, "\\u{23}")
}

fn push_annotation(text: &mut String, entry: &ReportEntry<'_>) {
    let kind = match entry.consequence {
        Consequence::Blocks => "error",
        Consequence::Forced | Consequence::Warns => "warning",
        Consequence::Approved | Consequence::Waived => "notice",
    };
    let file = match entry.anchor() {
        Anchor::Line(at) => write_place_properties(at),
        Anchor::File(path) => format!("file={},", command_property(&path.to_string())),
        Anchor::Nowhere => String::new(),
    };
    let _ =
        writeln!(text, "{}", write_command(kind, &file, entry.judged.finding.check.as_str(), &entry.text()));
}

fn write_command(kind: &str, place: &str, title: &str, message: &str) -> String {
    let title = command_property(&format!("portcullis: {title}"));
    format!("::{kind} {place}title={title}::{}", command_data(message))
}

/// Writes the properties of a place. Columns count only within one line.
fn write_place_properties(at: &Location) -> String {
    let (path, start, end) = (command_property(&at.path.to_string()), at.start, at.end);
    let columns = if start.line == end.line {
        format!("col={},endColumn={},", start.column, end.column)
    } else {
        String::new()
    };
    format!("file={path},line={},endLine={},{columns}", start.line, end.line)
}
