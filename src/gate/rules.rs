//! Brings policies and checks together: a policy may name every check, and a change is judged by both.

use std::path::Path;
use std::sync::LazyLock;

use super::session::GateError;
use crate::checks::CheckSet;
use crate::governance::{self, Governing};
use crate::pipeline::Rules;
use crate::policy::{KnownChecks, PolicyDocument};

static KNOWN: LazyLock<KnownChecks> = LazyLock::new(|| {
    let checks = CheckSet::shared();
    let without = checks.iter().filter(|check| !check.meta.family.may_be_annotated());
    KnownChecks::new(checks.ids(), without.map(|check| check.meta.id).collect())
});

/// The checks that a policy may name.
pub fn known_checks() -> &'static KnownChecks {
    &KNOWN
}

/// The rules that changes under a policy are judged by.
pub fn rules_of(governing: &Governing) -> Rules<'_> {
    Rules { checks: CheckSet::shared(), targets: &governing.targets, policy: &governing.policy }
}

/// The policy if there is no repository: the server's, or the profile `baseline`.
///
/// # Errors
///
/// If the server's policy cannot be used.
pub fn load_without_repository(floor: Option<&Path>) -> Result<Governing, GateError> {
    Ok(governance::govern_without_repository(floor, known_checks())?)
}

/// A policy file alone, to try it.
///
/// # Errors
///
/// If it cannot be read or used.
pub fn load_policy_file(path: &Path) -> Result<Governing, GateError> {
    Ok(governance::govern_by_file(path, known_checks())?)
}

/// A policy of our own making.
///
/// # Errors
///
/// If it cannot be used.
pub fn load_policy_document(name: &str, document: PolicyDocument) -> Result<Governing, GateError> {
    Ok(governance::govern_by_document(name, document, known_checks())?)
}

/// A profile alone.
///
/// # Errors
///
/// If there is no such profile.
pub fn load_profile(name: &str) -> Result<Governing, GateError> {
    let text = format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: {name:?}\n");
    Ok(governance::govern_by_text("--profile", text.as_bytes(), known_checks())?)
}
