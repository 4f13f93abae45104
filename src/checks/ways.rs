//! The findings of several ways to take the same manifests, each said once.
//!
//! In: the findings of the checks in each way. Out: the findings without repetition. Never: drops a finding that is
//! worse than the one that is kept.

use std::collections::{HashMap, HashSet};

use crate::finding::{Finding, Fingerprint, Severity};
use crate::world::Substitution;
use kube_manifest::Reading;
use kube_model::ClusterName;
use source_files::{Position, RepoPath};

/// One way to read and to fill in the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The reading.
    pub reading: Reading,
    /// The treatment of Flux variables.
    pub substitution: Substitution,
}

/// The findings of all ways. A later way's finding is left out if it repeats an earlier one; else it names its way.
pub fn without_repetition(ways: Vec<(Way, Vec<Finding>)>) -> Vec<Finding> {
    let (mut seen, mut places) = (HashSet::new(), HashMap::new());
    let mut kept = Vec::new();
    let first = ways.first().map(|(way, _)| *way);
    let last = ways.len().saturating_sub(1);
    for (index, (way, findings)) in ways.into_iter().enumerate() {
        let same_text = first.is_none_or(|first| first.substitution == way.substitution);
        let is_fresh = |finding: &Finding| {
            !seen.contains(&key(finding)) && (same_text || !is_said_as_badly(finding, &places))
        };
        let fresh = findings.into_iter().filter(|finding| index == 0 || is_fresh(finding));
        let fresh: Vec<Finding> = fresh.map(|finding| of_way(finding, way, first)).collect();
        if index < last {
            seen.extend(fresh.iter().map(key));
            for finding in &fresh {
                let severity = places.entry(place(finding)).or_insert(finding.severity);
                *severity = finding.severity.max(*severity);
            }
        }
        kept.extend(fresh);
    }
    kept
}

/// Leaves out what is found in the cluster of paths for which the policy names none, and in a named cluster as well:
/// an object that may be deployed to any cluster is reported once.
pub fn without_twins(findings: Vec<Finding>) -> Vec<Finding> {
    let is_loose =
        |finding: &Finding| finding.subject.object().is_some_and(|id| id.cluster == ClusterName::fallback());
    let mut named: HashMap<Place, Severity> = HashMap::new();
    for finding in findings.iter().filter(|finding| !is_loose(finding)) {
        let severity = named.entry(place(finding)).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    let is_twin = |finding: &Finding| is_loose(finding) && is_said_as_badly(finding, &named);
    findings.into_iter().filter(|finding| !is_twin(finding)).collect()
}

/// The key that distinguishes findings.
type Key = (Fingerprint, Option<(RepoPath, Position)>, String);

fn key(finding: &Finding) -> Key {
    let at = finding.location.as_ref().map(|at| (at.path.clone(), at.start));
    (finding.fingerprint(), at, finding.message.clone())
}

/// A check, its subject and its place.
type Place = (&'static str, String, Option<(RepoPath, Position)>);

fn place(finding: &Finding) -> Place {
    let at = finding.location.as_ref().map(|at| (at.path.clone(), at.start));
    (finding.check.as_str(), finding.subject_text(), at)
}

/// Whether the same check has said something at the same place that is not less severe: another value of a
/// variable makes the same line wrong for the same reason.
fn is_said_as_badly(finding: &Finding, places: &HashMap<Place, Severity>) -> bool {
    places.get(&place(finding)).is_some_and(|severity| *severity >= finding.severity)
}

fn of_way(finding: Finding, way: Way, first: Option<Way>) -> Finding {
    let finding = match way.reading {
        Reading::Kubectl => finding,
        Reading::Kustomize => finding.note("reading", "this is how kustomize and Flux read the file"),
    };
    if first.is_none_or(|first| first.substitution == way.substitution) {
        return finding;
    }
    match way.substitution {
        Substitution::Literal => finding,
        Substitution::Defaults => {
            finding.note("variables", "this applies with the defaults of the Flux variables")
        }
        Substitution::Unknown => finding.note(
            "variables",
            "portcullis does not know the value that Flux fills in, and assumes the worst",
        ),
    }
}
