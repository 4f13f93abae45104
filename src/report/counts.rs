//! Numbers of findings by consequence.

use std::collections::BTreeMap;

use super::Report;
use super::entry::{Consequence, ReportEntry, list_undecided};
use crate::verdict::Judged;

/// The numbers of one report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    by_consequence: [(Consequence, usize); 5],
    /// The number of missing approvals. What one set of approvers can approve at once counts once.
    pub(super) approvals_missing: usize,
    /// The number of things that could not be evaluated.
    pub(super) undecided: usize,
    /// The number of objects that change.
    pub(super) objects: usize,
}

impl Counts {
    pub(super) fn of(report: &Report, entries: &[ReportEntry<'_>]) -> Self {
        let count = |wanted: Consequence| entries.iter().filter(|entry| entry.consequence == wanted).count();
        Self {
            by_consequence: Consequence::ALL.map(|consequence| (consequence, count(consequence))),
            approvals_missing: count_missing_approvals(entries),
            undecided: list_undecided(report).len(),
            objects: report.sections.iter().map(|section| section.judgement.objects_changed).sum(),
        }
    }

    /// Returns the number of findings with a consequence.
    pub(super) fn count_with(&self, wanted: Consequence) -> usize {
        self.by_consequence
            .iter()
            .filter(|(consequence, _)| *consequence == wanted)
            .map(|(_, count)| count)
            .sum()
    }

    /// Lists every number of findings that is not zero, with its word.
    pub(super) fn sentence(&self) -> String {
        let shown = self.by_consequence.iter().filter(|(_, count)| *count > 0);
        let words: Vec<String> =
            shown.map(|(consequence, count)| format!("{count} {}", consequence.counted())).collect();
        if words.is_empty() { "nothing found".to_owned() } else { words.join(", ") }
    }
}

fn count_missing_approvals(entries: &[ReportEntry<'_>]) -> usize {
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for (of, count) in
        entries.iter().filter(|entry| entry.consequence == Consequence::Blocks).flat_map(list_awaited)
    {
        let missing = asked.entry(of).or_insert(0);
        *missing = (*missing).max(count);
    }
    asked.values().sum()
}

/// Returns the approvers that a finding waits for, and how many of them.
fn list_awaited(entry: &ReportEntry<'_>) -> Vec<(String, usize)> {
    let Judged { finding, decision, missing, .. } = entry.judged;
    let owners = finding.lacking.iter().map(|lacking| (lacking.of.clone(), lacking.count));
    let demands: Vec<String> = decision.demands.iter().map(|demand| demand.approvers.join(", ")).collect();
    owners.chain((*missing > 0).then(|| (demands.join("; "), *missing))).collect()
}

/// Writes a number and its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
