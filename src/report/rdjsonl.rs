//! reviewdog's diagnostics, one JSON object a line.

use serde_json::{Value, json};

use super::Report;
use super::entry::{Anchor, Consequence, ReportEntry, collect_entries, list_remarks, list_undecided};
use super::escape::{ESCAPED_NUMBER_SIGN, without_commands};
use crate::policy::POLICY_PATH;
use source_files::Position;

pub(super) fn render(report: &Report) -> String {
    let reasons = list_undecided(report).into_iter();
    let open = reasons
        .map(|reason| write_without_file("ERROR", &format!("undecided (treated as rejected): {reason}")));
    let findings = collect_entries(report);
    let notes = list_remarks(report).into_iter().map(|remark| write_without_file("INFO", &remark));
    let lines = open.chain(findings.iter().map(write_diagnostic)).chain(notes);
    let text = lines.flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
    without_commands(text, ESCAPED_NUMBER_SIGN)
}

fn write_diagnostic(entry: &ReportEntry<'_>) -> Value {
    let severity = match entry.consequence {
        Consequence::Blocks => "ERROR",
        Consequence::Forced | Consequence::Warns => "WARNING",
        Consequence::Approved | Consequence::Waived => "INFO",
    };
    let position = |at: Position| json!({"line": at.line, "column": at.column});
    let location = match entry.anchor() {
        Anchor::Line(at) => json!({
            "path": at.path.to_string(),
            "range": {"start": position(at.start), "end": position(at.end)},
        }),
        Anchor::File(path) => json!({"path": path.to_string()}),
        Anchor::Nowhere => json!({"path": POLICY_PATH}),
    };
    let suggestions = entry.suggestion().into_iter().map(|suggestion| {
        let range = json!({"start": position(suggestion.start), "end": position(suggestion.end)});
        json!({"range": range, "text": suggestion.replacement})
    });
    json!({
        "message": entry.text(),
        "location": location,
        "severity": severity,
        "code": {"value": entry.judged.finding.check},
        "source": {"name": "portcullis"},
        "suggestions": suggestions.collect::<Vec<_>>(),
    })
}

/// Places a diagnostic that belongs to no file at the policy, which every reader can open.
fn write_without_file(severity: &str, message: &str) -> Value {
    json!({
        "message": message,
        "location": {"path": POLICY_PATH},
        "severity": severity,
        "source": {"name": "portcullis"},
    })
}
