//! Pieces of Markdown for the comment and the summary.

use std::fmt::Write as _;

use super::entry::{ReportEntry, write_place};
use super::escape::markdown;
use super::length::cut;

/// The most characters of one text, or, if it consists of punctuation, the most bytes once escaped; and the most
/// places and facts of a finding, so that no finding fills the comment.
const TEXT: usize = 300;
const ESCAPED: usize = 4 * TEXT;
const PLACES: usize = 4;
const FACTS: usize = 10;

/// Stops at the first block that does not fit, so that no worse block is left out before it.
pub(super) fn push_what_fits(text: &mut String, blocks: &[String], limit: usize, noun: &str) {
    for (index, block) in blocks.iter().enumerate() {
        if text.len() + block.len() > limit {
            let more = blocks.len() - index;
            let _ = writeln!(
                text,
                "\n**{more} more {noun} are not shown**; they are not more severe. See the log of the run."
            );
            return;
        }
        text.push_str(block);
    }
}

pub(super) fn quote(text: &str) -> String {
    format!("\n> {}\n", shorten(text))
}

/// Cuts a text twice at most, because no character becomes more than 13 bytes.
pub(super) fn shorten(text: &str) -> String {
    let escaped = markdown(&cut(text, TEXT));
    if escaped.len() <= ESCAPED { escaped } else { markdown(&cut(text, ESCAPED / 13)) }
}

/// Writes one finding under a heading of the third level.
pub(super) fn write_finding(entry: &ReportEntry<'_>) -> String {
    let check = entry.judged.finding.check;
    format!(
        "\n### {}: {check}\n\n{}\n\n{}",
        entry.consequence.as_str(),
        shorten(&entry.sentence()),
        write_facts(entry)
    )
}

/// Lists places and facts.
pub(super) fn write_facts(entry: &ReportEntry<'_>) -> String {
    let finding = &entry.judged.finding;
    let mut text = String::new();
    let places = finding.location.iter().chain(&finding.related);
    for at in places.clone().take(PLACES) {
        let label = at.label.as_ref().map(|label| format!(" ({})", shorten(label))).unwrap_or_default();
        let _ = writeln!(text, "- {}{label}", shorten(&write_place(at)));
        if !at.excerpt.is_empty() {
            let _ = writeln!(text, "  <code>{}</code>", shorten(at.excerpt.trim()));
        }
    }
    if let Some(more) = places.count().checked_sub(PLACES + 1) {
        let _ = writeln!(text, "- and {} more places", more + 1);
    }
    for (word, fact) in entry.details().into_iter().rev().take(FACTS).rev() {
        let fact = shorten(&fact);
        let fact = if word == "change to" { format!("<code>{fact}</code>") } else { fact };
        let _ = writeln!(text, "- **{word}**: {fact}");
    }
    text
}
