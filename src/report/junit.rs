//! JUnit's XML, as Jenkins and GitLab read it: one suite a ref, one case a finding.

use std::fmt::Write as _;

use super::entry::{Consequence, ReportEntry, collect_entries, headline, list_section_remarks, write_place};
use super::escape::xml;
use super::{Report, Section};

pub(super) fn render(report: &Report) -> String {
    let entries = collect_entries(report);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"portcullis: {}\">", headline(report));
    for section in &report.sections {
        let own: Vec<&ReportEntry<'_>> =
            entries.iter().filter(|entry| std::ptr::eq(entry.section, section)).collect();
        push_suite(&mut text, section, &own);
    }
    text.push_str("</testsuites>\n");
    text
}

fn push_suite(text: &mut String, section: &Section, entries: &[&ReportEntry<'_>]) {
    let count = |wanted: Consequence| entries.iter().filter(|entry| entry.consequence == wanted).count();
    let undecided = section.judgement.undecided.len();
    // A suite without a case reads as one that was not run.
    let clean = usize::from(entries.is_empty() && undecided == 0);
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{undecided}\" skipped=\"{}\">",
        xml(&section.title),
        entries.len() + undecided + clean,
        count(Consequence::Blocks),
        count(Consequence::Waived),
    );
    if clean == 1 {
        text.push_str("    <testcase name=\"nothing found\" classname=\"portcullis\"/>\n");
    }
    section.judgement.undecided.iter().for_each(|reason| push_undecided(text, reason));
    entries.iter().for_each(|entry| push_case(text, entry));
    let remarks = list_section_remarks(section);
    if !remarks.is_empty() {
        let _ = writeln!(text, "    <system-out>{}</system-out>", xml(&remarks.join("\n")));
    }
    text.push_str("  </testsuite>\n");
}

fn push_undecided(text: &mut String, reason: &str) {
    let reason = xml(reason);
    let _ = writeln!(
        text,
        "    <testcase name=\"evaluation\" classname=\"portcullis\"><error message=\"{reason}\"/></testcase>",
    );
}

fn push_case(text: &mut String, entry: &ReportEntry<'_>) {
    let finding = &entry.judged.finding;
    let name = finding.location.as_ref().map_or_else(|| finding.subject_text(), write_place);
    let (message, details) = (xml(&finding.message), xml(&entry.text()));
    let inner = match entry.consequence {
        Consequence::Blocks => {
            format!("<failure type=\"{}\" message=\"{message}\">{details}</failure>", finding.check)
        }
        Consequence::Waived => format!("<skipped message=\"waived: {message}\">{details}</skipped>"),
        Consequence::Forced | Consequence::Warns | Consequence::Approved => {
            format!("<system-out>{}: {details}</system-out>", entry.consequence.as_str())
        }
    };
    let (name, check) = (xml(&name), finding.check);
    let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"{check}\">{inner}</testcase>");
}
