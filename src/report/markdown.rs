//! A comment for a pull request: what blocks stands first, and what is left out is counted.

use std::fmt::Write as _;

use super::escape::markdown;
use super::{Report, Section, Standing, standing};
use crate::evidence::ApprovalStanding;
use crate::verdict::{Judged, Verdict};

/// By this line a later run finds the comment and writes over it.
const MARKER: &str = "<!-- portcullis -->";
/// Forges take 65,536 characters; the rest is for what closes the comment.
const LARGEST: usize = 60_000;

pub(super) fn render(report: &Report) -> String {
    let mut text = format!("{MARKER}\n## portcullis: {}\n", headline(report));
    let mut left_out = 0;
    for section in &report.sections {
        let _ = writeln!(text, "\n{}", summary(section));
        for judged in in_order(section) {
            let block = finding(judged);
            if text.len() + block.len() > LARGEST {
                left_out += 1;
            } else {
                text.push_str(&block);
            }
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n**{left_out} more findings are left out**, none of them worse: see the log of the run."
        );
    }
    text
}

fn headline(report: &Report) -> &'static str {
    let forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    match (report.verdict(), forced) {
        (Verdict::Accept, false) => "accepted",
        (Verdict::Accept, true) => "accepted, FORCED",
        (Verdict::Reject, _) => "rejected",
        (Verdict::Undecided, _) => "undecided, which rejects",
    }
}

fn summary(section: &Section) -> String {
    let findings = &section.judgement.findings;
    let count = |wanted: Standing| findings.iter().filter(|judged| standing(judged) == wanted).count();
    let mut text = format!(
        "{}: {} blocking, {} warnings, {} approved, {} waived, {} objects changed\n",
        markdown(&section.title),
        count(Standing::Blocks),
        count(Standing::Warns),
        count(Standing::Approved),
        count(Standing::Waived),
        section.judgement.objects_changed,
    );
    if let Some(forced) = &section.judgement.forced {
        let (people, reasons) = (markdown(&forced.people.join(", ")), markdown(&forced.reasons.join("; ")));
        let _ = writeln!(text, "\n> **FORCED** by {people}: {reasons}");
    }
    for reason in &section.judgement.undecided {
        let _ = writeln!(text, "\n> **undecided**: {}", markdown(reason));
    }
    for notice in &section.notices {
        let _ = writeln!(text, "\n> {}", markdown(notice));
    }
    for approval in
        section.approvals.iter().filter(|approval| approval.standing == ApprovalStanding::WholeChange)
    {
        let who = approval.approver.as_ref().map_or("nobody", |approver| approver.name.as_str());
        let _ = writeln!(text, "\n- approved by {}", markdown(who));
    }
    text
}

/// What blocks first, then by the order of the judgement, which is worst first.
fn in_order(section: &Section) -> Vec<&Judged> {
    let mut findings: Vec<&Judged> = section.judgement.findings.iter().collect();
    findings.sort_by_key(|judged| standing(judged));
    findings
}

fn finding(judged: &Judged) -> String {
    let finding = &judged.finding;
    let word = match standing(judged) {
        Standing::Blocks => "blocks",
        Standing::Warns => "warns",
        Standing::Approved => "approved",
        Standing::Waived => "waived",
    };
    let mut text = format!("\n### {word}: {}\n\n{}\n", finding.check, markdown(&finding.message));
    for at in finding.location.iter().chain(&finding.related) {
        let label = at.label.as_ref().map(|label| format!(" ({})", markdown(label))).unwrap_or_default();
        let place = markdown(&format!("{}:{}:{}", at.path, at.start.line, at.start.column));
        let _ = writeln!(text, "\n- {place}{label}");
        if !at.excerpt.is_empty() {
            let _ = writeln!(text, "  {}", code(&at.excerpt));
        }
    }
    for note in &finding.notes {
        let _ = writeln!(text, "- {}: {}", note.label, markdown(&note.text));
    }
    if !finding.remediation.is_empty() {
        let _ = writeln!(text, "\n**Help:** {}", markdown(&finding.remediation));
    }
    text
}

/// A line of a file. Inside `code` forges find neither mentions nor numbers.
fn code(line: &str) -> String {
    format!("<code>{}</code>", markdown(line.trim()).replace("<!-- -->", ""))
}
