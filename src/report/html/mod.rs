//! A page for a browser: one file that needs no network, and that can be read without its script.
//!
//! In: [`Report`] and the pages of the checks. Out: HTML that is well-formed XML as well. Never: runs or
//! loads anything but its own style and filter, which its content security policy names by their digests.

mod difference;
mod finding;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use difference::DifferenceBudget;

use super::entry::{Consequence, ReportEntry, collect_entries, headline, list_remarks, list_undecided};
use super::escape::defuse_markup;
use super::length::cut;
use super::{Report, RulePage, Section};
use crate::verdict::Verdict;
use source_files::ObjectId;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");
/// The most findings that a page shows. Browsers slow down with more, and no one reads them.
const MAX_FINDINGS: usize = 5_000;
/// The most characters of one text.
const MAX_TEXT: usize = 4_000;

/// Renders the page. Style and script stay as they are, because the policy names their digests; everything else is
/// defused as a whole.
pub(super) fn render(report: &Report, rules: &[RulePage]) -> String {
    let content = defuse_markup(&render_content(report, rules).into_string());
    let page = html! {
        (DOCTYPE) "\n"
        html lang="en" {
            (render_head(report)) "\n"
            body {
                (PreEscaped(content)) "\n"
                script { (PreEscaped(SCRIPT)) }
            }
        }
        "\n"
    };
    page.into_string()
}

fn render_head(report: &Report) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    html! {
        head {
            (close(html! { meta charset="utf-8"; }))
            (close(html! { meta http-equiv="Content-Security-Policy" content=(policy); }))
            (close(html! { meta name="viewport" content="width=device-width, initial-scale=1"; }))
            (close(html! { meta name="color-scheme" content="light dark"; }))
            title { "portcullis: " (headline(report)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Returns the digest of a style or script as a content security policy writes it.
fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// Closes an element without content, as XML requires. Maud writes `<meta>`, and browsers read `<meta/>` as the same.
fn close(element: Markup) -> Markup {
    let text = element.into_string();
    PreEscaped(format!("{}/>", text.strip_suffix('>').unwrap_or(&text)))
}

fn render_content(report: &Report, rules: &[RulePage]) -> Markup {
    let entries = collect_entries(report);
    let notes = render_notes("remarks", "Notes", &list_remarks(report));
    let is_forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    html! {
        (render_summary(report, &entries))
        (render_notes("undecided", "Not completed", &list_undecided(report)))
        main {
            @if is_forced { (notes) }
            @if entries.is_empty() { p { "Nothing was found." } } @else { (render_filter(&entries)) }
            (render_findings(&entries, rules))
            @if !is_forced { (notes) }
        }
    }
}

/// Cuts a text of any length to what the page shows.
fn shorten(text: &str) -> String {
    cut(text, MAX_TEXT)
}

fn render_summary(report: &Report, entries: &[ReportEntry<'_>]) -> Markup {
    let class = match report.verdict() {
        Verdict::Accept => "accept",
        Verdict::Reject | Verdict::Undecided => "reject",
    };
    html! {
        header class=(class) {
            h1 { "portcullis: " strong { (headline(report)) } }
            p { (describe_counts(entries)) }
            table {
                caption { "What was judged" }
                thead {
                    tr {
                        @for title in ["Ref", "From", "To", "Commits", "Objects changed", "Verdict"] {
                            th scope="col" { (title) }
                        }
                    }
                }
                tbody { @for section in &report.sections { (render_row(section)) } }
            }
        }
        "\n"
    }
}

fn render_row(section: &Section) -> Markup {
    let (old, new) = &section.range;
    html! {
        tr {
            th scope="row" { code { (shorten(&section.title)) } }
            td { code { (short_id(old.as_ref())) } }
            td { code { (short_id(new.as_ref())) } }
            td { (section.commits) }
            td { (section.judgement.objects_changed) }
            td { (section.judgement.verdict.as_str()) }
        }
        "\n"
    }
}

fn short_id(id: Option<&ObjectId>) -> &str {
    id.map_or("–", ObjectId::short)
}

fn count_with(entries: &[ReportEntry<'_>], consequence: Consequence) -> usize {
    entries.iter().filter(|entry| entry.consequence == consequence).count()
}

fn describe_counts(entries: &[ReportEntry<'_>]) -> String {
    let mut parts = Vec::new();
    for consequence in Consequence::ALL {
        let count = count_with(entries, consequence);
        if count > 0 {
            parts.push(format!("{count} {}", consequence.counted()));
        }
    }
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

fn render_notes(class: &str, title: &str, notes: &[String]) -> Markup {
    html! {
        @if !notes.is_empty() {
            section class=(class) aria-labelledby=(class) {
                h2 id=(class) { (title) }
                ul { @for note in notes { li { (shorten(note)) } "\n" } }
            }
            "\n"
        }
    }
}

/// Renders the filter, which is hidden until the script shows it: without a script it would do nothing.
fn render_filter(entries: &[ReportEntry<'_>]) -> Markup {
    html! {
        div id="filter" role="search" hidden="hidden" {
            label { "Search " (close(html! { input type="search" id="words"; })) }
            @for consequence in Consequence::ALL {
                @let count = count_with(entries, consequence);
                @if count > 0 {
                    label {
                        (close(html! { input type="checkbox" checked="checked" value=(consequence.as_str()); }))
                        " " (consequence.counted()) " (" (count) ")"
                    }
                    "\n"
                }
            }
            output id="shown" {}
        }
        "\n"
    }
}

fn render_findings(entries: &[ReportEntry<'_>], rules: &[RulePage]) -> Markup {
    let (shown, left_out) = entries.split_at(entries.len().min(MAX_FINDINGS));
    let mut budget = DifferenceBudget::default();
    html! {
        @for consequence in Consequence::ALL { (render_group(consequence, shown, rules, &mut budget)) }
        @if !left_out.is_empty() {
            p { strong { (left_out.len()) " more findings are not shown" } "; they are not more severe." }
        }
    }
}

fn render_group(
    consequence: Consequence,
    entries: &[ReportEntry<'_>],
    rules: &[RulePage],
    budget: &mut DifferenceBudget,
) -> Markup {
    let count = count_with(entries, consequence);
    let word = consequence.as_str();
    html! {
        @if count > 0 {
            section class="findings" aria-labelledby=(word) {
                h2 id=(word) { (title_of(consequence)) " (" (count) ")" }
                @for entry in entries.iter().filter(|entry| entry.consequence == consequence) {
                    (finding::render_article(entry, rules, budget)) "\n"
                }
            }
            "\n"
        }
    }
}

fn title_of(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Blocks => "Blocking findings",
        Consequence::Forced => "Overridden findings",
        Consequence::Warns => "Warnings",
        Consequence::Approved => "Approved",
        Consequence::Waived => "Waived",
    }
}
