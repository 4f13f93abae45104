//! GitLab's Code Quality report.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Report, Standing, standing};
use crate::finding::{Fingerprint, Severity};
use crate::policy::POLICY_PATH;
use crate::verdict::Judged;

/// GitLab drops entries that share a fingerprint: what several files or refs have in common is told apart.
pub(super) fn render(report: &Report) -> String {
    let mut said = BTreeSet::new();
    let findings = report.sections.iter().flat_map(|section| {
        section.judgement.findings.iter().map(move |judged| (section.title.as_str(), judged))
    });
    let entries: Vec<Value> = findings
        .filter(|(_, judged)| standing(judged) != Standing::Waived)
        .filter_map(|(title, judged)| {
            let fingerprint = fingerprint(title, judged);
            said.insert(fingerprint.clone()).then(|| entry(judged, &fingerprint))
        })
        .collect();
    format!("{:#}\n", Value::from(entries))
}

fn fingerprint(title: &str, judged: &Judged) -> Fingerprint {
    let path = judged.finding.location.as_ref().map_or("", |at| at.path.as_str());
    Fingerprint::of(&[judged.finding.fingerprint().as_str(), path, title])
}

fn entry(judged: &Judged, fingerprint: &Fingerprint) -> Value {
    let finding = &judged.finding;
    let at = finding.location.as_ref();
    json!({
        "description": format!("{}. {}", finding.message, finding.remediation),
        "check_name": finding.check,
        "fingerprint": fingerprint.as_str(),
        "severity": severity(judged),
        "location": {
            "path": at.map_or(POLICY_PATH, |at| at.path.as_str()),
            "lines": {"begin": at.map_or(1, |at| at.start.line), "end": at.map_or(1, |at| at.end.line)},
        },
    })
}

fn severity(judged: &Judged) -> &'static str {
    match (standing(judged), judged.finding.severity) {
        (Standing::Blocks, Severity::Critical) => "blocker",
        (Standing::Blocks, Severity::High) => "critical",
        (Standing::Blocks, Severity::Medium | Severity::Low) => "major",
        (Standing::Warns, _) => "minor",
        (Standing::Approved | Standing::Waived, _) => "info",
    }
}
