//! The steps that led to the decision about a finding.
//!
//! In: the decisions of the policy's layers, waivers, approvals. Out: [`Step`]s, in the order in which they were taken,
//! and the findings that are left out of the report. Never: decides anything.

use std::fmt;

use super::Judged;
use crate::finding::CheckId;
use crate::policy::{Acceptance, Decision, Enforcement, Origin};
use source_files::RepoPath;

/// One step on the way from a finding to what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A layer of the policy decided about the finding at a place. The strictest of all layers and places holds.
    Ruled {
        /// The file that the rule was applied to; `None` for a finding without a file.
        place: Option<RepoPath>,
        /// The line of the policy.
        origin: Origin,
        /// The enforcement that the line names.
        enforcement: Enforcement,
    },
    /// A waiver of that layer covers the finding.
    Waived {
        /// The owner of the waiver, and its last day.
        terms: String,
        /// Its reason.
        reason: String,
    },
    /// The strictest decision.
    Decided(Enforcement),
    /// People who were asked have approved.
    Approved(Vec<String>),
    /// Approvals are missing.
    Missing(usize),
    /// The report leaves the finding out.
    LeftOut(Omission),
}

/// The reason why a report leaves a finding out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Omission {
    /// Every layer of the policy turns it off.
    Off,
    /// The same finding is reported at the same file.
    Repeated,
    /// Another check reports the same value, and as strictly.
    SaidBy(CheckId),
}

impl Omission {
    /// The word that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Repeated => "repeated",
            Self::SaidBy(_) => "reportedByAnotherCheck",
        }
    }
}

/// A finding that was made and is not in the report.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The finding and its decision.
    pub judged: Judged,
    /// The reason.
    pub omission: Omission,
}

impl LeftOut {
    /// Marks a finding as left out.
    pub(super) fn new(mut judged: Judged, omission: Omission) -> Self {
        judged.trail.push(Step::LeftOut(omission));
        Self { judged, omission }
    }
}

/// The steps that one decision of one layer takes.
pub(super) fn steps_of(place: Option<&RepoPath>, decision: &Decision) -> Vec<Step> {
    let enforcement = decision.ruled;
    let ruled = Step::Ruled { place: place.cloned(), origin: decision.origin.clone(), enforcement };
    std::iter::once(ruled).chain(decision.waived.as_ref().map(waived)).collect()
}

/// The step that a waiver or an annotation takes.
pub(super) fn waived(acceptance: &Acceptance) -> Step {
    Step::Waived { terms: acceptance.terms(), reason: acceptance.reason().to_owned() }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ruled { place, origin, enforcement } => {
                let Origin { path, line } = origin;
                write!(formatter, "{path}:{line} says `{}`", enforcement.as_str())?;
                place.as_ref().map_or(Ok(()), |place| write!(formatter, " for {place}"))
            }
            Self::Waived { terms, reason } => write!(formatter, "accepted {terms}: {reason}"),
            Self::Decided(enforcement) => {
                write!(formatter, "the strictest decision is `{}`", enforcement.as_str())
            }
            Self::Approved(people) => write!(formatter, "approved by {}", people.join(", ")),
            Self::Missing(1) => formatter.write_str("1 approval is missing"),
            Self::Missing(count) => write!(formatter, "{count} approvals are missing"),
            Self::LeftOut(Omission::Off) => {
                formatter.write_str("left out of the report: the policy turns it off")
            }
            Self::LeftOut(Omission::Repeated) => {
                formatter.write_str("left out of the report: it repeats another finding in the same file")
            }
            Self::LeftOut(Omission::SaidBy(check)) => {
                write!(formatter, "left out of the report: `{check}` reports the same value")
            }
        }
    }
}
