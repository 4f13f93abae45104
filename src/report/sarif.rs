//! SARIF 2.1.0, with what GitHub's code scanning asks for on top of the standard.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Report, RulePage, Section, Standing, standing};
use crate::finding::{Location, Severity, Side};
use crate::policy::POLICY_PATH;
use crate::verdict::{Judged, subject_text};

const SCHEMA: &str =
    "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_NAME");
/// How much of a text GitHub keeps in the short and full description of a rule, in characters.
const DESCRIPTION: usize = 1_024;

pub(super) fn render(report: &Report, rules: &[RulePage]) -> String {
    let worst = worst_by_rule(report);
    let used: Vec<&RulePage> = rules.iter().filter(|rule| worst.contains_key(rule.id)).collect();
    let results: Vec<Value> =
        judged(report).map(|(section, judged)| result(section, judged, &used)).collect();
    let undecided: Vec<Value> = report.sections.iter().flat_map(notifications).collect();
    let run = json!({
        "tool": {"driver": {
            "name": HOME,
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": used.iter().map(|page| rule(page, worst.get(page.id).copied())).collect::<Vec<_>>(),
        }},
        "automationDetails": {"id": "portcullis/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": undecided.is_empty(),
            "toolExecutionNotifications": undecided,
        }],
        "results": results,
        "properties": {"verdict": report.verdict().as_str()},
    });
    format!("{:#}\n", json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))
}

fn judged(report: &Report) -> impl Iterator<Item = (&Section, &Judged)> {
    report
        .sections
        .iter()
        .flat_map(|section| section.judgement.findings.iter().map(move |judged| (section, judged)))
}

fn worst_by_rule(report: &Report) -> BTreeMap<&'static str, Severity> {
    let mut worst = BTreeMap::new();
    for (_, judged) in judged(report) {
        let severity = worst.entry(judged.finding.check).or_insert(judged.finding.severity);
        *severity = (*severity).max(judged.finding.severity);
    }
    worst
}

fn rule(page: &RulePage, worst: Option<Severity>) -> Value {
    let cut = |text: &str| text.chars().take(DESCRIPTION).collect::<String>();
    json!({
        "id": page.id,
        "name": page.id,
        "shortDescription": {"text": cut(&format!("{}.", page.title))},
        "fullDescription": {"text": cut(page.why)},
        "help": {"text": page.markdown, "markdown": page.markdown},
        "properties": {
            "tags": ["security", page.family],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": security_severity(worst.unwrap_or(Severity::Low)),
        },
    })
}

/// GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, below that low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn result(section: &Section, judged: &Judged, rules: &[&RulePage]) -> Value {
    let finding = &judged.finding;
    let mut result = json!({
        "ruleId": finding.check,
        "level": level(judged),
        "message": {"text": message(judged)},
        "locations": [primary(judged)],
        "relatedLocations": finding.related.iter().enumerate().map(related).collect::<Vec<_>>(),
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{}:1", finding.fingerprint()),
            "portcullis/v1": finding.fingerprint().as_str(),
        },
        "suppressions": suppressions(judged),
        "properties": {
            "severity": finding.severity.as_str(),
            "enforcement": judged.decision.enforcement.as_str(),
            "ref": section.title,
            "policy": format!("{}:{}", judged.decision.origin.path, judged.decision.origin.line),
        },
    });
    let index = rules.iter().position(|rule| rule.id == finding.check);
    if let (Some(index), Some(fields)) = (index, result.as_object_mut()) {
        fields.insert("ruleIndex".into(), json!(index));
    }
    if let (false, Some(fields)) = (finding.related.is_empty(), result.as_object_mut()) {
        fields.insert("codeFlows".into(), json!([flow(judged)]));
    }
    result
}

fn level(judged: &Judged) -> &'static str {
    match standing(judged) {
        Standing::Blocks => "error",
        Standing::Warns => "warning",
        Standing::Approved | Standing::Waived => "note",
    }
}

/// What is wrong, and what to do now.
fn message(judged: &Judged) -> String {
    let finding = &judged.finding;
    let notes = finding.notes.iter().map(|note| format!("\n{}: {}", note.label, note.text));
    let help = (!finding.remediation.is_empty()).then(|| format!("\nhelp: {}", finding.remediation));
    let parts = std::iter::once(format!("{}.", finding.message)).chain(notes).chain(help);
    parts.collect()
}

/// A place in the pushed revision where there is one: only such lines can be shown beside the change.
/// What stands in no file is placed in the policy, which every reader can open.
fn primary(judged: &Judged) -> Value {
    let finding = &judged.finding;
    let all = || finding.location.iter().chain(&finding.related);
    let place = all().find(|location| location.side == Side::New).or_else(|| all().next());
    let physical = place.map_or_else(nowhere, physical);
    json!({
        "physicalLocation": physical,
        "logicalLocations": [{"fullyQualifiedName": subject_text(finding), "kind": "resource"}],
    })
}

fn nowhere() -> Value {
    json!({"artifactLocation": {"uri": POLICY_PATH, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}})
}

fn physical(location: &Location) -> Value {
    let Location { path, start, end, .. } = location;
    json!({
        "artifactLocation": {"uri": encoded(path.as_str()), "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    })
}

fn related((index, location): (usize, &Location)) -> Value {
    let label = location.label.clone().unwrap_or_else(|| format!("{} side", location.side.as_str()));
    json!({"id": index, "physicalLocation": physical(location), "message": {"text": label}})
}

/// The places in their order, such as the grant and what it grants.
fn flow(judged: &Judged) -> Value {
    let finding = &judged.finding;
    let step = |location: &Location| {
        let label = location.label.clone().unwrap_or_else(|| finding.message.clone());
        json!({"location": {"physicalLocation": physical(location), "message": {"text": label}}})
    };
    let steps: Vec<Value> = finding.location.iter().chain(&finding.related).map(step).collect();
    json!({"threadFlows": [{"locations": steps}]})
}

fn suppressions(judged: &Judged) -> Vec<Value> {
    let waiver = judged.decision.waived.iter().map(|waiver| {
        let text = format!("{} ({}, until {})", waiver.reason, waiver.owner, waiver.expires);
        json!({"kind": "external", "status": "accepted", "justification": text})
    });
    waiver.collect()
}

fn notifications(section: &Section) -> Vec<Value> {
    let notification = |reason: &String| json!({"level": "error", "message": {"text": format!("{}: {reason}", section.title)}});
    section.judgement.undecided.iter().map(notification).collect()
}

/// A path as a relative URI (RFC 3986): everything but unreserved characters and `/` is escaped.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn paths_are_relative_uris() {
        assert_eq!(encoded("apps/my app/ü#1.yaml"), "apps/my%20app/%C3%BC%231.yaml");
    }
}
