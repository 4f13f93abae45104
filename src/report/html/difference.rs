//! The change of one object, line by line.

use maud::{Markup, html};

use super::super::difference::{DiffLine, compare_lines};
use super::super::entry::ReportEntry;
use super::super::length::cut;
use crate::world::{ObjectChange, Placed};

/// The most differences that a page shows.
const MAX_DIFFERENCES: usize = 300;
/// The most lines of one difference.
const MAX_LINES: usize = 400;
/// The most characters of a line.
const MAX_WIDTH: usize = 400;

/// Counts the differences on the page, up to the most that it shows.
#[derive(Debug, Default)]
pub(super) struct DifferenceBudget(usize);

impl DifferenceBudget {
    /// Renders what the change does to the object of a finding. Each finding has its own copy, since the filter may
    /// hide any of them.
    pub(super) fn render(&mut self, entry: &ReportEntry<'_>) -> Markup {
        let Some(change) = find_change(entry) else { return html! {} };
        self.0 += 1;
        if self.0 > MAX_DIFFERENCES {
            return html! {};
        }
        render_difference(change)
    }
}

/// Returns the change of the finding's object, preferably in the file that the finding is in.
fn find_change<'a>(entry: &ReportEntry<'a>) -> Option<&'a ObjectChange> {
    let finding = &entry.judged.finding;
    let id = finding.subject.object()?;
    let path = finding.location.as_ref().map(|location| &location.path);
    let changes = entry.section.judgement.shown_changes.iter();
    changes
        .filter(|change| change.subject().id == *id)
        .min_by_key(|change| path != Some(&change.subject().path))
}

/// Renders one difference, but not that of a Secret: its values are not for everyone who reads the report.
fn render_difference(change: &ObjectChange) -> Markup {
    let subject = change.subject();
    if subject.object.holds_secret() {
        return html! { p class="difference" { "The change of a Secret is not shown." } };
    }
    let old = change.old_object().and_then(|placed| text_of(placed)).unwrap_or_default();
    let new = change.object().and_then(|placed| text_of(placed)).unwrap_or_default();
    let steps = compare_lines(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    html! {
        @if !steps.is_empty() {
            details class="difference" {
                summary {
                    "The change: " (change.operation().as_str().to_lowercase()) " "
                    bdi { (cut(&subject.id.title(), MAX_WIDTH)) }
                }
                (render_steps(&steps))
            }
        }
    }
}

fn render_steps(steps: &[DiffLine<'_>]) -> Markup {
    html! {
        pre tabindex="0" {
            code {
                @for step in steps.iter().take(MAX_LINES) { (render_step(*step)) "\n" }
                @if steps.len() > MAX_LINES { "… " (steps.len() - MAX_LINES) " more lines\n" }
            }
        }
    }
}

/// Returns the text of an object with its indentation. Anything else on its first line belongs to another object.
fn text_of(placed: &Placed) -> Option<String> {
    if placed.unit.is_some() {
        return Some(placed.to_yaml());
    }
    let (bytes, span) = (placed.object.source.bytes(), placed.object.root.span());
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let indentation = bytes.get(..start)?.iter().rev().take_while(|byte| b" -".contains(byte)).count();
    Some(String::from_utf8_lossy(bytes.get(start - indentation..end)?).into_owned())
}

/// Renders a line, marked by a sign and by an element, for readers who see no colour or no page.
fn render_step(step: DiffLine<'_>) -> Markup {
    match step {
        DiffLine::Kept(line) => html! { span { "  " (cut(line, MAX_WIDTH)) } },
        DiffLine::Removed(line) => html! { del { "- " (cut(line, MAX_WIDTH)) } },
        DiffLine::Added(line) => html! { ins { "+ " (cut(line, MAX_WIDTH)) } },
        DiffLine::Skipped(count) => html! { span class="line" { "… " (count) " unchanged" } },
    }
}
