//! `checks:`, the enforcement by check.

use std::collections::BTreeMap;

use globset::GlobSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::enforcement::Enforcement;
use super::super::error::{PolicyError, did_you_mean};
use super::super::layer::Layer;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{added, check_patterns, globs, quoted};
use crate::finding::{CheckId, Severity};

/// The rule for findings of one check.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRule {
    /// The consequence of a finding.
    pub enforce: Option<Enforcement>,
    /// Those who may approve with `enforce: approve`.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// The number of them that must approve.
    pub count: Option<usize>,
    /// Whether an annotation of an object, `portcullis.dev/allow-<check>: "reason"`, accepts its finding once the
    /// owners of the file have approved the push.
    pub annotation: Option<AnnotationUse>,
    /// Exceptions for paths, clusters or severities; the first match applies.
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// The effect of an annotation in a manifest on a check.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum AnnotationUse {
    /// It accepts a finding if the owners of the file have approved the push.
    Allowed,
    /// It has no effect, and is itself a finding.
    #[default]
    Ignored,
}

/// An exception of a check's rule.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Globs of paths; if empty, any path.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of clusters; if empty, any cluster.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// Severities of findings; if empty, any severity.
    #[serde(default)]
    pub severities: Vec<Severity>,
    /// The enforcement there.
    pub enforce: Enforcement,
}

/// Every check that the file names exists.
pub(super) fn check_ids(file: &Positioned, known: &[CheckId]) -> Result<(), PolicyError> {
    let is_unknown = |id: &str| known.iter().all(|known| *known != *id);
    let unknown = |id: &str, pointer: &str| {
        let meant = did_you_mean(id, known.iter().map(|known| known.as_str()));
        file.error(pointer, format!("there is no check `{id}`"), meant)
    };
    if let Some(id) = file.document.checks.keys().find(|id| is_unknown(id)) {
        return Err(unknown(id, &format!("/checks/{id}")));
    }
    let mut waivers = file.document.waivers.iter().enumerate();
    match waivers.find(|(_, waiver)| is_unknown(&waiver.check)) {
        Some((index, waiver)) => Err(unknown(&waiver.check, &format!("/waivers/{index}/check"))),
        None => Ok(()),
    }
}

/// Every rule can be met, and every pattern compiles.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    file.document.checks.iter().try_for_each(|(id, rule)| check_rule(file, id, rule))
}

fn check_rule(file: &Positioned, id: &str, rule: &CheckRule) -> Result<(), PolicyError> {
    let scoped = rule.scopes.iter().any(|scope| scope.enforce == Enforcement::Approve);
    if (scoped || rule.enforce == Some(Enforcement::Approve)) && rule.approvers.is_empty() {
        let message = "`enforce: approve` needs `approvers`; without them no one can approve";
        return Err(file.error(&format!("/checks/{id}/enforce"), message, None));
    }
    if rule.count == Some(0) {
        return Err(file.error(
            &format!("/checks/{id}/count"),
            "`count: 0` requires no approval: use `enforce: warn`",
            None,
        ));
    }
    for (index, scope) in rule.scopes.iter().enumerate() {
        check_patterns(file, &format!("/checks/{id}/scopes/{index}/paths"), &scope.paths)?;
    }
    Ok(())
}

/// Refuses annotations for checks about which a manifest has no say.
pub(super) fn check_annotations(file: &Positioned, without: &[CheckId]) -> Result<(), PolicyError> {
    let allows = |rule: &CheckRule| rule.annotation == Some(AnnotationUse::Allowed);
    let mut rules = file.document.checks.iter();
    let wrong = rules.find(|(id, rule)| allows(rule) && without.iter().any(|known| *known == *id.as_str()));
    match wrong {
        None => Ok(()),
        Some((id, _)) => {
            let message = format!("annotations of objects cannot accept findings of `{id}`");
            Err(file.error(&format!("/checks/{id}/annotation"), message, None))
        }
    }
}

/// Patterns of scopes by the list of texts that they are made of, compiled once: every finding is compared with them.
pub(in crate::policy) type ScopePaths = BTreeMap<Vec<String>, GlobSet>;

/// The patterns have been validated; one that does not compile is still an error and never a scope that fits nothing.
pub(in crate::policy) fn compile_scopes(files: &[Positioned]) -> Result<ScopePaths, PolicyError> {
    let mut compiled = ScopePaths::new();
    for file in files {
        for (check, rule) in &file.document.checks {
            for scope in rule.scopes.iter().filter(|scope| !scope.paths.is_empty()) {
                let failed =
                    |error: globset::Error| file.error(&format!("/checks/{check}"), error.to_string(), None);
                compiled.insert(scope.paths.clone(), globs(&scope.paths).map_err(failed)?);
            }
        }
    }
    Ok(compiled)
}

/// Everything that becomes weaker about a check.
pub(super) fn weakenings(check: &str, old: &Layer, new: &Layer) -> Vec<String> {
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
struct Outline<'a> {
    scopes: Vec<&'a Scope>,
    enforcement: Enforcement,
    rule: Option<&'a CheckRule>,
}

impl Outline<'_> {
    /// Every enforcement that some finding may have.
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

impl Layer {
    /// The meaning of an annotation for a check.
    pub(in crate::policy) fn annotation(&self, check: &str) -> AnnotationUse {
        let mut rules = self.files.iter().filter_map(|file| file.document.checks.get(check));
        rules.find_map(|rule| rule.annotation).unwrap_or_default()
    }

    /// A check's rules over all files, for comparing two policies.
    fn outline(&self, check: &str) -> Outline<'_> {
        let rules = || self.files.iter().filter_map(|file| file.document.checks.get(check));
        let mut scopes = Vec::new();
        for rule in rules() {
            scopes.extend(&rule.scopes);
            if rule.enforce.is_some() {
                break;
            }
        }
        Outline { scopes, enforcement: self.enforcement(check, None, None).0, rule: rules().next() }
    }
}

impl Policy {
    /// Whether an annotation of an object may accept a finding of a check: every layer that enforces the
    /// check has to allow it.
    pub fn allows_annotation(&self, check: &str) -> bool {
        let mut enforcing = self.layers.iter().filter(|layer| layer.runs(check)).peekable();
        enforcing.peek().is_some() && enforcing.all(|layer| layer.annotation(check) == AnnotationUse::Allowed)
    }

    /// Every approver of findings in any layer, as CODEOWNERS writes them.
    pub fn asked_approvers(&self) -> impl Iterator<Item = &str> {
        let documents = self.layers.iter().flat_map(|layer| layer.documents());
        let rules = documents.flat_map(|document| document.checks.values());
        rules.flat_map(|rule| &rule.approvers).map(String::as_str)
    }
}
