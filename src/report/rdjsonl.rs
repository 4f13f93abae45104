//! reviewdog's diagnostics, one JSON object a line.

use serde_json::{Value, json};

use super::{Report, Standing, standing};
use crate::policy::POLICY_PATH;
use crate::source::Position;
use crate::verdict::Judged;

pub(super) fn render(report: &Report) -> String {
    let findings = report.sections.iter().flat_map(|section| &section.judgement.findings);
    let undecided = report.sections.iter().flat_map(|section| &section.judgement.undecided);
    let lines = findings.map(diagnostic).chain(undecided.map(|reason| undecided_diagnostic(reason)));
    lines.flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

fn diagnostic(judged: &Judged) -> Value {
    let finding = &judged.finding;
    let severity = match standing(judged) {
        Standing::Blocks => "ERROR",
        Standing::Warns => "WARNING",
        Standing::Approved | Standing::Waived => "INFO",
    };
    let position = |at: Position| json!({"line": at.line, "column": at.column});
    let location = finding.location.as_ref().map_or_else(
        || json!({"path": POLICY_PATH}),
        |at| json!({"path": at.path.as_str(), "range": {"start": position(at.start), "end": position(at.end)}}),
    );
    json!({
        "message": format!("{}. {}", finding.message, finding.remediation),
        "location": location,
        "severity": severity,
        "code": {"value": finding.check},
        "source": {"name": "portcullis"},
    })
}

fn undecided_diagnostic(reason: &str) -> Value {
    json!({
        "message": format!("undecided: {reason}"),
        "location": {"path": POLICY_PATH},
        "severity": "ERROR",
        "source": {"name": "portcullis"},
    })
}
