//! JUnit's XML, as Jenkins and GitLab read it: one suite a ref, one case a finding.

use std::fmt::Write as _;

use super::entry::{Entry, Standing, collect_entries, headline, place, remarks_of};
use super::escape::xml;
use super::{Report, Section};

pub(super) fn render(report: &Report) -> String {
    let entries = collect_entries(report);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"portcullis: {}\">", headline(report));
    for section in &report.sections {
        let own: Vec<&Entry<'_>> =
            entries.iter().filter(|entry| std::ptr::eq(entry.section, section)).collect();
        push_suite(&mut text, section, &own);
    }
    text.push_str("</testsuites>\n");
    text
}

fn push_suite(text: &mut String, section: &Section, entries: &[&Entry<'_>]) {
    let count = |wanted: Standing| entries.iter().filter(|entry| entry.standing == wanted).count();
    let undecided = section.judgement.undecided.len();
    // A suite without a case reads as one that was not run.
    let clean = usize::from(entries.is_empty() && undecided == 0);
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{undecided}\" skipped=\"{}\">",
        xml(&section.title),
        entries.len() + undecided + clean,
        count(Standing::Blocks),
        count(Standing::Waived),
    );
    if clean == 1 {
        text.push_str("    <testcase name=\"nothing found\" classname=\"portcullis\"/>\n");
    }
    section.judgement.undecided.iter().for_each(|reason| push_undecided(text, reason));
    entries.iter().for_each(|entry| push_case(text, entry));
    let remarks = remarks_of(section);
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

fn push_case(text: &mut String, entry: &Entry<'_>) {
    let finding = &entry.judged.finding;
    let name = finding.location.as_ref().map_or_else(|| finding.subject_text(), place);
    let (message, details) = (xml(&finding.message), xml(&entry.text()));
    let inner = match entry.standing {
        Standing::Blocks => {
            format!("<failure type=\"{}\" message=\"{message}\">{details}</failure>", finding.check)
        }
        Standing::Waived => format!("<skipped message=\"waived: {message}\">{details}</skipped>"),
        Standing::Forced | Standing::Warns | Standing::Approved => {
            format!("<system-out>{}: {details}</system-out>", entry.standing.as_str())
        }
    };
    let (name, check) = (xml(&name), finding.check);
    let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"{check}\">{inner}</testcase>");
}
