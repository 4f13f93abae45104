//! A comment for a pull request: what blocks stands first, and what is left out is counted.

use std::fmt::Write as _;

use super::Report;
use super::entry::{Entry, Standing, entries, headline, place, remarks, undecided};
use super::escape::markdown;
use super::sarif_result::cut;

/// By this line a later run finds the comment and writes over it.
const MARKER: &str = "<!-- portcullis -->";
/// Forges take 65,536 characters; the rest is for what closes the comment. In bytes, which are never fewer.
const LARGEST: usize = 60_000;
/// How long one text is, in characters, or, of one made of punctuation, in bytes once escaped; and how many
/// places and facts of a finding are shown: no finding fills the comment.
const TEXT: usize = 300;
const ESCAPED: usize = 4 * TEXT;
const PLACES: usize = 4;
const FACTS: usize = 8;

pub(super) fn render(report: &Report) -> String {
    let mut text = format!("{MARKER}\n## portcullis: {}\n\n", headline(report));
    let entries = entries(report);
    text.push_str(&counts(report, &entries));
    let quotes = undecided(report).into_iter().map(|reason| format!("undecided: {reason}"));
    let quotes: Vec<String> = quotes.chain(remarks(report)).map(|quote| quoted(&quote)).collect();
    push_what_fits(&mut text, &quotes, LARGEST / 3, "notes");
    let blocks: Vec<String> = entries.iter().map(finding).collect();
    push_what_fits(&mut text, &blocks, LARGEST, "findings");
    text
}

/// Stops at the first that does not fit: nothing stands here while something worse is left out.
fn push_what_fits(text: &mut String, blocks: &[String], limit: usize, noun: &str) {
    for (index, block) in blocks.iter().enumerate() {
        if text.len() + block.len() > limit {
            let more = blocks.len() - index;
            let _ = writeln!(
                text,
                "\n**{more} more {noun} are left out**, none of them worse: see the log of the run."
            );
            return;
        }
        text.push_str(block);
    }
}

fn counts(report: &Report, entries: &[Entry<'_>]) -> String {
    let count = |wanted: Standing| entries.iter().filter(|entry| entry.standing == wanted).count();
    let counted = Standing::ALL.map(|standing| (standing, count(standing)));
    let shown = counted.iter().filter(|(standing, count)| *standing != Standing::Forced || *count > 0);
    let counts: Vec<String> =
        shown.map(|(standing, count)| format!("{count} {}", standing.counted())).collect();
    let objects: usize = report.sections.iter().map(|section| section.judgement.objects_changed).sum();
    let titles: Vec<&str> = report.sections.iter().map(|section| section.title.as_str()).collect();
    format!("{}: {}; {objects} objects changed\n", fitting(&titles.join(", ")), counts.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\n> {}\n", fitting(text))
}

/// Cut twice at most: no character becomes more than 13 bytes.
fn fitting(text: &str) -> String {
    let escaped = markdown(&cut(text, TEXT));
    if escaped.len() <= ESCAPED { escaped } else { markdown(&cut(text, ESCAPED / 13)) }
}

fn finding(entry: &Entry<'_>) -> String {
    let finding = &entry.judged.finding;
    let message = fitting(&entry.sentence());
    let mut text = format!("\n### {}: {}\n\n{message}\n\n", entry.standing.as_str(), finding.check);
    let places = finding.location.iter().chain(&finding.related);
    for at in places.clone().take(PLACES) {
        let label = at.label.as_ref().map(|label| format!(" ({})", fitting(label))).unwrap_or_default();
        let _ = writeln!(text, "- {}{label}", fitting(&place(at)));
        if !at.excerpt.is_empty() {
            let _ = writeln!(text, "  <code>{}</code>", fitting(at.excerpt.trim()));
        }
    }
    if let Some(more) = places.count().checked_sub(PLACES + 1) {
        let _ = writeln!(text, "- and {} more places", more + 1);
    }
    for (word, fact) in entry.details().into_iter().rev().take(FACTS).rev() {
        let _ = writeln!(text, "- **{word}**: {}", fitting(&fact));
    }
    text
}
