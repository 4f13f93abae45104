//! The line of a finding, escaped and cut around the mark.

use std::ops::Range;

use super::escape::terminal;
use crate::finding::Location;

/// An escaped line, and the bytes of it that are marked.
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) mark: Range<usize>,
    /// The column of the mark in the excerpt. It differs from the column in the file if the line is cut on its left or
    /// contains spelled-out characters.
    pub(super) shown_column: usize,
}

/// The numbers of characters that are shown before and after the start of the mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) before: usize,
    pub(super) after: usize,
}

/// Escapes the three parts of the line separately, so that the mark stays on the same text.
pub(super) fn cut_excerpt(location: &Location, window: Window) -> Excerpt {
    let characters: Vec<char> = location.excerpt.chars().collect();
    let index =
        |column: u32| usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1).min(characters.len());
    let start = index(location.start.column);
    let end =
        if location.end.line == location.start.line { index(location.end.column) } else { characters.len() };
    let (first, last) = (start.saturating_sub(window.before), characters.len().min(start + window.after));
    let part = |range: Range<usize>| -> String {
        let slice: String = characters.get(range).unwrap_or_default().iter().collect();
        terminal(&slice.replace('\t', "    ")).into_owned()
    };
    let marked_end = end.clamp(start, last.max(start));
    let (before, marked, after) = (part(first..start), part(start..marked_end), part(marked_end..last));
    let cut = if last < characters.len() { "…" } else { "" };
    let mark = before.len()..before.len() + marked.len();
    let shown_column = before.chars().count() + 1;
    Excerpt { text: format!("{before}{marked}{after}{cut}"), mark, shown_column }
}
