//! One finding on the page: what is wrong, where, what to do, and why it matters.

use maud::{Markup, html};

use super::super::RulePage;
use super::super::entry::{ReportEntry, write_place};
use super::super::snippet::{Window, cut_excerpt};
use super::difference::DifferenceBudget;
use super::shorten;
use crate::finding::Location;

/// The most places of a finding that the page shows.
const MAX_PLACES: usize = 50;
/// The part of a line that the page shows. A long line scrolls.
const WINDOW: Window = Window { before: 500, after: 500 };

pub(super) fn render_article(
    entry: &ReportEntry<'_>,
    rules: &[RulePage],
    budget: &mut DifferenceBudget,
) -> Markup {
    let finding = &entry.judged.finding;
    let word = entry.consequence.as_str();
    html! {
        article class=(word) data-standing=(word) {
            h3 { (shorten(&finding.message)) }
            p class="facts" {
                code { (finding.check) } " "
                span class="severity" { (finding.severity.as_str()) } " "
                bdi { (shorten(&finding.subject_text())) }
            }
            (render_places(entry))
            (render_details(entry))
            (budget.render(entry))
            (render_why(entry, rules))
        }
    }
}

fn render_places(entry: &ReportEntry<'_>) -> Markup {
    let finding = &entry.judged.finding;
    let places: Vec<&Location> = finding.location.iter().chain(&finding.related).collect();
    html! {
        @for location in places.iter().take(MAX_PLACES) { (render_place(location)) }
        @if places.len() > MAX_PLACES { p { "and " (places.len() - MAX_PLACES) " more places" } }
    }
}

fn render_place(location: &Location) -> Markup {
    html! {
        figure {
            figcaption {
                code { (shorten(&write_place(location))) }
                @if let Some(label) = &location.label { " " bdi { (shorten(label)) } }
            }
            @if !location.excerpt.is_empty() { (render_excerpt(location)) }
        }
        "\n"
    }
}

fn render_excerpt(location: &Location) -> Markup {
    let line = cut_excerpt(location, WINDOW);
    let (before, rest) = line.text.split_at_checked(line.mark.start).unwrap_or((&line.text, ""));
    let (marked, after) = rest.split_at_checked(line.mark.len()).unwrap_or((rest, ""));
    html! {
        pre tabindex="0" {
            span class="line" { (location.start.line) }
            code { (before) @if !marked.is_empty() { mark { (marked) } } (after) }
        }
    }
}

/// Renders the details, the help first.
fn render_details(entry: &ReportEntry<'_>) -> Markup {
    let (help, facts): (Vec<_>, Vec<_>) = entry.details().into_iter().partition(|(word, _)| *word == "help");
    html! {
        dl {
            @for (word, fact) in help.iter().chain(&facts) {
                div class=(word.replace(' ', "-")) { dt { (word) } dd { (shorten(fact)) } } "\n"
            }
        }
    }
}

fn render_why(entry: &ReportEntry<'_>, rules: &[RulePage]) -> Markup {
    let finding = &entry.judged.finding;
    let page = rules.iter().find(|page| page.id == finding.check);
    let why = if finding.why.is_empty() { page.map_or("", |page| page.why) } else { finding.why };
    html! {
        @if !why.is_empty() {
            details {
                summary { "Why this matters" }
                @if let Some(page) = page { p { strong { (page.title) "." } } }
                p { (why) }
                p { "More: " code { "portcullis explain " (finding.check) } }
            }
        }
    }
}
