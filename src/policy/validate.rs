//! What serde cannot see: ids, dates and patterns that parse as text and mean nothing.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::document::{AnnotationUse, CheckRule, WaiverEntry};
use super::enforcement::Enforcement;
use super::error::{PolicyError, did_you_mean};
use super::people::check_keys;
use super::position::Positioned;
use super::signatures::check_signatures;
use super::waiver::{EntryError, Waiver};
use crate::finding::CheckId;
use codeowners::Dialect;
use kube_model::{Cloud, KubernetesVersion};

/// Patterns in which `*` crosses `/`.
pub(super) fn globs(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(Glob::new(pattern)?);
    }
    builder.build()
}

/// Every check that the file names exists.
pub(super) fn check_ids(file: &Positioned, known: &[CheckId]) -> Result<(), PolicyError> {
    let unknown = |id: &str, pointer: &str| {
        let meant = did_you_mean(id, known.iter().map(|known| known.as_str()));
        file.error(pointer, format!("there is no check `{id}`"), meant)
    };
    let is_unknown = |id: &str| known.iter().all(|known| *known != *id);
    if let Some(id) = file.document.checks.keys().find(|id| is_unknown(id)) {
        return Err(unknown(id, &format!("/checks/{id}")));
    }
    let mut waivers = file.document.waivers.iter().enumerate();
    match waivers.find(|(_, waiver)| is_unknown(&waiver.check)) {
        Some((index, waiver)) => Err(unknown(&waiver.check, &format!("/waivers/{index}/check"))),
        None => Ok(()),
    }
}

/// Every pattern compiles and every rule can be met.
pub(super) fn check_values(file: &Positioned) -> Result<(), PolicyError> {
    for (id, rule) in &file.document.checks {
        check_rule(file, id, rule)?;
    }
    let manifests = file.document.manifests.clone().unwrap_or_default();
    check_patterns(file, "/protected", file.document.protected.as_deref().unwrap_or_default())?;
    check_patterns(file, "/manifests/include", manifests.include.as_deref().unwrap_or_default())?;
    check_patterns(file, "/manifests/exclude", &manifests.exclude)?;
    check_limits(file)?;
    check_signatures(file)?;
    check_keys(file)?;
    check_people(file)?;
    check_owners(file)?;
    check_images(file)?;
    check_clusters(file)
}

/// Under a limit of nothing no manifest could come in.
fn check_limits(file: &Positioned) -> Result<(), PolicyError> {
    match file.document.limits.and_then(|limits| limits.manifest_mebibytes) {
        Some(0) => {
            let message = "`manifestMebibytes` must be at least 1";
            Err(file.error("/limits/manifestMebibytes", message, None))
        }
        Some(_) | None => Ok(()),
    }
}

/// A path without a key leads nowhere, and a version is not a part of a group.
fn check_images(file: &Positioned) -> Result<(), PolicyError> {
    for (index, entry) in file.document.images.iter().enumerate() {
        let place = |field: &str| format!("/images/{index}/{field}");
        if entry.kind.is_empty() {
            return Err(file.error(
                &place("kind"),
                "`kind` must be the name of a kind, such as `Backup`",
                None,
            ));
        }
        if entry.group.contains('/') {
            let message = "`group` must be an API group without a version, such as `acme.example`";
            return Err(file.error(&place("group"), message, None));
        }
        let is_wrong = |path: &String| {
            path.split('.').any(|key| key.trim_end_matches(['[', '*', ']']).is_empty() && key != "*")
        };
        if entry.paths.is_empty() || entry.paths.iter().any(is_wrong) {
            let message = "`paths` must be keys with dots between them, such as `spec.template.spec`";
            return Err(file.error(&place("paths"), message, None));
        }
    }
    Ok(())
}

/// Everyone who may override is in `people:`, and there are enough of them.
fn check_people(file: &Positioned) -> Result<(), PolicyError> {
    let named = file.document.repository.as_deref();
    if named.is_some_and(|name| name.trim().is_empty() || name.chars().any(char::is_control)) {
        return Err(file.error(
            "/repository",
            "`repository` must be a name, such as `acme/production`",
            None,
        ));
    }
    let names = || file.document.people.iter().map(|person| person.name.as_str());
    let mut known = BTreeSet::new();
    if let Some(index) = names().position(|name| !known.insert(name)) {
        let message = "two people have this name, so they could not be distinguished";
        return Err(file.error(&format!("/people/{index}/name"), message, None));
    }
    let all_known = |pointer: &str, list: &[String]| {
        let stranger = list.iter().enumerate().find(|(_, name)| !known.contains(name.as_str()));
        let error = |(index, name): (usize, &String)| {
            let message = format!("`people` does not list `{name}`");
            file.error(&format!("{pointer}/{index}"), message, did_you_mean(name, names()))
        };
        stranger.map_or(Ok(()), |stranger| Err(error(stranger)))
    };
    let approvals = file.document.approvals.clone().unwrap_or_default();
    all_known("/approvals/issuers", &approvals.issuers)?;
    let Some(entry) = &file.document.r#override else { return Ok(()) };
    all_known("/override/people", &entry.people)?;
    let distinct: BTreeSet<&String> = entry.people.iter().collect();
    if entry.count == 0 || entry.count > distinct.len() {
        let message = format!("`count` must be from 1 to the number of `people`, {}", distinct.len());
        return Err(file.error("/override/count", message, None));
    }
    Ok(())
}

/// OWNERS files name accounts only, so that no approval could ever count for a team.
fn check_owners(file: &Positioned) -> Result<(), PolicyError> {
    let Some(owners) = &file.document.owners else { return Ok(()) };
    if owners.dialect == Some(Dialect::Kubernetes) && owners.distinct_teams > 0 {
        let message = "OWNERS files name no teams, so `distinctTeams` could never be met";
        return Err(file.error("/owners/distinctTeams", message, None));
    }
    Ok(())
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

fn check_patterns(file: &Positioned, pointer: &str, patterns: &[String]) -> Result<(), PolicyError> {
    globs(patterns).map_err(|error| file.error(pointer, error.to_string(), None))?;
    Ok(())
}

fn check_clusters(file: &Positioned) -> Result<(), PolicyError> {
    for (index, cluster) in file.document.clusters.iter().enumerate() {
        let place = |field: &str| format!("/clusters/{index}/{field}");
        check_patterns(file, &place("paths"), &cluster.paths)?;
        if let Some(text) = &cluster.kubernetes
            && KubernetesVersion::parse_list(text).is_none()
        {
            let (oldest, newest) = (KubernetesVersion::OLDEST, KubernetesVersion::NEWEST);
            let message = format!("`{text}` is not a Kubernetes version from {oldest} to {newest}");
            return Err(file.error(&place("kubernetes"), message, None));
        }
        if let Some(name) = &cluster.cloud
            && Cloud::parse(name).is_none()
        {
            let meant = did_you_mean(name, Cloud::NAMES.iter().map(|(known, _)| *known));
            return Err(file.error(&place("cloud"), format!("there is no cloud `{name}`"), meant));
        }
        if cluster.definitions.as_deref().is_some_and(|folder| !is_folder(folder)) {
            let message = "`definitions` must be a folder of the repository, such as `crds/prod`";
            return Err(file.error(&place("definitions"), message, None));
        }
    }
    Ok(())
}

/// A path from the root of the repository that stays in it.
fn is_folder(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').all(|step| !matches!(step, "" | "." | "..")) && !path.contains(['*', '\\'])
}

/// The file's waivers, with their dates.
pub(super) fn waivers(file: &Positioned) -> Result<Vec<Waiver>, PolicyError> {
    let entries = file.document.waivers.iter().enumerate();
    entries.map(|(index, entry)| waiver(file, index, entry)).collect()
}

fn waiver(file: &Positioned, index: usize, entry: &WaiverEntry) -> Result<Waiver, PolicyError> {
    let place = file.place(&format!("/waivers/{index}/check"));
    Waiver::of(entry, place).map_err(|EntryError { key, message }| {
        let key = if key.is_empty() { String::new() } else { format!("/{key}") };
        file.error(&format!("/waivers/{index}{key}"), message, None)
    })
}

/// That no annotation is allowed for checks about which a manifest has no say.
pub(super) fn check_annotations(file: &Positioned, without: &[&str]) -> Result<(), PolicyError> {
    let allows = |rule: &CheckRule| rule.annotation == Some(AnnotationUse::Allowed);
    let mut rules = file.document.checks.iter();
    let wrong = rules.find(|(id, rule)| allows(rule) && without.contains(&id.as_str()));
    match wrong {
        None => Ok(()),
        Some((id, _)) => {
            let message = format!("annotations of objects cannot accept findings of `{id}`");
            Err(file.error(&format!("/checks/{id}/annotation"), message, None))
        }
    }
}
