//! The one list of checks.

use super::context::{Context, Findings, Run};
use super::meta::Meta;
use crate::finding::Finding;

/// A registered check.
#[derive(Debug)]
pub struct Check {
    /// Its record.
    pub meta: &'static Meta,
    /// Its code.
    pub run: Run,
}

/// Every check, by family and id.
pub static REGISTRY: &[Check] = &[];

/// The check with an id.
pub fn find(id: &str) -> Option<&'static Check> {
    REGISTRY.iter().find(|check| check.meta.id == id)
}

/// Runs the checks that the policy has not turned off.
pub fn run_all(context: &Context<'_>, enabled: impl Fn(&str) -> bool) -> Vec<Finding> {
    let enabled = REGISTRY.iter().filter(|check| enabled(check.meta.id));
    enabled.flat_map(|check| run(check, context)).collect()
}

fn run(check: &Check, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    match check.run {
        Run::Object(run) => context.changes.iter().for_each(|change| run(change, context, &mut findings)),
        Run::Push(run) => run(context, &mut findings),
    }
    let mut findings = findings.into_vec();
    findings.iter_mut().for_each(|finding| finding.why = check.meta.why);
    findings
}
