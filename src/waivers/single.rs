//! A waiver of one finding, which a report has shown.
//!
//! In: findings of a change, or a JSON report, and a fingerprint. Out: the file of waivers with an entry for the finding.
//! Never: waives what no report shows, or more than the one finding.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::Origin;
use super::error::WaiversError;
use super::file::{WaiversOnDisk, next_step};
use super::terms::{AskedTerms, Terms};
use crate::finding::{Finding, Subject};
use crate::policy::{WAIVERS_PATH, Waiver, WaiverPlace};
use crate::report::terminal;
use source_files::{RepoPath, Span};

/// A waiver, as a command line asks for it.
#[derive(Debug)]
pub struct AskedWaiver {
    /// The repository whose policy and owners count.
    pub origin: Origin,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// The terms of the entry.
    pub terms: AskedTerms,
    /// The file; `None` means the one at the root of the work tree.
    pub output: Option<PathBuf>,
}

/// A finding by the names that a waiver quotes.
#[derive(Clone, Debug)]
pub struct ReportedFinding {
    check: String,
    cluster: String,
    object: String,
    fingerprint: String,
    path: Option<RepoPath>,
}

impl ReportedFinding {
    /// The names of a finding; `None` if no waiver can quote it, because it is not about an object or a file.
    pub fn of(finding: &Finding) -> Option<Self> {
        match &finding.subject {
            Subject::Object { .. } | Subject::File => Some(Self {
                check: finding.check.to_string(),
                cluster: finding.cluster().map_or("default", |cluster| cluster.as_str()).to_owned(),
                object: finding.subject_text(),
                fingerprint: finding.fingerprint().to_string(),
                path: finding.location.as_ref().map(|location| location.path.clone()),
            }),
            Subject::Commit(_) | Subject::Ref(_) => None,
        }
    }

    /// Reads the findings of a JSON report. Those without an object have the path for it.
    pub fn read_report(report: &Value) -> Vec<Self> {
        let listed = report.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        listed.iter().filter_map(Self::read).collect()
    }

    fn read(finding: &Value) -> Option<Self> {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let location = finding.get("location");
        let path = location.and_then(|location| text(location, "path"));
        let object = finding.get("object").filter(|object| object.is_object());
        let named = object.and_then(|object| {
            let (kind, name) = (text(object, "kind")?, text(object, "name")?);
            Some(match text(object, "namespace") {
                Some(namespace) => format!("{kind}/{namespace}/{name}"),
                None => format!("{kind}/{name}"),
            })
        });
        let cluster = object.and_then(|object| text(object, "cluster"));
        Some(Self {
            check: text(finding, "check")?,
            cluster: cluster.unwrap_or_else(|| "default".to_owned()),
            object: named.or_else(|| path.clone())?,
            fingerprint: text(finding, "fingerprint")?,
            path: path.map(|path| RepoPath::new(&path)),
        })
    }
}

/// Adds an entry for one of the findings, and describes what was done.
///
/// # Errors
///
/// If no finding has the fingerprint, or if the policy does not allow the terms.
pub fn waive(asked: &AskedWaiver, findings: &[ReportedFinding]) -> Result<String, WaiversError> {
    let unknown = || WaiversError::NoFinding(asked.fingerprint.clone());
    let found = findings.iter().find(|found| found.fingerprint == asked.fingerprint).ok_or_else(unknown)?;
    let session = asked.origin.open()?;
    let governing = session.policy(None)?;
    let terms = Terms::complete(&asked.terms, &session, &governing)?;
    let waiver = Waiver {
        check: found.check.clone(),
        cluster: found.cluster.clone(),
        object: found.object.clone(),
        fingerprint: found.fingerprint.clone(),
        reason: terms.reason.clone().ok_or(WaiversError::NoReason)?,
        owner: terms.owner_of(found.path.as_ref())?,
        expires: terms.expires,
        place: WaiverPlace { path: WAIVERS_PATH.to_owned(), source: Arc::default(), span: Span::default() },
    };
    let disk = WaiversOnDisk::read(&session.repository, asked.output.as_deref())?;
    let mut entries = disk.entries()?.to_vec();
    if entries.iter().any(|entry| entry.names_the_same(&waiver)) {
        return Err(WaiversError::Known(asked.fingerprint.clone()));
    }
    entries.push(waiver);
    disk.write(&entries)?;
    let shown = terminal(&disk.path.display().to_string()).into_owned();
    Ok(format!(
        "{shown}: {} of {} is waived until {}\n{}",
        found.check,
        terminal(&found.object),
        terms.expires,
        next_step(1)
    ))
}
