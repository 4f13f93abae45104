//! What becomes weaker about one check.

use super::super::document::{AnnotationUse, CheckRule, Scope};
use super::super::enforcement::Enforcement;
use super::super::layer::Layer;
use super::{added, quoted};

/// Everything that becomes weaker about a check.
pub(super) fn rule(check: &str, old: &Layer, new: &Layer) -> Vec<String> {
    let (before, after) = (old.outline(check), new.outline(check));
    let mut found = Vec::new();
    if after.enforcement < before.enforcement {
        let (is, was) = (after.enforcement.as_str(), before.enforcement.as_str());
        found.push(format!("`{check}` becomes `{is}` instead of `{was}`"));
    }
    found.extend(exceptions(check, &before, &after));
    found.extend(approvers(check, &before, &after));
    let allowed = |layer: &Layer| layer.annotation(check) == AnnotationUse::Allowed;
    if allowed(new) && !allowed(old) {
        found.push(format!("annotations of objects accept findings of `{check}` once owners approve"));
    }
    found
}

/// A check's rules over all files of a layer: exceptions in the order in which they are tried, then
/// what holds everywhere else.
#[derive(Debug)]
pub(in crate::policy) struct Outline<'a> {
    pub(in crate::policy) scopes: Vec<&'a Scope>,
    pub(in crate::policy) enforcement: Enforcement,
    pub(in crate::policy) rule: Option<&'a CheckRule>,
}

impl Outline<'_> {
    /// What may hold for some finding.
    fn enforcements(&self) -> impl Iterator<Item = Enforcement> {
        self.scopes.iter().map(|scope| scope.enforce).chain([self.enforcement])
    }
}

/// Exceptions that are new and weaker than what held, and those that were stricter than anything that may
/// hold in their place. The same ones in another order may let others win, so that counts, too.
fn exceptions(check: &str, before: &Outline<'_>, after: &Outline<'_>) -> Vec<String> {
    let strictest = before.enforcements().max();
    let weakest = after.enforcements().min();
    let new = added(&before.scopes, &after.scopes).filter(|scope| Some(scope.enforce) < strictest);
    let new = new.map(|scope| format!("`{check}` is `{}` for {}", scope.enforce.as_str(), place(scope)));
    let gone = added(&after.scopes, &before.scopes).filter(|scope| Some(scope.enforce) > weakest);
    let gone =
        gone.map(|scope| format!("`{check}` is no longer `{}` for {}", scope.enforce.as_str(), place(scope)));
    let reordered = kept(&before.scopes, &after.scopes) != kept(&after.scopes, &before.scopes);
    let reordered = reordered.then(|| format!("the order of the scopes of `{check}` changes"));
    new.chain(gone).chain(reordered).collect()
}

/// Those of the one list that are in the other, in the order in which they are first tried.
fn kept<'a>(of: &[&'a Scope], other: &[&Scope]) -> Vec<&'a Scope> {
    let mut kept: Vec<&Scope> = Vec::new();
    for scope in of.iter().filter(|scope| other.contains(scope)) {
        if !kept.contains(scope) {
            kept.push(scope);
        }
    }
    kept
}

fn place(scope: &Scope) -> String {
    let Scope { paths, clusters, severities, enforce: _ } = scope;
    let mut parts = Vec::new();
    if !paths.is_empty() {
        parts.push(format!("paths {}", quoted(paths.iter())));
    }
    if !clusters.is_empty() {
        parts.push(format!("clusters {}", quoted(clusters.iter())));
    }
    if !severities.is_empty() {
        parts.push(format!(
            "findings that are {}",
            quoted(severities.iter().map(|severity| severity.as_str()))
        ));
    }
    if parts.is_empty() { "everything".to_owned() } else { parts.join(" and ") }
}

fn approvers(check: &str, before: &Outline<'_>, after: &Outline<'_>) -> Vec<String> {
    let (Some(old), Some(new)) = (before.rule, after.rule) else { return Vec::new() };
    let (was, is) = (old.count.unwrap_or(1), new.count.unwrap_or(1));
    let asks = before.enforcements().any(|enforcement| enforcement == Enforcement::Approve);
    let fewer = (asks && is < was).then(|| {
        let noun = if is == 1 { "approval is" } else { "approvals are" };
        format!("{is} {noun} enough for `{check}`, instead of {was}")
    });
    let more = added(&old.approvers, &new.approvers);
    more.map(|approver| format!("`{approver}` may approve `{check}`")).chain(fewer).collect()
}
