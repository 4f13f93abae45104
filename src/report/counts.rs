//! Numbers of findings by their effect on the change.

use std::collections::BTreeMap;

use super::Report;
use super::entry::{Entry, Standing, undecided};
use crate::verdict::Judged;

/// The numbers of one report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    by_standing: [(Standing, usize); 5],
    /// The number of missing approvals. What one set of approvers can approve at once counts once.
    pub(super) approvals_missing: usize,
    /// The number of things that could not be evaluated.
    pub(super) undecided: usize,
    /// The number of objects that change.
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

    /// Returns the number of findings with a standing.
    pub(super) fn standing(&self, wanted: Standing) -> usize {
        self.by_standing.iter().filter(|(standing, _)| *standing == wanted).map(|(_, count)| count).sum()
    }

    /// Lists every number of findings that is not zero, with its word.
    pub(super) fn sentence(&self) -> String {
        let shown = self.by_standing.iter().filter(|(_, count)| *count > 0);
        let words: Vec<String> =
            shown.map(|(standing, count)| format!("{count} {}", standing.counted())).collect();
        if words.is_empty() { "nothing found".to_owned() } else { words.join(", ") }
    }
}

fn approvals_missing(entries: &[Entry<'_>]) -> usize {
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for (of, count) in entries.iter().filter(|entry| entry.standing == Standing::Blocks).flat_map(waits_for) {
        let missing = asked.entry(of).or_insert(0);
        *missing = (*missing).max(count);
    }
    asked.values().sum()
}

/// Returns the approvers that a finding waits for, and how many of them.
fn waits_for(entry: &Entry<'_>) -> Vec<(String, usize)> {
    let Judged { finding, decision, missing, .. } = entry.judged;
    let owners = finding.lacking.iter().map(|lacking| (lacking.of.clone(), lacking.count));
    let demands: Vec<String> = decision.demands.iter().map(|demand| demand.approvers.join(", ")).collect();
    owners.chain((*missing > 0).then(|| (demands.join("; "), *missing))).collect()
}

/// Writes a number and its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
