//! A page for a browser: one file that asks nothing of a network and is read without its script.
//!
//! In: [`Report`] and the pages of the checks. Out: HTML that is well-formed XML as well. Never: runs or
//! loads anything but its own style and filter, which its content security policy names by their digests.

mod difference;
mod finding;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use difference::Shown;

use super::entry::{Entry, Standing, collect_entries, headline, remarks, undecided};
use super::escape::xml;
use super::length::cut;
use super::{Report, RulePage, Section};
use crate::verdict::Verdict;
use source_files::ObjectId;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");
/// How many findings a page shows: browsers slow down with more, and no one reads them.
const SHOWN: usize = 5_000;
/// How long one text is, in characters.
const TEXT: usize = 4_000;

pub(super) fn render(report: &Report, rules: &[RulePage]) -> String {
    let entries = collect_entries(report);
    let mut text = head(report);
    push_summary(&mut text, report, &entries);
    push_notes(&mut text, "undecided", "Not completed", &undecided(report));
    text.push_str("<main>\n");
    let remarks = |text: &mut String| push_notes(text, "remarks", "Notes", &remarks(report));
    let forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    if forced {
        remarks(&mut text);
    }
    if entries.is_empty() {
        text.push_str("<p>Nothing was found.</p>\n");
    } else {
        push_filter(&mut text, &entries);
    }
    let (shown, left_out) = entries.split_at(entries.len().min(SHOWN));
    let mut differences = Shown::default();
    for standing in Standing::ALL {
        push_group(&mut text, standing, shown, rules, &mut differences);
    }
    if !left_out.is_empty() {
        let count = left_out.len();
        let _ = writeln!(
            text,
            "<p><strong>{count} more findings are not shown</strong>; they are not more \
                severe.</p>"
        );
    }
    if !forced {
        remarks(&mut text);
    }
    let _ = writeln!(text, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>");
    text
}

/// A text of any length and content.
fn safe(text: &str) -> String {
    xml(&cut(text, TEXT))
}

fn head(report: &Report) -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    let headline = headline(report);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>portcullis: {headline}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        xml(&policy)
    )
}

fn push_summary(text: &mut String, report: &Report, entries: &[Entry<'_>]) {
    let class = match report.verdict() {
        Verdict::Accept => "accept",
        Verdict::Reject | Verdict::Undecided => "reject",
    };
    let _ = writeln!(
        text,
        "<header class=\"{class}\">\n<h1>portcullis: <strong>{}</strong></h1>\n<p>{}</p>\n<table>\n\
         <caption>What was judged</caption>\n<thead><tr><th scope=\"col\">Ref</th><th scope=\"col\">From</th>\
         <th scope=\"col\">To</th><th scope=\"col\">Commits</th><th scope=\"col\">Objects changed</th>\
         <th scope=\"col\">Verdict</th></tr></thead>\n<tbody>",
        headline(report),
        counts(entries)
    );
    report.sections.iter().for_each(|section| push_row(text, section));
    text.push_str("</tbody>\n</table>\n</header>\n");
}

fn push_row(text: &mut String, section: &Section) {
    let short =
        |id: &Option<ObjectId>| id.as_ref().map_or_else(|| "–".to_owned(), |id| id.short().to_owned());
    let (old, new) = &section.range;
    let _ = writeln!(
        text,
        "<tr><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td><code>{}</code></td>\
         <td>{}</td><td>{}</td><td>{}</td></tr>",
        safe(&section.title),
        short(old),
        short(new),
        section.commits,
        section.judgement.objects_changed,
        section.judgement.verdict.as_str(),
    );
}

fn of(entries: &[Entry<'_>], standing: Standing) -> usize {
    entries.iter().filter(|entry| entry.standing == standing).count()
}

fn counts(entries: &[Entry<'_>]) -> String {
    let counted = Standing::ALL.map(|standing| (standing, of(entries, standing)));
    let shown: Vec<String> = counted
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(standing, count)| format!("{count} {}", standing.counted()))
        .collect();
    if shown.is_empty() { "no findings".to_owned() } else { shown.join(", ") }
}

fn push_notes(text: &mut String, class: &str, title: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "<section class=\"{class}\" aria-labelledby=\"{class}\">\n<h2 id=\"{class}\">{title}</h2>\n<ul>"
    );
    for note in notes {
        let _ = writeln!(text, "<li>{}</li>", safe(note));
    }
    text.push_str("</ul>\n</section>\n");
}

/// Hidden until the script shows it: without one it would do nothing.
fn push_filter(text: &mut String, entries: &[Entry<'_>]) {
    text.push_str(
        "<div id=\"filter\" role=\"search\" hidden=\"hidden\">\n<label>Search <input type=\"search\" id=\"words\"/></label>\n",
    );
    for standing in Standing::ALL {
        let (word, count) = (standing.as_str(), of(entries, standing));
        if count > 0 {
            let _ = writeln!(
                text,
                "<label><input type=\"checkbox\" checked=\"checked\" value=\"{word}\"/> {} ({count})</label>",
                standing.counted()
            );
        }
    }
    text.push_str("<output id=\"shown\"></output>\n</div>\n");
}

fn push_group(
    text: &mut String,
    standing: Standing,
    entries: &[Entry<'_>],
    rules: &[RulePage],
    differences: &mut Shown,
) {
    let count = of(entries, standing);
    if count == 0 {
        return;
    }
    let word = standing.as_str();
    let title = match standing {
        Standing::Blocks => "Blocking findings",
        Standing::Forced => "Overridden findings",
        Standing::Warns => "Warnings",
        Standing::Approved => "Approved",
        Standing::Waived => "Waived",
    };
    let _ = writeln!(
        text,
        "<section class=\"findings\" aria-labelledby=\"{word}\">\n<h2 id=\"{word}\">{title} ({count})</h2>"
    );
    let own = entries.iter().filter(|entry| entry.standing == standing);
    own.for_each(|entry| finding::push(text, entry, rules, differences));
    text.push_str("</section>\n");
}
