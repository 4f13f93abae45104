//! Runs checks over a change.
//!
//! In: a set of checks, a change and its context. Out: what they find, or why not all of it was looked for. Never: decides
//! what becomes of a finding.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::aftermath::Aftermath;
use super::context::{Context, Findings, Run};
use super::set::{Check, CheckSet};
use crate::finding::Finding;
use crate::world::ObjectChange;

/// Below this many changes, one thread is done sooner than two.
const TOGETHER: usize = 16;

/// How much the objects of one change may have wrong with them before the rest is not looked at.
const FINDINGS: usize = 30_000;
/// What is said then.
const EXCESS: &str = "there are more than 30,000 findings: judge fewer files at a time";

/// What the checks found.
#[derive(Debug)]
pub struct Found {
    /// In the order of the checks, and those of one check in the order of the changes.
    pub findings: Vec<Finding>,
    /// Why not everything was looked at, if that is so.
    pub undecided: Option<String>,
}

/// Runs the checks that the policy has not turned off.
pub fn run_all(checks: &CheckSet, context: &Context<'_>, enabled: impl Fn(&str) -> bool) -> Found {
    let checks: Vec<&Check> = checks.iter().filter(|check| enabled(check.meta.id.as_str())).collect();
    let (mut found, undecided) = run(&checks, context);
    let after = checks.iter().filter(|check| matches!(check.run, Run::Afterwards(_)));
    if after.count() > 0 {
        let aftermath = Aftermath::of(context, &found, |context, ids| {
            let wanted = checks.iter().filter(|check| ids.contains(check.meta.id.as_str())).copied();
            run(&wanted.collect::<Vec<_>>(), context).0.into_iter().flatten().collect()
        });
        for (check, findings) in checks.iter().zip(&mut found) {
            findings.extend(of_aftermath(check, context, &aftermath));
        }
    }
    Found { findings: found.into_iter().flatten().collect(), undecided }
}

/// What each check finds in the change itself.
fn run(checks: &[&Check], context: &Context<'_>) -> (Vec<Vec<Finding>>, Option<String>) {
    let of_push = || checks.par_iter().map(|check| of_push(check, context)).collect::<Vec<_>>();
    let (mut found, (of_objects, undecided)) = rayon::join(of_push, || of_objects(checks, context));
    for (index, findings) in of_objects {
        if let Some(found) = found.get_mut(index) {
            found.extend(findings);
        }
    }
    (found, undecided)
}

fn of_aftermath(check: &Check, context: &Context<'_>, aftermath: &Aftermath) -> Vec<Finding> {
    let mut findings = Findings::default();
    match &check.run {
        Run::Object(_) | Run::Push(_) => {}
        Run::Afterwards(run) => run(context, aftermath, &mut findings),
    }
    explained(check, findings)
}

/// Looks at one change after the other, in parallel, with every check in turn; of each finding, which
/// check it is from. Stops if no one reads on, and then says so.
fn of_objects(checks: &[&Check], context: &Context<'_>) -> (Vec<(usize, Vec<Finding>)>, Option<String>) {
    let count = AtomicUsize::new(0);
    let judge = |change| {
        if count.load(Ordering::Relaxed) > FINDINGS {
            return Vec::new();
        }
        let context = context.of_one_change();
        let checks = checks.iter().enumerate();
        let found = checks.filter_map(|(index, check)| Some((index, of_object(check, change, &context)?)));
        let found: Vec<_> = found.collect();
        count.fetch_add(found.iter().map(|(_, findings)| findings.len()).sum(), Ordering::Relaxed);
        found
    };
    let changes = context.changes.par_iter().with_min_len(TOGETHER);
    let found = changes.map(judge).flatten_iter().collect();
    (found, (count.into_inner() > FINDINGS).then(|| EXCESS.to_owned()))
}

/// What a check finds in a change; `None` for nothing.
fn of_object(check: &Check, change: &ObjectChange, context: &Context<'_>) -> Option<Vec<Finding>> {
    let Run::Object(run) = &check.run else { return None };
    let mut findings = Findings::default();
    run(change, context, &mut findings);
    Some(explained(check, findings)).filter(|findings| !findings.is_empty())
}

fn of_push(check: &Check, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    match &check.run {
        Run::Object(_) | Run::Afterwards(_) => {}
        Run::Push(run) => run(context, &mut findings),
    }
    explained(check, findings)
}

fn explained(check: &Check, findings: Findings) -> Vec<Finding> {
    let mut findings = findings.into_vec();
    findings.iter_mut().for_each(|finding| finding.why = check.meta.why);
    findings
}
