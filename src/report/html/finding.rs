//! One finding on the page: what, where, what to do, and why.

use std::fmt::Write as _;

use super::super::RulePage;
use super::super::entry::{Entry, place};
use super::super::escape::xml;
use super::super::snippet::{Window, excerpt};
use super::difference::Shown;
use super::safe;
use crate::finding::Location;

/// How many places of a finding are shown.
const PLACES: usize = 50;
/// How much of a line: it scrolls.
const WINDOW: Window = Window { before: 500, after: 500 };

pub(super) fn push(text: &mut String, entry: &Entry<'_>, rules: &[RulePage], differences: &mut Shown) {
    let finding = &entry.judged.finding;
    let word = entry.standing.as_str();
    let _ = writeln!(
        text,
        "<article class=\"{word}\" data-standing=\"{word}\">\n<h3>{}</h3>\n<p class=\"facts\"><code>{}</code> \
         <span class=\"severity\">{}</span> <bdi>{}</bdi></p>",
        safe(&finding.message),
        finding.check,
        finding.severity.as_str(),
        safe(&finding.subject_text()),
    );
    let places = finding.location.iter().chain(&finding.related);
    places.clone().take(PLACES).for_each(|at| push_place(text, at));
    if let Some(more) = places.count().checked_sub(PLACES + 1) {
        let _ = writeln!(text, "<p>and {} more places</p>", more + 1);
    }
    push_details(text, entry);
    differences.push(text, entry);
    push_why(text, entry, rules);
    text.push_str("</article>\n");
}

fn push_place(text: &mut String, at: &Location) {
    let label = at.label.as_ref().map(|label| format!(" <bdi>{}</bdi>", safe(label))).unwrap_or_default();
    let _ = writeln!(text, "<figure>\n<figcaption><code>{}</code>{label}</figcaption>", safe(&place(at)));
    if !at.excerpt.is_empty() {
        let excerpt = excerpt(at, WINDOW);
        let part = |range| xml(excerpt.text.get(range).unwrap_or_default());
        let (before, marked) = (part(0..excerpt.mark.start), part(excerpt.mark.clone()));
        let after = part(excerpt.mark.end..excerpt.text.len());
        let marked = if marked.is_empty() { marked } else { format!("<mark>{marked}</mark>") };
        let line = at.start.line;
        let _ = writeln!(
            text,
            "<pre tabindex=\"0\"><span class=\"line\">{line}</span><code>{before}{marked}{after}</code></pre>"
        );
    }
    text.push_str("</figure>\n");
}

fn push_details(text: &mut String, entry: &Entry<'_>) {
    let (help, facts): (Vec<_>, Vec<_>) = entry.details().into_iter().partition(|(word, _)| *word == "help");
    let details = help.into_iter().chain(facts);
    text.push_str("<dl>\n");
    for (word, fact) in details {
        let _ = writeln!(
            text,
            "<div class=\"{}\"><dt>{word}</dt><dd>{}</dd></div>",
            word.replace(' ', "-"),
            safe(&fact)
        );
    }
    text.push_str("</dl>\n");
}

fn push_why(text: &mut String, entry: &Entry<'_>, rules: &[RulePage]) {
    let finding = &entry.judged.finding;
    let page = rules.iter().find(|page| page.id == finding.check);
    let why = if finding.why.is_empty() { page.map_or("", |page| page.why) } else { finding.why };
    if why.is_empty() {
        return;
    }
    let title =
        page.map(|page| format!("<p><strong>{}.</strong></p>\n", xml(page.title))).unwrap_or_default();
    let _ = writeln!(
        text,
        "<details>\n<summary>Why this matters</summary>\n{title}<p>{}</p>\n\
         <p>More: <code>portcullis explain {}</code></p>\n</details>",
        xml(why),
        finding.check
    );
}
