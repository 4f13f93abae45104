//! The operator's record of pushes: one line of JSON for each.
//!
//! In: a judged push. Out: a line that is appended to a file of mode 0600. Never: decides anything, reads the file, or
//! writes more than the pusher reads.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::evidence::ApprovalStanding;
use crate::push::RefUpdate;
use crate::report::{Report, Section};

/// What the record says of a push besides its report.
pub(super) struct LoggedPush<'a> {
    /// The repository.
    pub(super) git_dir: &'a Path,
    pub(super) updates: &'a [RefUpdate],
    /// The account that the host names.
    pub(super) pusher: Option<&'a str>,
    /// When it was received.
    pub(super) now: DateTime<Utc>,
}

/// Appends a line about a push.
///
/// # Errors
///
/// If the file cannot be opened or written.
pub(super) fn append(file: &Path, push: &LoggedPush<'_>, report: &Report) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One write for the whole line: several pushes may append at once.
    let line = format!("{}\n", describe(push, report));
    options.open(file)?.write_all(line.as_bytes())
}

fn describe(push: &LoggedPush<'_>, report: &Report) -> Value {
    let refs: Vec<Value> = push.updates.iter().map(|update| describe_ref(update, report)).collect();
    json!({
        "version": 1,
        "time": push.now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "repository": push.git_dir.display().to_string(),
        "pusher": push.pusher,
        "verdict": report.verdict().as_str(),
        "milliseconds": milliseconds(report.elapsed),
        "refs": refs,
    })
}

fn describe_ref(update: &RefUpdate, report: &Report) -> Value {
    let section = report.sections.iter().find(|section| section.title == update.ref_name);
    json!({
        "ref": update.ref_name,
        "old": update.old_oid.as_str(),
        "new": update.new_oid.as_str(),
        "verdict": section.map(|section| section.judgement.verdict.as_str()),
        "findings": section.map(count_findings),
        "undecided": section.map(|section| section.judgement.undecided.clone()),
        "approvedBy": section.map(list_approvers),
        "forced": section.is_some_and(|section| section.judgement.forced.is_some()),
    })
}

fn count_findings(section: &Section) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for judged in &section.judgement.findings {
        *counts.entry(judged.finding.check.to_string()).or_insert(0) += 1;
    }
    counts
}

/// The people whose approvals count for the whole change.
fn list_approvers(section: &Section) -> Vec<String> {
    let mut names = Vec::new();
    for approval in &section.approvals {
        if let (ApprovalStanding::WholeChange, Some(approver)) = (&approval.standing, &approval.approver) {
            names.push(approver.name.clone());
        }
    }
    names
}

fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 10_000.0).round() / 10.0
}
