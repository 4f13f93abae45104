//! The one list of checks.

use super::context::{Context, Findings, Run};
use super::meta::Meta;
use super::{approval, commit, policy};
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
pub static REGISTRY: &[Check] = &[
    Check { meta: &commit::forbidden_ref::META, run: Run::Push(commit::forbidden_ref::check) },
    Check { meta: &commit::history_rewrite::META, run: Run::Push(commit::history_rewrite::check) },
    Check { meta: &commit::malformed_commit::META, run: Run::Push(commit::malformed_commit::check) },
    Check {
        meta: &commit::protected_ref_deletion::META,
        run: Run::Push(commit::protected_ref_deletion::check),
    },
    Check { meta: &commit::unsigned_commit::META, run: Run::Push(commit::unsigned_commit::check) },
    Check { meta: &commit::untrusted_signature::META, run: Run::Push(commit::untrusted_signature::check) },
    Check { meta: &approval::invalid_codeowners::META, run: Run::Push(approval::invalid_codeowners::check) },
    Check { meta: &approval::missing_approval::META, run: Run::Push(approval::missing_approval::check) },
    Check { meta: &policy::weakened_policy::META, run: Run::Push(policy::weakened_policy::check) },
];

/// The check with an id.
pub fn find(id: &str) -> Option<&'static Check> {
    REGISTRY.iter().find(|check| check.meta.id == id)
}

/// Runs the checks that the policy has not turned off.
pub fn run_all(context: &Context<'_>, enabled: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Findings::default();
    for check in REGISTRY.iter().filter(|check| enabled(check.meta.id)) {
        match check.run {
            Run::Object(run) => context.changes.iter().for_each(|change| run(change, context, &mut findings)),
            Run::Push(run) => run(context, &mut findings),
        }
    }
    findings.into_vec()
}
