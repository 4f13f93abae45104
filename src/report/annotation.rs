//! Annotations for the checks of a forge: findings beside the lines of the new revision.

use super::Report;
use super::entry::{Anchor, Consequence, ReportEntry, collect_entries};
use super::escape::terminal_lines;
use super::length::{cut, cut_bytes};
use crate::finding::Location;

/// GitHub's limits ("Create a check run"): 255 characters of a title, 64 KB of a message and of details.
const TITLE: usize = 255;
const MESSAGE: usize = 64_000;

/// The level of an annotation, in the words of GitHub's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationLevel {
    /// It holds the change back.
    Failure,
    /// It is shown, or was overridden.
    Warning,
    /// It is approved or waived.
    Notice,
}

impl AnnotationLevel {
    /// Returns the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// One finding beside lines of a file of the new revision, within the limits of GitHub's checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line; lines count from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The first column, from 1, and the one after the last; only if both are on one line.
    pub columns: Option<(u32, u32)>,
    /// The level.
    pub level: AnnotationLevel,
    /// The check and the subject.
    pub title: String,
    /// The problem and the remedy.
    pub message: String,
    /// All facts of the finding.
    pub raw_details: String,
}

/// Returns an annotation for every finding with a place in the new revision, blocking ones first.
pub fn annotations(report: &Report) -> Vec<Annotation> {
    collect_entries(report).iter().filter_map(make_annotation).collect()
}

/// Counts the findings without an annotation, because they have no place in the new revision: a deleted object, a
/// commit, a ref. The summary and the comment show them.
pub fn unplaced(report: &Report) -> usize {
    collect_entries(report).iter().filter(|entry| find_place(entry).is_none()).count()
}

fn find_place<'a>(entry: &ReportEntry<'a>) -> Option<&'a Location> {
    match entry.anchor() {
        Anchor::Line(at) => Some(at),
        Anchor::File(_) | Anchor::Nowhere => None,
    }
}

fn make_annotation(entry: &ReportEntry<'_>) -> Option<Annotation> {
    let at = find_place(entry)?;
    let finding = &entry.judged.finding;
    let help = Some(&finding.remediation).filter(|help| !help.is_empty());
    let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
    let title = format!("{}: {}", entry.consequence.as_str(), finding.check);
    Some(Annotation {
        path: at.path.to_string(),
        start_line: at.start.line,
        end_line: at.end.line,
        columns: (at.start.line == at.end.line).then_some((at.start.column, at.end.column)),
        level: level_of(entry.consequence),
        title: cut(&title, TITLE),
        message: cut_bytes(&terminal_lines(&format!("{}{help}", entry.sentence())), MESSAGE),
        raw_details: cut_bytes(&terminal_lines(&entry.text()), MESSAGE),
    })
}

fn level_of(consequence: Consequence) -> AnnotationLevel {
    match consequence {
        Consequence::Blocks => AnnotationLevel::Failure,
        Consequence::Forced | Consequence::Warns => AnnotationLevel::Warning,
        Consequence::Approved | Consequence::Waived => AnnotationLevel::Notice,
    }
}
