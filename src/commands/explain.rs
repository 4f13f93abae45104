//! `explain` and `checks`: the checks of the gate, and its decision about one finding.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::{CommandError, Exit};
use super::output::{detect_colour, print};
use crate::checks::CheckSet;
use crate::cli::{ExplainArguments, TableFormat};
use crate::finding::CheckId;
use crate::policy::did_you_mean;
use crate::report::{Detail, Format, Report, Section, Style, terminal};
use crate::unpushed::{AskedRevisions, judge_revisions};
use crate::verdict::{Judged, Judgement};

pub(super) fn run(arguments: &ExplainArguments) -> Result<Exit, CommandError> {
    let subject = &arguments.subject;
    if let Some(check) = CheckSet::shared().find(subject) {
        print(&check.meta.page())?;
        return Ok(Exit::Accept);
    }
    match (&arguments.report, &arguments.base, &arguments.head) {
        (Some(report), _, _) => print(&explain_in_report(report, subject)?)?,
        (None, Some(base), Some(head)) => {
            let section = judge_revisions(&AskedRevisions {
                folder: arguments.repo.clone(),
                server_policy: arguments.server_policy.clone(),
                base: base.clone(),
                head: head.clone(),
                policy: None,
            })?;
            print(&explain_in_section(section, subject)?)?;
        }
        (None, _, _) => return Err(explain_unknown(subject)),
    }
    Ok(Exit::Accept)
}

/// Explains why a subject is neither a check nor, as far as is known, a fingerprint.
fn explain_unknown(subject: &str) -> CommandError {
    let is_fingerprint =
        subject.strip_prefix("v2-").unwrap_or(subject).bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_fingerprint {
        let message =
            "say which report has the finding: `--report FILE` for a JSON report, or `--base REV --head REV`";
        return CommandError::usage(message);
    }
    let meant = did_you_mean(subject, CheckSet::shared().ids().into_iter().map(CheckId::as_str));
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    CommandError::usage(format!("there is no check `{subject}`{hint}"))
}

/// Describes one finding of a section, with its trail.
fn explain_in_section(section: Section, fingerprint: &str) -> Result<String, CommandError> {
    let Judgement { findings, left_out, .. } = section.judgement.clone();
    let all = findings.into_iter().chain(left_out.into_iter().map(|left_out| left_out.judged));
    let wanted: Vec<Judged> = all.filter(|judged| has_fingerprint(judged, fingerprint)).collect();
    if wanted.is_empty() {
        return Err(no_such_finding(fingerprint));
    }
    let judgement = Judgement { findings: wanted, left_out: Vec::new(), ..section.judgement.clone() };
    let section = Section { judgement, notices: Vec::new(), approvals: Vec::new(), ..section };
    let report = Report { sections: vec![section], elapsed: Duration::ZERO, requests: 0 };
    let style = Style { colour: detect_colour(), detail: Detail::Trail };
    Ok(report.render(Format::Human, style, &[]))
}

fn has_fingerprint(judged: &Judged, fingerprint: &str) -> bool {
    [judged.finding.fingerprint(), judged.finding.former_fingerprint()]
        .iter()
        .any(|known| known.as_str() == fingerprint)
}

fn no_such_finding(fingerprint: &str) -> CommandError {
    CommandError::usage(format!(
        "there is no finding with the fingerprint `{fingerprint}`: compare it with the report, and judge the same revisions"
    ))
}

/// Describes the findings of a JSON report that have a fingerprint.
fn explain_in_report(path: &Path, fingerprint: &str) -> Result<String, CommandError> {
    let bytes = std::fs::read(path).map_err(CommandError::file(path))?;
    let report: Value = serde_json::from_slice(&bytes)
        .map_err(|error| CommandError::usage(format!("{} is not a JSON report: {error}", path.display())))?;
    let left_out = list(&report, "leftOut").filter_map(|left_out| left_out.get("finding"));
    let all = list(&report, "findings").chain(left_out);
    let wanted: Vec<&Value> = all.filter(|finding| is_quoted(finding, fingerprint)).collect();
    if wanted.is_empty() {
        return Err(no_such_finding(fingerprint));
    }
    Ok(wanted.into_iter().map(describe).collect())
}

fn list<'a>(report: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    report.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn is_quoted(finding: &Value, fingerprint: &str) -> bool {
    ["fingerprint", "formerFingerprint"].iter().any(|key| text_of(finding, key) == fingerprint)
}

fn text_of<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Describes one finding of a JSON report: its message, its place, and each step of the decision.
fn describe(finding: &Value) -> String {
    let mut text = format!("{}: {}\n", text_of(finding, "check"), text_of(finding, "message"));
    if let Some(at) = finding.get("location").filter(|at| !at.is_null()) {
        let number = |key: &str| at.get(key).and_then(Value::as_u64).unwrap_or(1);
        let _ = writeln!(text, "  at {}:{}:{}", text_of(at, "path"), number("line"), number("column"));
    }
    for step in finding.get("trail").and_then(Value::as_array).into_iter().flatten() {
        let _ = writeln!(text, "  - {}", step.as_str().unwrap_or_default());
    }
    let _ = writeln!(text, "  help: {}", text_of(finding, "remediation"));
    text.lines().flat_map(|line| [terminal(line).into_owned(), "\n".to_owned()]).collect()
}

pub(super) fn list_checks(format: TableFormat) -> Result<Exit, CommandError> {
    match format {
        TableFormat::Human => print(&render_checks())?,
        TableFormat::Json => print(&format!("{:#}\n", describe_checks()))?,
    }
    Ok(Exit::Accept)
}

/// Describes the checks for programs.
fn describe_checks() -> Value {
    let mut checks = Vec::new();
    for check in CheckSet::shared() {
        let meta = check.meta;
        checks.push(json!({"id": meta.id.as_str(), "family": meta.family.as_str(), "title": meta.title,
            "why": meta.why}));
    }
    json!({"version": 1, "checks": checks})
}

fn render_checks() -> String {
    let width = CheckSet::shared().iter().map(|check| check.meta.id.as_str().len()).max().unwrap_or(0);
    let lines = CheckSet::shared().iter().map(|check| {
        let meta = check.meta;
        format!("{:width$}  {:9} {}\n", meta.id, meta.family.as_str(), meta.title)
    });
    lines.collect()
}
