//! The summary of a run's job: the whole report for readers without the log.

use std::fmt::Write as _;

use super::annotation::unplaced;
use super::counts::{Counts, plural};
use super::entry::{
    Anchor, Consequence, ReportEntry, collect_entries, headline, list_remarks, list_undecided, write_place,
};
use super::markdown::{push_what_fits, quote, shorten, write_facts};
use super::{Report, RulePage, Section, mermaid};

/// The most bytes of a summary. GitHub refuses one above 1 MiB.
const LARGEST: usize = 1_000_000;
/// The bytes up to which each part may fill it, so that later parts keep their place.
const NOTES: usize = 100_000;
const TABLE: usize = 300_000;

/// Writes the report for `$GITHUB_STEP_SUMMARY`, always below 1 MiB: verdict, counts, undecided reasons, a table of
/// blocking findings, a graph of new grants and exposures, then every finding with all its facts.
pub fn summary(report: &Report, rules: &[RulePage]) -> String {
    let entries = collect_entries(report);
    let mut text = format!("# portcullis: {}\n\n", headline(report));
    push_judged(&mut text, report, &Counts::of(report, &entries));
    push_notes(&mut text, "Not completed", &list_undecided(report));
    push_blocking(&mut text, &entries);
    push_graph(&mut text, &entries);
    push_notes(&mut text, "Notes", &list_remarks(report));
    push_findings(&mut text, &entries, rules);
    text
}

fn push_judged(text: &mut String, report: &Report, counts: &Counts) {
    let _ = writeln!(text, "{}; {} changed.", counts.sentence(), plural(counts.objects, "object"));
    let elsewhere = unplaced(report);
    if elsewhere > 0 {
        let _ = writeln!(text, "{} not in a file of the new revision.", stand(elsewhere));
    }
    text.push_str("\n| Ref | From | To | Commits | Objects changed | Verdict |\n|---|---|---|---|---|---|\n");
    let rows: Vec<String> = report.sections.iter().map(write_row).collect();
    push_what_fits(text, &rows, NOTES, "refs");
}

fn stand(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", plural(count, "finding"))
}

fn write_row(section: &Section) -> String {
    let (old, new) = &section.range;
    let short = |id: &Option<source_files::ObjectId>| id.as_ref().map_or("–", |id| id.short()).to_owned();
    let Section { title, commits, judgement, .. } = section;
    let (objects, verdict) = (judgement.objects_changed, judgement.verdict.as_str());
    let (title, old, new) = (shorten(title), short(old), short(new));
    format!("| {title} | {old} | {new} | {commits} | {objects} | {verdict} |\n")
}

fn push_notes(text: &mut String, title: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## {title}");
    let quotes: Vec<String> = notes.iter().map(|note| quote(note)).collect();
    let limit = text.len() + NOTES;
    push_what_fits(text, &quotes, limit, "notes");
}

fn push_blocking(text: &mut String, entries: &[ReportEntry<'_>]) {
    let blocking = entries.iter().filter(|entry| entry.consequence == Consequence::Blocks);
    let rows: Vec<String> = blocking.map(write_blocking_row).collect();
    if rows.is_empty() {
        return;
    }
    text.push_str("\n## Blocking findings\n\n| Check | What | Where | What to do |\n|---|---|---|---|\n");
    let limit = text.len() + TABLE;
    push_what_fits(text, &rows, limit, "blocking findings");
}

fn push_graph(text: &mut String, entries: &[ReportEntry<'_>]) {
    let graph = mermaid::draw_graph(entries);
    if !graph.is_empty() {
        text.push_str("\n## New grants and exposures\n");
        text.push_str(&graph);
    }
}

fn write_blocking_row(entry: &ReportEntry<'_>) -> String {
    let finding = &entry.judged.finding;
    let at = match entry.anchor() {
        Anchor::Line(at) => shorten(&write_place(at)),
        Anchor::File(path) => shorten(&path.to_string()),
        Anchor::Nowhere => "–".to_owned(),
    };
    let asked = entry.details().into_iter().filter(|(word, _)| ["approval", "help"].contains(word));
    let asked: Vec<String> = asked.map(|(_, fact)| shorten(&fact)).collect();
    format!("| {} | {} | {at} | {} |\n", finding.check, shorten(&entry.sentence()), asked.join("<br>"))
}

fn push_findings(text: &mut String, entries: &[ReportEntry<'_>], rules: &[RulePage]) {
    if entries.is_empty() {
        return;
    }
    text.push_str("\n## Findings\n");
    let blocks: Vec<String> = entries.iter().map(|entry| write_folded(entry, rules)).collect();
    push_what_fits(text, &blocks, LARGEST, "findings");
}

/// Writes one finding to unfold, with the reason why it matters.
fn write_folded(entry: &ReportEntry<'_>, rules: &[RulePage]) -> String {
    let finding = &entry.judged.finding;
    let page = rules.iter().find(|page| page.id == finding.check);
    let why = if finding.why.is_empty() { page.map_or("", |page| page.why) } else { finding.why };
    let why = if why.is_empty() { String::new() } else { format!("- **why**: {}\n", shorten(why)) };
    format!(
        "\n<details><summary><b>{}: {}</b> {}</summary>\n\n{}{why}\n</details>\n",
        entry.consequence.as_str(),
        finding.check,
        shorten(&entry.sentence()),
        write_facts(entry),
    )
}
