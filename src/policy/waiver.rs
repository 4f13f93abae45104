//! Accepted findings.

use chrono::NaiveDate;

use crate::finding::Severity;

/// A waiver that parsed.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The check.
    pub check: String,
    /// The cluster.
    pub cluster: String,
    /// The object, as findings print it.
    pub object: String,
    /// The fingerprint of what is accepted.
    pub fingerprint: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: NaiveDate,
    /// Where it is written.
    pub line: u32,
}

impl Waiver {
    /// Whether it covers a finding on a day.
    pub fn covers(&self, finding: &WaivedFinding<'_>, today: NaiveDate) -> bool {
        self.check == finding.check
            && self.fingerprint == finding.fingerprint
            && self.cluster == finding.cluster
            && self.object == finding.object
            && today <= self.expires
    }
}

/// The parts of a finding that a waiver names.
#[derive(Clone, Copy, Debug)]
pub struct WaivedFinding<'a> {
    /// The check.
    pub check: &'a str,
    /// The cluster; `default` for findings about no object.
    pub cluster: &'a str,
    /// The object, path, commit or ref.
    pub object: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// The fingerprint.
    pub fingerprint: &'a str,
}
