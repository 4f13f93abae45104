//! Runs checks over a change.
//!
//! In: a set of checks, a change and its context. Out: their findings, or why they did not look for all. Never: decides
//! what becomes of a finding.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::aftermath::Aftermath;
use super::context::{Context, Findings, Run};
use super::meta::PartialDocuments;
use super::set::{Check, CheckSet};
use crate::finding::{Finding, Severity};
use crate::render::Role;
use crate::world::{Need, ObjectChange};

/// Below this many changes, one thread is done sooner than two.
const TOGETHER: usize = 16;

/// The number of findings in one change after which the checks look at no further object.
const FINDINGS: usize = 30_000;
/// The reason that is given then.
const EXCESS: &str = "there are more than 30,000 findings: judge fewer files at a time";

/// The findings of the checks.
#[derive(Debug)]
pub struct Found {
    /// In the order of the checks, and those of one check in the order of the changes.
    pub findings: Vec<Finding>,
    /// Why not everything was looked at: the check that says so and its reason, or too many findings.
    pub undecided: Option<String>,
}

/// The unchanged objects that the checks look at which the policy has not turned off.
pub fn needs_of(checks: &CheckSet, enabled: impl Fn(&str) -> bool) -> BTreeSet<Need> {
    let checks = checks.iter().filter(|check| enabled(check.meta.id.as_str()));
    checks.flat_map(|check| check.meta.needs).copied().collect()
}

/// Runs the checks that the policy has not turned off.
pub fn run_all(checks: &CheckSet, context: &Context<'_>, enabled: impl Fn(&str) -> bool) -> Found {
    let checks: Vec<&Check> = checks.iter().filter(|check| enabled(check.meta.id.as_str())).collect();
    let (mut found, mut undecided) = run(&checks, context);
    let after = checks.iter().filter(|check| matches!(check.run, Run::Afterwards(_)));
    if after.count() > 0 {
        let aftermath = Aftermath::of(context, &found, |context, ids| {
            let wanted = checks.iter().filter(|check| ids.contains(check.meta.id.as_str())).copied();
            run(&wanted.collect::<Vec<_>>(), context).0.into_iter().flatten().collect()
        });
        for (check, all) in checks.iter().zip(&mut found) {
            let of_check = judge_aftermath(check, context, &aftermath);
            all.extend(of_check.findings);
            undecided = undecided.or(of_check.undecided);
        }
    }
    Found { findings: found.into_iter().flatten().collect(), undecided }
}

/// Runs the checks over the change itself: the findings of each, and why there may be more.
fn run(checks: &[&Check], context: &Context<'_>) -> (Vec<Vec<Finding>>, Option<String>) {
    let judge_push = || checks.par_iter().map(|check| judge_push(check, context)).collect::<Vec<_>>();
    let (of_push, (of_objects, mut undecided)) = rayon::join(judge_push, || judge_objects(checks, context));
    let mut found = Vec::new();
    for of_check in of_push {
        undecided = undecided.or(of_check.undecided);
        found.push(of_check.findings);
    }
    for (index, of_check) in of_objects {
        undecided = undecided.or(of_check.undecided);
        if let Some(found) = found.get_mut(index) {
            found.extend(of_check.findings);
        }
    }
    (found, undecided)
}

/// Looks at one change after the other, in parallel, with every check in turn. Each result has the number of its check.
/// Stops if no one reads on, and then says so.
fn judge_objects(checks: &[&Check], context: &Context<'_>) -> (Vec<(usize, Found)>, Option<String>) {
    let count = AtomicUsize::new(0);
    let judge = |change| {
        if count.load(Ordering::Relaxed) > FINDINGS {
            return Vec::new();
        }
        let context = context.of_one_change();
        let checks = checks.iter().enumerate();
        let found: Vec<_> = checks
            .filter_map(|(index, check)| Some((index, judge_object(check, change, &context)?)))
            .collect();
        count.fetch_add(found.iter().map(|(_, found)| found.findings.len()).sum(), Ordering::Relaxed);
        found
    };
    let changes = context.changes.par_iter().with_min_len(TOGETHER);
    let found = changes.map(judge).flatten_iter().collect();
    (found, (count.into_inner() > FINDINGS).then(|| EXCESS.to_owned()))
}

/// Runs a check over one change; `None` if it finds nothing.
fn judge_object(check: &Check, change: &ObjectChange, context: &Context<'_>) -> Option<Found> {
    let Run::Object(run) = &check.run else { return None };
    let is_partial = !matches!(change.subject().role, Role::Complete | Role::Base);
    if is_partial && check.meta.partial == PartialDocuments::Skip {
        return None;
    }
    let mut findings = Findings::default();
    run(change, context, &mut findings);
    let mut found = explain(check, findings);
    if is_partial && check.meta.partial == PartialDocuments::Lowest {
        found.findings.iter_mut().for_each(|finding| finding.severity = Severity::Low);
    }
    (!found.findings.is_empty() || found.undecided.is_some()).then_some(found)
}

fn judge_push(check: &Check, context: &Context<'_>) -> Found {
    let mut findings = Findings::default();
    match &check.run {
        Run::Object(_) | Run::Afterwards(_) => {}
        Run::Push(run) => run(context, &mut findings),
    }
    explain(check, findings)
}

fn judge_aftermath(check: &Check, context: &Context<'_>, aftermath: &Aftermath) -> Found {
    let mut findings = Findings::default();
    match &check.run {
        Run::Object(_) | Run::Push(_) => {}
        Run::Afterwards(run) => run(context, aftermath, &mut findings),
    }
    explain(check, findings)
}

/// Adds why findings of the check matter, and who could not look at everything.
fn explain(check: &Check, findings: Findings) -> Found {
    let (mut findings, undecided) = findings.into_parts();
    for finding in &mut findings {
        finding.why = check.meta.why;
        finding.gather_contributors();
    }
    let undecided = undecided.map(|reason| format!("{}: {reason}", check.meta.id));
    Found { findings, undecided }
}
