//! Kinds of the operators that GitOps repositories use without carrying their definitions.
//!
//! In: `data/operators.tsv`, written by `tools/embed-operators.py`, which describes it. Out: whether a known group has
//! no such kind or version, and the scope of a kind. Never: a schema, or a doubt about a group that is not in the
//! table.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kube_model::builtin::KindScope;

static TABLE: &str = include_str!("data/operators.tsv");

/// A kind that a known group does not have in this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misnamed {
    /// The group has no such kind.
    Kind {
        /// The kind that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The group has never served the kind in this version.
    Version {
        /// The versions in which it has.
        served: Vec<&'static str>,
    },
}

#[derive(Debug)]
struct Group {
    coverage: Coverage,
    kinds: BTreeMap<&'static str, Kind>,
}

#[derive(Debug)]
struct Kind {
    scope: KindScope,
    versions: Vec<&'static str>,
}

/// The part of a group that the table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    /// Every kind and version that was ever served.
    Complete,
    /// Some of them.
    Partial,
}

/// The longest name, in bytes. Names of pushed files may be megabytes long.
const LONGEST: usize = 100;

type Groups = BTreeMap<&'static str, Group>;

fn groups() -> &'static Groups {
    static GROUPS: OnceLock<Groups> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let mut groups = Groups::new();
        let mut last = None;
        for line in TABLE.lines() {
            if let Some(row) = line.strip_prefix('\t') {
                let group = last.and_then(|name| groups.get_mut(name));
                if let Some((group, (name, kind))) = group.zip(kind(row)) {
                    group.kinds.insert(name, kind);
                }
            } else if let Some((name, coverage)) = line.split_once('\t') {
                let coverage = if coverage == "complete" { Coverage::Complete } else { Coverage::Partial };
                groups.insert(name, Group { coverage, kinds: BTreeMap::new() });
                last = Some(name);
            }
        }
        groups
    })
}

fn kind(row: &'static str) -> Option<(&'static str, Kind)> {
    let mut columns = row.split('\t');
    let name = columns.next()?;
    let scope = match columns.next()? {
        "Namespaced" => KindScope::Namespaced,
        "Cluster" => KindScope::Cluster,
        _ => KindScope::Unknown,
    };
    Some((name, Kind { scope, versions: columns.next()?.split(',').collect() }))
}

/// Returns the mistake in the type of an object. `None` means no mistake, or an unknown group.
pub(super) fn misnamed(group: &str, version: &str, kind: &str) -> Option<Misnamed> {
    let group = groups().get(group)?;
    let Some(known) = group.kinds.get(kind) else {
        let nearest = one_edit_away(kind, group.kinds.keys().copied());
        let certain = group.coverage == Coverage::Complete || nearest.is_some();
        return certain.then_some(Misnamed::Kind { nearest });
    };
    let never_served = group.coverage == Coverage::Complete && !known.versions.contains(&version);
    never_served.then(|| Misnamed::Version { served: known.versions.clone() })
}

fn one_edit_away(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    let alike = |known: &&str| strsim::osa_distance(&wanted, &known.to_lowercase()) <= 1;
    if name.len() > LONGEST { None } else { known.into_iter().find(alike) }
}

/// Returns the scope of a kind, as far as the table has it.
pub fn operator_scope(group: &str, kind: &str) -> KindScope {
    let known = groups().get(group).and_then(|group| group.kinds.get(kind));
    known.map_or(KindScope::Unknown, |kind| kind.scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = TABLE.lines().filter(|line| line.starts_with('\t')).count();
        assert_eq!(groups().values().map(|group| group.kinds.len()).sum::<usize>(), rows);
        assert!(rows > 1000);
        assert_eq!(groups().len(), TABLE.lines().count() - rows);
    }

    #[test]
    fn what_a_known_group_does_not_have_is_found() {
        let kind = |group, version, kind| misnamed(group, version, kind);
        assert_eq!(
            kind("argoproj.io", "v1alpha1", "Aplication"),
            Some(Misnamed::Kind { nearest: Some("Application") })
        );
        assert_eq!(
            kind("monitoring.coreos.com", "v1", "Servicemonitor"),
            Some(Misnamed::Kind { nearest: Some("ServiceMonitor") })
        );
        assert_eq!(kind("cert-manager.io", "v1", "Widget"), Some(Misnamed::Kind { nearest: None }));
        let served = vec!["v1", "v1beta1", "v1alpha3", "v1alpha2"];
        assert_eq!(kind("cert-manager.io", "v2", "Certificate"), Some(Misnamed::Version { served }));
    }

    #[test]
    fn what_may_exist_is_left_alone() {
        for (group, version, kind) in [
            ("cert-manager.io", "v1alpha2", "Issuer"),
            ("helm.toolkit.fluxcd.io", "v2beta1", "HelmRelease"),
            ("kyverno.io", "v9", "ClusterPolicy"),
            ("kyverno.io", "v1", "SomethingNew"),
            ("constraints.gatekeeper.sh", "v1beta1", "K8sRequiredLabels"),
            ("example.com", "v1", "Aplication"),
        ] {
            assert_eq!(misnamed(group, version, kind), None, "{group} {version} {kind}");
        }
        assert_eq!(operator_scope("cert-manager.io", "ClusterIssuer"), KindScope::Cluster);
        assert_eq!(operator_scope("example.com", "Thing"), KindScope::Unknown);
    }
}
