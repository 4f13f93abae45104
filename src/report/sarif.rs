//! SARIF 2.1.0, with the extensions that GitHub's code scanning requires.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entry::{Consequence, ReportEntry, collect_entries, list_remarks, list_undecided};
use super::escape::{ESCAPED_NUMBER_SIGN, without_commands};
use super::length::cut;
use super::sarif_result::write_result;
use super::{Report, RulePage, Section};
use crate::finding::{CheckId, Severity};

const SCHEMA: &str =
    "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json";
const NAME: &str = env!("CARGO_PKG_NAME");
/// The most characters that GitHub keeps of the short and full description of a rule.
const DESCRIPTION: usize = 1_024;
/// GitHub's limits ("SARIF support for code scanning"): results of a run, and bytes of the compressed file, which is
/// never larger than the file itself. The rest is for rules and notifications.
const RESULTS: usize = 25_000;
const RESULT_BYTES: usize = 8_000_000;
/// The most notifications, and the most characters of each.
const NOTIFICATIONS: usize = 500;
const NOTIFICATION: usize = 1_000;

pub(super) fn render(report: &Report, rules: &[RulePage]) -> String {
    let entries = collect_entries(report);
    let worst = find_worst_by_rule(&entries);
    let used: Vec<&RulePage> = rules.iter().filter(|rule| worst.contains_key(&rule.id)).collect();
    let results = write_results(&entries, &used);
    let left_out = entries.get(results.len()..).unwrap_or_default();
    let notifications = write_notifications(report, left_out);
    let mut run = json!({
        "tool": {"driver": {
            "name": NAME,
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": used.iter().map(|page| write_rule(page, worst.get(&page.id).copied())).collect::<Vec<_>>(),
        }},
        "automationDetails": {"id": "portcullis/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": list_undecided(report).is_empty(),
            "toolExecutionNotifications": notifications,
        }],
        "results": results,
        "properties": {"verdict": report.verdict().as_str()},
    });
    let provenance: Vec<Value> = report.sections.iter().filter_map(write_provenance).collect();
    if let Some(fields) = run.as_object_mut().filter(|_| !provenance.is_empty()) {
        fields.insert("versionControlProvenance".to_owned(), Value::from(provenance));
    }
    without_commands(
        format!("{}\n", json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})),
        ESCAPED_NUMBER_SIGN,
    )
}

/// Describes the revision of the places. An address that may hold a password is left out.
fn write_provenance(section: &Section) -> Option<Value> {
    let address = section.repository.as_deref()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:%".contains(&byte);
    let is_address = address.starts_with("https://") && address.bytes().all(plain);
    let revision = section.range.1.as_ref().filter(|_| is_address)?.as_str();
    let root = json!({"uriBaseId": "%SRCROOT%"});
    Some(json!({"repositoryUri": address, "revisionId": revision, "mappedTo": root}))
}

/// Writes the results that fit, in order, so that no worse result is left out before another.
fn write_results(entries: &[ReportEntry<'_>], rules: &[&RulePage]) -> Vec<Value> {
    let mut occurrences = BTreeMap::new();
    let mut bytes = 0_usize;
    let written = entries.iter().take(RESULTS).map(|entry| {
        let occurrence = occurrences.entry(entry.judged.finding.fingerprint()).or_insert(0_usize);
        *occurrence += 1;
        let index = rules.iter().position(|rule| rule.id == entry.judged.finding.check);
        write_result(entry, *occurrence, index)
    });
    let fits = |value: &Value| {
        bytes += value.to_string().len();
        bytes <= RESULT_BYTES
    };
    written.take_while(fits).collect()
}

/// Writes notifications for undecided reasons, for results that are left out, and for remarks.
fn write_notifications(report: &Report, left_out: &[ReportEntry<'_>]) -> Vec<Value> {
    let notification =
        |level: &str, text: &str| json!({"level": level, "message": {"text": cut(text, NOTIFICATION)}});
    let mut sent: Vec<Value> =
        list_undecided(report).iter().map(|reason| notification("error", reason)).collect();
    let blocking = left_out.iter().filter(|entry| entry.consequence == Consequence::Blocks).count();
    if !left_out.is_empty() {
        let level = if blocking > 0 { "error" } else { "warning" };
        let text = format!(
            "{} findings are not included, {blocking} of them blocking: GitHub accepts 25,000 results and 10 \
             MB. They are not more severe than the included ones, and the verdict counts all of them.",
            left_out.len()
        );
        sent.insert(0, notification(level, &text));
    }
    sent.extend(list_remarks(report).iter().map(|remark| notification("note", remark)));
    let more = sent.len().saturating_sub(NOTIFICATIONS);
    if more > 0 {
        sent.truncate(NOTIFICATIONS);
        sent.push(notification("error", &format!("{more} more notifications are not included.")));
    }
    sent
}

fn find_worst_by_rule(entries: &[ReportEntry<'_>]) -> BTreeMap<CheckId, Severity> {
    let mut worst = BTreeMap::new();
    for finding in entries.iter().map(|entry| &entry.judged.finding) {
        let severity = worst.entry(finding.check).or_insert(finding.severity);
        *severity = (*severity).max(finding.severity);
    }
    worst
}

fn write_rule(page: &RulePage, worst: Option<Severity>) -> Value {
    json!({
        "id": page.id,
        "shortDescription": {"text": cut(&format!("{}.", page.title), DESCRIPTION)},
        "fullDescription": {"text": cut(page.why, DESCRIPTION)},
        "help": {"text": page.markdown, "markdown": page.markdown},
        "properties": {
            "tags": ["security", page.family],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": security_severity(worst.unwrap_or(Severity::Low)),
        },
    })
}

/// Returns a number in GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, below that low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}
