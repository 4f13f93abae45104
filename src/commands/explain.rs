//! `explain` and `checks`: what the gate looks at, and how it decided about one finding.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::error::{CommandError, Exit};
use super::output::{colour, print};
use crate::checks::CheckSet;
use crate::cli::ExplainArguments;
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
        (Some(report), _, _) => print(&of_report(report, subject)?)?,
        (None, Some(base), Some(head)) => {
            let section = judge_revisions(&AskedRevisions {
                folder: arguments.repo.clone(),
                server_policy: arguments.server_policy.clone(),
                base: base.clone(),
                head: head.clone(),
            })?;
            print(&of_section(section, subject)?)?;
        }
        (None, _, _) => return Err(unknown(subject)),
    }
    Ok(Exit::Accept)
}

/// What is neither a check nor, as far as is known, a fingerprint.
fn unknown(subject: &str) -> CommandError {
    let is_fingerprint =
        subject.strip_prefix("v2-").unwrap_or(subject).bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_fingerprint {
        let message =
            "say which report has the finding: `--report FILE` for a JSON report, or `--base REV --head REV`";
        return CommandError::Argument(message.to_owned());
    }
    let meant = did_you_mean(subject, CheckSet::shared().ids().into_iter().map(CheckId::as_str));
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    CommandError::Argument(format!("there is no check `{subject}`{hint}"))
}

/// The finding of a section alone, with its trail.
fn of_section(section: Section, fingerprint: &str) -> Result<String, CommandError> {
    let Judgement { findings, left_out, .. } = section.judgement.clone();
    let all = findings.into_iter().chain(left_out.into_iter().map(|left_out| left_out.judged));
    let wanted: Vec<Judged> = all.filter(|judged| has_fingerprint(judged, fingerprint)).collect();
    if wanted.is_empty() {
        return Err(no_such_finding(fingerprint));
    }
    let judgement = Judgement { findings: wanted, left_out: Vec::new(), ..section.judgement.clone() };
    let section = Section { judgement, notices: Vec::new(), approvals: Vec::new(), ..section };
    let report = Report { sections: vec![section], elapsed: Duration::ZERO, requests: 0 };
    let style = Style { colour: colour(), detail: Detail::Trail };
    Ok(report.render(Format::Human, style, &[]))
}

fn has_fingerprint(judged: &Judged, fingerprint: &str) -> bool {
    [judged.finding.fingerprint(), judged.finding.former_fingerprint()]
        .iter()
        .any(|known| known.as_str() == fingerprint)
}

fn no_such_finding(fingerprint: &str) -> CommandError {
    CommandError::Argument(format!(
        "there is no finding with the fingerprint `{fingerprint}`: compare it with the report, and judge the same revisions"
    ))
}

/// The findings of a JSON report with a fingerprint, as text.
fn of_report(path: &Path, fingerprint: &str) -> Result<String, CommandError> {
    let bytes =
        std::fs::read(path).map_err(|source| CommandError::File { path: path.to_path_buf(), source })?;
    let report: Value = serde_json::from_slice(&bytes).map_err(|error| {
        CommandError::Argument(format!("{} is not a JSON report: {error}", path.display()))
    })?;
    let list = |key: &str| report.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let left_out = list("leftOut").into_iter().filter_map(|one| one.get("finding").cloned());
    let is_wanted = |finding: &Value| {
        ["fingerprint", "formerFingerprint"].iter().any(|key| text_of(finding, key) == fingerprint)
    };
    let wanted: Vec<Value> = list("findings").into_iter().chain(left_out).filter(is_wanted).collect();
    if wanted.is_empty() {
        return Err(no_such_finding(fingerprint));
    }
    Ok(wanted.iter().map(described).collect())
}

fn text_of<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// One finding of a JSON report: what, where, and step by step what happens to it.
fn described(finding: &Value) -> String {
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

pub(super) fn list() -> Result<Exit, CommandError> {
    let width = CheckSet::shared().iter().map(|check| check.meta.id.as_str().len()).max().unwrap_or(0);
    let lines = CheckSet::shared().iter().map(|check| {
        let meta = check.meta;
        format!("{:width$}  {:9} {}\n", meta.id, meta.family.as_str(), meta.title)
    });
    print(&lines.collect::<String>())?;
    Ok(Exit::Accept)
}
