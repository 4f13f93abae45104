//! Grants in words.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::GrantScope;
use kube_model::ClusterName;
use kube_model::rbac::{Atom, PolicyRule};

/// `in cluster prod`, or the namespace of it.
pub(super) fn place(scope: &GrantScope, cluster: &ClusterName) -> String {
    match scope {
        GrantScope::Cluster => format!("in cluster {cluster}"),
        GrantScope::Namespace(namespace) => format!("in namespace {namespace} of cluster {cluster}"),
    }
}

/// Whether the atoms amount to everything.
pub(super) fn is_everything(atoms: &[Atom]) -> bool {
    atoms.iter().any(|atom| match atom {
        Atom::Resource { verb, group, resource, name } => {
            [verb, group, resource].iter().all(|part| &***part == "*") && name.is_none()
        }
        Atom::Url { .. } => false,
    })
}

/// Atoms collapsed to readable rules: `get, list on pods, secrets`.
pub(super) fn atoms(atoms: &[Atom]) -> String {
    let mut verbs_of: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for atom in atoms {
        let (verb, target) = match atom {
            Atom::Resource { verb, group, resource, name } => {
                (verb, target(group, resource, name.as_deref()))
            }
            Atom::Url { verb, url } => (verb, format!("the path {url}")),
        };
        verbs_of.entry(target).or_default().insert(verb);
    }
    let mut targets_of: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    for (target, verbs) in verbs_of {
        targets_of.entry(verbs.into_iter().collect()).or_default().push(target);
    }
    let lines: Vec<String> = targets_of
        .iter()
        .map(|(verbs, targets)| format!("{} on {}", verbs.join(", "), shorten(targets, 6, ", ")))
        .collect();
    shorten(&lines, 4, "; ")
}

fn target(group: &str, resource: &str, name: Option<&str>) -> String {
    let resource = match group {
        "" => resource.to_owned(),
        group => format!("{resource}.{group}"),
    };
    match name {
        Some(name) => format!("{resource} \"{name}\""),
        None => resource,
    }
}

/// The permissions that a subject had before, in a few words.
pub(super) fn owned(rules: &[&PolicyRule]) -> String {
    let resources: BTreeSet<&str> =
        rules.iter().flat_map(|rule| &rule.resources).map(AsRef::as_ref).collect();
    let verbs: BTreeSet<&str> = rules.iter().flat_map(|rule| &rule.verbs).map(AsRef::as_ref).collect();
    match resources.len() {
        0 => "nothing".to_owned(),
        1..=4 => {
            let verbs: Vec<&str> = verbs.into_iter().collect();
            let resources: Vec<&str> = resources.into_iter().collect();
            format!("{} on {}", verbs.join(", "), resources.join(", "))
        }
        count => {
            let verbs: Vec<String> = verbs.into_iter().map(str::to_owned).collect();
            format!("{} on {count} resources", shorten(&verbs, 8, ", "))
        }
    }
}

/// The first items, and how many more there are.
pub(super) fn shorten<T: AsRef<str>>(items: &[T], limit: usize, separator: &str) -> String {
    let shown: Vec<&str> = items.iter().take(limit).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(limit) {
        0 => shown.join(separator),
        more => format!("{} and {more} more", shown.join(separator)),
    }
}
