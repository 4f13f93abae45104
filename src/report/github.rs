//! GitHub's workflow commands: annotations beside the changed lines.

use std::fmt::Write as _;

use super::escape::{command_data, command_property};
use super::{Report, Standing, standing};
use crate::finding::{Location, Side};
use crate::verdict::Judged;

/// GitHub shows ten of each kind for a step; the worst stand first, and the last line counts all.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for judged in report.sections.iter().flat_map(|section| &section.judgement.findings) {
        let _ = writeln!(text, "{}", annotation(judged));
    }
    for section in &report.sections {
        for reason in &section.judgement.undecided {
            let _ = writeln!(text, "::error title=portcullis: undecided::{}", command_data(reason));
        }
    }
    let findings: usize = report.sections.iter().map(|section| section.judgement.findings.len()).sum();
    let _ = writeln!(text, "portcullis: {}, {findings} findings", report.verdict().as_str());
    text
}

fn annotation(judged: &Judged) -> String {
    let kind = match standing(judged) {
        Standing::Blocks => "error",
        Standing::Warns => "warning",
        Standing::Approved | Standing::Waived => "notice",
    };
    let finding = &judged.finding;
    let place = finding.location.as_ref().filter(|at| at.side == Side::New).map(place).unwrap_or_default();
    let text = format!("{}\n{}", finding.message, finding.remediation);
    format!("::{kind} {place}title=portcullis: {}::{}", finding.check, command_data(text.trim_end()))
}

fn place(at: &Location) -> String {
    let (path, start, end) = (command_property(at.path.as_str()), at.start, at.end);
    let columns = if start.line == end.line {
        format!("col={},endColumn={},", start.column, end.column)
    } else {
        String::new()
    };
    format!("file={path},line={},endLine={},{columns}", start.line, end.line)
}
