//! The JSON report, for programs.

use serde_json::{Value, json};

use super::escape::{ESCAPED_NUMBER_SIGN, without_commands};
use super::{Report, Section};
use crate::evidence::{ApprovalStanding, Purpose};
use crate::finding::{Edge, Location, Station, Subject, Suggestion};
use crate::policy::Acceptance;
use crate::verdict::Judged;

pub(super) fn render(report: &Report) -> String {
    let findings: Vec<Value> = report
        .sections
        .iter()
        .flat_map(|section| section.judgement.findings.iter().map(|judged| write_finding(section, judged)))
        .collect();
    let objects: usize = report.sections.iter().map(|section| section.judgement.objects_changed).sum();
    let not_judged: usize = report.sections.iter().map(|section| section.judgement.files_not_judged).sum();
    let commits: usize = report.sections.iter().map(|section| section.commits).sum();
    let sections: Vec<Value> = report.sections.iter().map(write_section).collect();
    let document = json!({
        "verdict": report.verdict().as_str(),
        "refs": sections,
        "findings": findings,
        "leftOut": report.sections.iter().flat_map(write_left_out).collect::<Vec<_>>(),
        "approvals": report.sections.iter().flat_map(write_approvals).collect::<Vec<_>>(),
        "stats": {
            "objectsChanged": objects,
            "filesNotJudged": not_judged,
            "commits": commits,
            "milliseconds": u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
            "requests": report.requests,
        },
    });
    without_commands(format!("{document:#}\n"), ESCAPED_NUMBER_SIGN)
}

/// Lists the findings that are not reported, with enough data to ask `explain` about them.
fn write_left_out(section: &Section) -> Vec<Value> {
    let mut entries = Vec::new();
    for left_out in &section.judgement.left_out {
        entries.push(json!({
            "reason": left_out.omission.as_str(),
            "finding": write_finding(section, &left_out.judged),
        }));
    }
    entries
}

fn write_section(section: &Section) -> Value {
    let (old, new) = &section.range;
    json!({
        "ref": section.title,
        "old": old.as_ref().map(ToString::to_string),
        "new": new.as_ref().map(ToString::to_string),
        "verdict": section.judgement.verdict.as_str(),
        "undecided": section.judgement.undecided,
        "forced": section.judgement.forced.as_ref().map(|forced| json!({"people": forced.people, "reasons": forced.reasons})),
        "notices": section.notices,
    })
}

fn write_approvals(section: &Section) -> Vec<Value> {
    let mut entries = Vec::new();
    for approval in &section.approvals {
        let (covers, reason) = match &approval.standing {
            ApprovalStanding::WholeChange => (Some("change"), None),
            ApprovalStanding::UnchangedPaths => (Some("unchanged paths"), None),
            ApprovalStanding::None(reason) => (None, Some(reason)),
        };
        entries.push(json!({
            "ref": section.title,
            "object": approval.object.as_str(),
            "purpose": approval.purpose.map(Purpose::as_str),
            "person": approval.approver.as_ref().map(|approver| &approver.name),
            "reason": approval.reason,
            "covers": covers,
            "doesNotCount": reason,
        }));
    }
    entries
}

fn write_finding(section: &Section, judged: &Judged) -> Value {
    let finding = &judged.finding;
    let decision = &judged.decision;
    json!({
        "check": finding.check,
        "severity": finding.severity.as_str(),
        "enforcement": decision.enforcement.as_str(),
        "message": finding.message,
        "ref": section.title,
        "object": write_object(&finding.subject),
        "subject": finding.subject_text(),
        "operation": operation_of(&finding.subject),
        "location": finding.location.as_ref().map(write_location),
        "related": finding.related.iter().map(write_location).collect::<Vec<_>>(),
        "commit": finding.commit.as_ref().map(ToString::to_string),
        "notes": finding.notes.iter().map(|note| json!({"label": note.label, "text": note.text})).collect::<Vec<_>>(),
        "path": finding.path.iter().map(write_edge).collect::<Vec<_>>(),
        "why": finding.why,
        "remediation": finding.remediation,
        "suggestion": finding.suggestion.as_ref().map(write_suggestion),
        "policy": {"path": decision.origin.path, "line": decision.origin.line},
        "fingerprint": finding.fingerprint().as_str(),
        "facts": finding.facts.iter().map(|fact| json!({"key": fact.key, "value": fact.value})).collect::<Vec<_>>(),
        "formerFingerprint": finding.former_fingerprint().as_str(),
        "waived": decision.waived.as_ref().map(write_waiver),
        "trail": judged.trail.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "approval": (!decision.demands.is_empty()).then(|| write_approval(judged)),
    })
}

fn write_waiver(accepted: &Acceptance) -> Value {
    match accepted {
        Acceptance::Waiver(waiver) => json!({
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.to_string(),
        }),
        Acceptance::Annotation { reason, approved_by } => {
            json!({"reason": reason, "approvedBy": approved_by})
        }
    }
}

fn write_approval(judged: &Judged) -> Value {
    let mut demands = Vec::new();
    for demand in &judged.decision.demands {
        demands.push(json!({"approvers": demand.approvers, "count": demand.count}));
    }
    json!({"demands": demands, "approvedBy": judged.approved_by, "missing": judged.missing})
}

fn write_object(subject: &Subject) -> Value {
    match subject {
        Subject::Object { id, api_version, .. } => json!({
            "apiVersion": api_version,
            "kind": id.kind,
            "namespace": id.namespace,
            "name": id.name,
            "cluster": id.cluster.as_str(),
        }),
        Subject::File | Subject::Commit(_) | Subject::Ref(_) => Value::Null,
    }
}

fn operation_of(subject: &Subject) -> Option<&'static str> {
    match subject {
        Subject::Object { operation, .. } => Some(operation.as_str()),
        Subject::File | Subject::Commit(_) | Subject::Ref(_) => None,
    }
}

fn write_suggestion(suggestion: &Suggestion) -> Value {
    json!({
        "path": suggestion.path.to_string(),
        "startLine": suggestion.start.line,
        "endLine": suggestion.end.line,
        "replacement": suggestion.replacement,
    })
}

fn write_edge(edge: &Edge) -> Value {
    json!({
        "from": write_station(&edge.from),
        "relation": edge.relation.as_str(),
        "to": write_station(&edge.to),
    })
}

fn write_station(station: &Station) -> Value {
    json!({"kind": station.kind.as_str(), "name": station.name})
}

fn write_location(location: &Location) -> Value {
    json!({
        "path": location.path.to_string(),
        "line": location.start.line,
        "column": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
        "pointer": location.pointer,
        "side": location.side.as_str(),
        "label": location.label,
    })
}
