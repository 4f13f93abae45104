//! GitLab's Code Quality report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Report;
use super::entry::{Anchor, Consequence, ReportEntry, collect_entries, list_remarks, list_undecided};
use super::escape::{ESCAPED_NUMBER_SIGN, without_commands};
use crate::finding::{Fingerprint, Severity};
use crate::policy::POLICY_PATH;

/// Renders the report. GitLab drops entries that share a fingerprint, so findings that several files or refs share get
/// different ones.
pub(super) fn render(report: &Report) -> String {
    let mut said = BTreeMap::new();
    let mut values: Vec<Value> = Vec::new();
    for reason in list_undecided(report) {
        let text = format!("Undecided (treated as rejected): {reason}");
        values.push(write_without_file("undecided", "blocker", &text, &mut said));
    }
    values.extend(collect_entries(report).iter().map(|entry| write_finding(entry, &mut said)));
    values.extend(
        list_remarks(report).iter().map(|remark| write_without_file("note", "info", remark, &mut said)),
    );
    without_commands(format!("{:#}\n", Value::from(values)), ESCAPED_NUMBER_SIGN)
}

/// Computes a fingerprint. The first of several equal ones depends on its parts alone.
fn make_unique_fingerprint(said: &mut BTreeMap<Fingerprint, usize>, parts: &[&str]) -> Fingerprint {
    let plain = Fingerprint::of(parts);
    let count = said.entry(plain.clone()).or_insert(0);
    *count += 1;
    match *count {
        1 => plain,
        more => Fingerprint::of(&[plain.as_str(), &more.to_string()]),
    }
}

/// Places an entry that belongs to no file at the policy, which every reader can open.
fn write_without_file(
    name: &str,
    severity: &str,
    text: &str,
    said: &mut BTreeMap<Fingerprint, usize>,
) -> Value {
    json!({
        "description": text,
        "check_name": name,
        "fingerprint": make_unique_fingerprint(said, &[name, text]).as_str(),
        "severity": severity,
        "location": {"path": POLICY_PATH, "lines": {"begin": 1, "end": 1}},
    })
}

fn write_finding(entry: &ReportEntry<'_>, said: &mut BTreeMap<Fingerprint, usize>) -> Value {
    let finding = &entry.judged.finding;
    let (path, begin, end) = match entry.anchor() {
        Anchor::Line(at) => (at.path.to_string(), at.start.line, at.end.line),
        Anchor::File(path) => (path.to_string(), 1, 1),
        Anchor::Nowhere => (POLICY_PATH.to_owned(), 1, 1),
    };
    let own = finding.fingerprint();
    json!({
        "description": entry.text(),
        "check_name": finding.check,
        "fingerprint": make_unique_fingerprint(said, &[own.as_str(), &path, &entry.section.title]).as_str(),
        "severity": severity_of(entry),
        "location": {"path": path, "lines": {"begin": begin, "end": end}},
    })
}

fn severity_of(entry: &ReportEntry<'_>) -> &'static str {
    match (entry.consequence, entry.judged.finding.severity) {
        (Consequence::Blocks, Severity::Critical) => "blocker",
        (Consequence::Blocks, Severity::High) => "critical",
        (Consequence::Blocks, Severity::Medium | Severity::Low) | (Consequence::Forced, _) => "major",
        (Consequence::Warns, _) => "minor",
        (Consequence::Approved | Consequence::Waived, _) => "info",
    }
}
