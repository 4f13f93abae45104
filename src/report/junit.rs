//! JUnit's XML, as Jenkins and GitLab read it: one suite a ref, one case a finding.

use std::fmt::Write as _;

use super::escape::xml;
use super::{Report, Section, Standing, standing};
use crate::verdict::Judged;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    report.sections.iter().for_each(|section| push_suite(&mut text, section));
    text.push_str("</testsuites>\n");
    text
}

fn push_suite(text: &mut String, section: &Section) {
    let findings = &section.judgement.findings;
    let count = |wanted: Standing| findings.iter().filter(|judged| standing(judged) == wanted).count();
    let undecided = section.judgement.undecided.len();
    // A suite without a case reads as one that was not run.
    let clean = usize::from(findings.is_empty() && undecided == 0);
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{undecided}\" skipped=\"{}\">",
        xml(&section.title),
        findings.len() + undecided + clean,
        count(Standing::Blocks),
        count(Standing::Waived),
    );
    if clean == 1 {
        text.push_str("    <testcase name=\"nothing found\" classname=\"portcullis\"/>\n");
    }
    findings.iter().for_each(|judged| push_case(text, judged));
    for reason in &section.judgement.undecided {
        let _ = writeln!(
            text,
            "    <testcase name=\"evaluation\" classname=\"portcullis\"><error message=\"{}\"/></testcase>",
            xml(reason)
        );
    }
    text.push_str("  </testsuite>\n");
}

fn push_case(text: &mut String, judged: &Judged) {
    let finding = &judged.finding;
    let place = finding.location.as_ref().map(|at| format!("{}:{}", at.path, at.start.line));
    let name = place.unwrap_or_else(|| crate::verdict::subject_text(finding));
    let _ = write!(text, "    <testcase name=\"{}\" classname=\"{}\"", xml(&name), finding.check);
    let (message, details) = (xml(&finding.message), xml(&finding.remediation));
    let inner = match standing(judged) {
        Standing::Blocks => {
            format!("<failure type=\"{}\" message=\"{message}\">{details}</failure>", finding.check)
        }
        Standing::Waived => format!("<skipped message=\"waived: {message}\"/>"),
        Standing::Warns => format!("<system-out>warning: {message}\n{details}</system-out>"),
        Standing::Approved => format!("<system-out>approved: {message}</system-out>"),
    };
    let _ = writeln!(text, ">{inner}</testcase>");
}
