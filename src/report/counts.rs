//! How many findings mean what for the change.

use std::collections::BTreeMap;

use super::Report;
use super::entry::{Entry, Standing, undecided};
use crate::policy::Enforcement;

/// The numbers of one report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    by_standing: [(Standing, usize); 5],
    /// Approvals that are missing. What one set of approvers can answer at once counts once.
    pub(super) approvals_missing: usize,
    /// What could not be evaluated.
    pub(super) undecided: usize,
    /// Objects that change.
    pub(super) objects: usize,
}

impl Counts {
    pub(super) fn of(report: &Report, entries: &[Entry<'_>]) -> Self {
        let count = |wanted: Standing| entries.iter().filter(|entry| entry.standing == wanted).count();
        Self {
            by_standing: Standing::ALL.map(|standing| (standing, count(standing))),
            approvals_missing: approvals_missing(entries),
            undecided: undecided(report).len(),
            objects: report.sections.iter().map(|section| section.judgement.objects_changed).sum(),
        }
    }

    /// How many findings have this standing.
    pub(super) fn standing(&self, wanted: Standing) -> usize {
        self.by_standing.iter().filter(|(standing, _)| *standing == wanted).map(|(_, count)| count).sum()
    }

    /// Every number of findings with its word; overrides, which are rare, only where there are some.
    pub(super) fn sentence(&self) -> String {
        let shown =
            self.by_standing.iter().filter(|(standing, count)| *standing != Standing::Forced || *count > 0);
        let words: Vec<String> =
            shown.map(|(standing, count)| format!("{count} {}", standing.counted())).collect();
        words.join(", ")
    }
}

fn approvals_missing(entries: &[Entry<'_>]) -> usize {
    let waits = |entry: &&Entry<'_>| {
        entry.standing == Standing::Blocks && entry.judged.decision.enforcement == Enforcement::Approve
    };
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries.iter().filter(waits) {
        let missing = asked.entry(format!("{:?}", entry.judged.decision.demands)).or_insert(0);
        *missing = (*missing).max(entry.judged.missing);
    }
    asked.values().sum()
}

/// A number and its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
