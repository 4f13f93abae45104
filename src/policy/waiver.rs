//! Accepted findings.

use std::sync::Arc;

use chrono::{Duration, NaiveDate};

use super::age::Age;
use super::document::WaiverEntry;
use crate::finding::{CheckId, Finding, Fingerprint, Severity};
use source_files::{SourceText, Span};

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
    /// The person or team who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: NaiveDate,
    /// The place of the entry.
    pub place: WaiverPlace,
}

/// The place of a waiver in a file.
#[derive(Clone, Debug)]
pub struct WaiverPlace {
    /// The file, as people know it.
    pub path: String,
    /// Its text.
    pub source: Arc<SourceText>,
    /// The place in it.
    pub span: Span,
}

impl WaiverPlace {
    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.source.position(self.span.start).line
    }
}

/// The reason why an entry is not a waiver: the wrong key, and the problem with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntryError {
    pub(super) key: &'static str,
    pub(super) message: String,
}

impl Waiver {
    /// The waiver that an entry describes.
    pub(super) fn of(entry: &WaiverEntry, place: WaiverPlace) -> Result<Self, EntryError> {
        let WaiverEntry { check, cluster, object, fingerprint, reason, owner, expires } = entry.clone();
        let wrong = |key, message: String| EntryError { key, message };
        let day = NaiveDate::parse_from_str(&expires, "%Y-%m-%d")
            .map_err(|_| wrong("expires", format!("`{expires}` is not a date; write YYYY-MM-DD")))?;
        if reason.trim().is_empty() || owner.trim().is_empty() {
            return Err(wrong("", "a waiver needs a reason and an owner".to_owned()));
        }
        Ok(Self { check, cluster, object, fingerprint, reason, owner, expires: day, place })
    }

    /// Whether it covers a finding on a day.
    pub fn covers(&self, finding: &WaivedFinding, term: WaiverTerm) -> bool {
        finding.check == *self.check
            && finding.fingerprints.iter().any(|known| known.as_str() == self.fingerprint)
            && self.cluster == finding.cluster
            && self.object == finding.object
            && term.holds(self.expires)
    }

    /// Whether it accepts the same finding as another.
    pub fn names_the_same(&self, other: &Self) -> bool {
        let named = |waiver: &Self| {
            let Self { check, cluster, object, fingerprint, .. } = waiver.clone();
            [check, cluster, object, fingerprint]
        };
        named(self) == named(other)
    }

    /// Whether it says the same as another, wherever they are.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.names_the_same(other)
            && self.expires == other.expires
            && self.owner == other.owner
            && self.reason == other.reason
    }
}

/// On which days a waiver may end and hold today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaiverTerm {
    /// The day on the server.
    pub today: NaiveDate,
    /// The last day that a waiver may name today: one that ends later was never meant to be.
    pub latest: NaiveDate,
}

impl WaiverTerm {
    /// The term on a day; `longest` is how far ahead a waiver may expire.
    pub fn of(today: NaiveDate, longest: Option<Age>) -> Self {
        let days = longest.and_then(|age| i64::try_from(age.duration().as_secs() / DAY).ok());
        let latest = days.and_then(Duration::try_days).and_then(|days| today.checked_add_signed(days));
        Self { today, latest: latest.unwrap_or(NaiveDate::MAX) }
    }

    fn holds(self, expires: NaiveDate) -> bool {
        self.today <= expires && expires <= self.latest
    }
}

/// A day in seconds.
const DAY: u64 = 24 * 60 * 60;

/// The parts of a finding that a waiver names.
#[derive(Clone, Debug)]
pub struct WaivedFinding {
    /// The check.
    pub check: CheckId,
    /// The cluster; `default` for findings about no object.
    pub cluster: String,
    /// The object, path, commit or ref.
    pub object: String,
    /// The severity.
    pub severity: Severity,
    /// The fingerprints that a waiver may quote: the present one, and the one of version 0.1.
    pub fingerprints: Vec<Fingerprint>,
}

impl WaivedFinding {
    /// The parts of a finding.
    pub fn of(finding: &Finding) -> Self {
        Self {
            check: finding.check,
            cluster: finding.cluster().map_or_else(|| DEFAULT_CLUSTER.to_owned(), ToString::to_string),
            object: finding.subject_text(),
            severity: finding.severity,
            fingerprints: vec![finding.fingerprint(), finding.former_fingerprint()],
        }
    }

    /// Any finding of a check that no waiver covers: the decision of the policy about the check itself.
    pub fn of_check(check: CheckId, severity: Severity) -> Self {
        let (cluster, object) = (DEFAULT_CLUSTER.to_owned(), String::new());
        Self { check, cluster, object, severity, fingerprints: Vec::new() }
    }
}

/// The cluster that a waiver names for a finding about no object.
const DEFAULT_CLUSTER: &str = "default";

/// A reason to accept a finding that would otherwise hold a change back.
#[derive(Clone, Debug)]
pub enum Acceptance {
    /// A waiver of the policy or of the waivers file.
    Waiver(Waiver),
    /// An annotation of the object, which the policy allows and its owners have approved.
    Annotation {
        /// The text of the annotation.
        reason: String,
        /// The owners who approved this very change of the file.
        approved_by: Vec<String>,
    },
}

impl Acceptance {
    /// The reason to accept the finding.
    pub fn reason(&self) -> &str {
        match self {
            Self::Waiver(waiver) => &waiver.reason,
            Self::Annotation { reason, .. } => reason,
        }
    }

    /// The person who answers for it and its last day, as a clause.
    pub fn terms(&self) -> String {
        match self {
            Self::Waiver(waiver) => format!("until {} by {}", waiver.expires, waiver.owner),
            Self::Annotation { approved_by, .. } => {
                format!("by an annotation, approved by {}", approved_by.join(", "))
            }
        }
    }
}
