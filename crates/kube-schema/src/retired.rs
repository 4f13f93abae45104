//! API versions that Kubernetes has removed or is about to remove.
//!
//! In: `data/retired.tsv`, which names its sources. Out: the release that retires a version, and its replacement.
//! Never: a word about custom kinds, because their own operators remove them.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use kube_model::KubernetesVersion;

static TABLE: &str = include_str!("data/retired.tsv");

/// A minor version of Kubernetes, however old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(u8);

impl Release {
    /// Returns true if a version is this one or a later one.
    pub fn has_reached(self, version: KubernetesVersion) -> bool {
        version.minor() >= self.0
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

/// The end of an API version of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// The release that deprecated it, if that was announced.
    pub deprecated: Option<Release>,
    /// The first release that does not serve it, if that is known.
    pub removed: Option<Release>,
    /// The `apiVersion` to use; `None` if the kind has no successor.
    pub replacement: Option<&'static str>,
}

/// Returns the end of an API version of a kind, or `None` if none is announced.
pub fn retirement(api_version: &str, kind: &str) -> Option<Retirement> {
    type Rows = HashMap<(&'static str, &'static str), Retirement>;
    static ROWS: OnceLock<Rows> = OnceLock::new();
    let rows = || TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect();
    ROWS.get_or_init(rows).get(&(api_version, kind)).copied()
}

fn row(line: &'static str) -> Option<((&'static str, &'static str), Retirement)> {
    let mut columns = line.split('\t');
    let key = (columns.next()?, columns.next()?);
    let mut release = || columns.next().and_then(|text| text.parse().ok()).map(Release);
    let (deprecated, removed) = (release(), release());
    let replacement = columns.next().filter(|text| *text != "-");
    Some((key, Retirement { deprecated, removed, replacement }))
}

#[cfg(test)]
mod tests {
    use super::super::embedded::embedded;
    use super::*;

    #[test]
    fn every_row_agrees_with_the_schemas() {
        let embedded = embedded().unwrap();
        for (kind, name) in embedded.kinds() {
            let slash = if kind.group.is_empty() { "" } else { "/" };
            let api_version = format!("{}{slash}{}", kind.group, kind.version);
            let served = embedded.served_in(name);
            let last = served.last().unwrap();
            let found = retirement(&api_version, kind.kind);
            let removed = found.and_then(|found| found.removed);
            if kind.kind.ends_with("List") {
                continue;
            }
            if *last == KubernetesVersion::NEWEST {
                assert_eq!(removed, None, "{api_version} {}", kind.kind);
            } else {
                assert_eq!(removed, Some(Release(last.minor() + 1)), "{api_version} {}", kind.kind);
            }
        }
    }

    #[test]
    fn every_replacement_exists() {
        let embedded = embedded().unwrap();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 5, "{line}");
            let kind = if columns[1] == "Endpoints" { "EndpointSlice" } else { columns[1] };
            let (group, version) = columns[4].split_once('/').unwrap_or(("", columns[4]));
            let exists = embedded.name_of(group, version, kind).is_some();
            assert!(columns[4] == "-" || exists, "{line}");
        }
    }

    #[test]
    fn a_kind_is_found_by_its_whole_name() {
        let budget = retirement("policy/v1beta1", "PodDisruptionBudget").unwrap();
        assert_eq!((budget.removed, budget.replacement), (Some(Release(25)), Some("policy/v1")));
        assert_eq!(retirement("policy/v1beta1", "Pod"), None);
        assert_eq!(retirement("", ""), None);
        assert_eq!(retirement("# apiVersion", "kind"), None);
    }
}
