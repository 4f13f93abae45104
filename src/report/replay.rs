//! The table of `replay`: the verdicts of a policy on a repository's past.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;

use super::counts::plural;
use super::escape::terminal;
use crate::finding::CheckId;
use crate::verdict::{Judgement, Verdict};
use source_files::ObjectId;

/// One commit, judged as if it had been pushed alone.
#[derive(Debug)]
pub struct ReplayRow {
    /// The commit.
    pub commit: ObjectId,
    /// The judgement.
    pub judgement: Judgement,
    /// The duration of the judgement.
    pub elapsed: Duration,
}

impl ReplayRow {
    /// Writes one line of the table.
    pub fn line(&self) -> String {
        let checks = count_by_check(std::iter::once(self));
        let counts: Vec<String> = checks.iter().map(|(check, count)| format!("{check} {count}")).collect();
        let findings = if counts.is_empty() { "-".to_owned() } else { counts.join(", ") };
        let objects = self.judgement.objects_changed;
        let noun = if objects == 1 { "object " } else { "objects" };
        format!(
            "{}  {:<9}  {objects:>5} {noun}  {:>6.1} ms  {findings}",
            self.commit.short(),
            self.judgement.verdict.as_str(),
            self.elapsed.as_secs_f64() * 1000.0,
        )
    }
}

/// The result of a replay.
#[derive(Debug)]
pub struct ReplaySummary<'a> {
    /// The commits.
    pub rows: &'a [ReplayRow],
}

impl ReplaySummary<'_> {
    /// Writes the lines below the table.
    pub fn render(&self) -> String {
        let count = |wanted: Verdict| self.rows.iter().filter(|row| row.judgement.verdict == wanted).count();
        let objects: usize = self.rows.iter().map(|row| row.judgement.objects_changed).sum();
        let mut text = format!(
            "\n{}: {} accept, {} reject, {} undecided; {} changed\n",
            plural(self.rows.len(), "commit"),
            count(Verdict::Accept),
            count(Verdict::Reject),
            count(Verdict::Undecided),
            plural(objects, "object"),
        );
        let _ = writeln!(
            text,
            "median {:.1} ms, 99th percentile {:.1} ms",
            self.percentile(50),
            self.percentile(99)
        );
        for (check, count) in count_by_check(self.rows.iter()) {
            let _ = writeln!(text, "  {count:>6}  {check}");
        }
        for row in self.rows {
            for reason in &row.judgement.undecided {
                let _ = writeln!(text, "undecided {}: {}", row.commit.short(), terminal(reason));
            }
        }
        text
    }

    /// Writes the whole table for programs.
    pub fn json(&self) -> String {
        let mut commits = Vec::new();
        for row in self.rows {
            let checks: BTreeMap<String, usize> = count_by_check(std::iter::once(row))
                .into_iter()
                .map(|(check, count)| (check.to_string(), count))
                .collect();
            commits.push(json!({
                "commit": row.commit.as_str(),
                "verdict": row.judgement.verdict.as_str(),
                "objectsChanged": row.judgement.objects_changed,
                "filesNotJudged": row.judgement.files_not_judged,
                "milliseconds": row.elapsed.as_secs_f64() * 1000.0,
                "findings": checks,
                "undecided": row.judgement.undecided,
            }));
        }
        format!("{:#}\n", json!({"version": 1, "commits": commits}))
    }

    fn percentile(&self, percent: usize) -> f64 {
        let mut times: Vec<Duration> = self.rows.iter().map(|row| row.elapsed).collect();
        times.sort();
        let last = times.len().saturating_sub(1);
        times.get(last * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}

fn count_by_check<'a>(rows: impl Iterator<Item = &'a ReplayRow>) -> BTreeMap<CheckId, usize> {
    let mut counts = BTreeMap::new();
    for judged in rows.flat_map(|row| &row.judgement.findings) {
        *counts.entry(judged.finding.check).or_insert(0) += 1;
    }
    counts
}
