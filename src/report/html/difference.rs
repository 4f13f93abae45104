//! What the change does to one object, line by line.

use std::fmt::Write as _;

use super::super::difference::{Step, difference};
use super::super::entry::Entry;
use super::super::escape::xml;
use super::super::length::cut;
use crate::world::{ObjectChange, Placed};

/// How many differences are shown, how many lines of each, and how many characters of a line.
const OBJECTS: usize = 300;
const LINES: usize = 400;
const WIDTH: usize = 400;

/// How many differences the page shows already.
#[derive(Debug, Default)]
pub(super) struct Shown(usize);

impl Shown {
    /// Shows the object of a finding. Each finding has its own, since the filter may hide any of them.
    pub(super) fn push(&mut self, text: &mut String, entry: &Entry<'_>) {
        let finding = &entry.judged.finding;
        let Some(id) = finding.subject.object() else { return };
        let path = finding.location.as_ref().map(|at| &at.path);
        let of_object = |change: &&ObjectChange| change.subject().id == *id;
        let mut changes: Vec<&ObjectChange> =
            entry.section.judgement.shown_changes.iter().filter(of_object).collect();
        changes.sort_by_key(|change| path != Some(&change.subject().path));
        let Some(change) = changes.first() else { return };
        self.0 += 1;
        if self.0 <= OBJECTS {
            push_difference(text, change);
        }
    }
}

/// The values of a Secret are not for everyone who reads the report.
fn push_difference(text: &mut String, change: &ObjectChange) {
    let subject = change.subject();
    let title = xml(&cut(&subject.id.title(), WIDTH));
    if subject.object.holds_secret() {
        text.push_str("<p class=\"difference\">The change of a Secret is not shown.</p>\n");
        return;
    }
    let (old, new) =
        (lines(change.old_object().map(AsRef::as_ref)), lines(change.object().map(AsRef::as_ref)));
    let (old, new) = (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
    let steps = difference(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    if steps.is_empty() {
        return;
    }
    let word = change.operation().as_str().to_lowercase();
    let _ = writeln!(
        text,
        "<details class=\"difference\">\n<summary>The change: {word} <bdi>{title}</bdi></summary>"
    );
    text.push_str("<pre tabindex=\"0\"><code>");
    steps.iter().take(LINES).for_each(|step| push_step(text, *step));
    if let Some(more) = steps.len().checked_sub(LINES + 1) {
        let _ = writeln!(text, "… {} more lines", more + 1);
    }
    text.push_str("</code></pre>\n</details>\n");
}

/// The text of an object, with what it is indented by: what else is on its first line is another object's.
fn lines(placed: Option<&Placed>) -> Option<String> {
    let object = &placed?.object;
    let (bytes, span) = (object.source.bytes(), object.root.span());
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let indented = bytes.get(..start)?.iter().rev().take_while(|byte| b" -".contains(byte)).count();
    let begin = start - indented;
    Some(String::from_utf8_lossy(bytes.get(begin..end)?).into_owned())
}

/// Marked by a sign and an element, for those who see no colour or no page.
fn push_step(text: &mut String, step: Step<'_>) {
    let (sign, element, line) = match step {
        Step::Stays(line) => (' ', "span", line),
        Step::Goes(line) => ('-', "del", line),
        Step::Comes(line) => ('+', "ins", line),
        Step::Skipped(count) => {
            let _ = writeln!(text, "<span class=\"line\">… {count} unchanged</span>");
            return;
        }
    };
    let _ = writeln!(text, "<{element}>{sign} {}</{element}>", xml(&cut(line, WIDTH)));
}
