//! The Kubernetes schemas inside the binary.
//!
//! In: `data/kubernetes.deflate`, written by `tools/embed-schemas.py`, which describes its text. Out: the raw text of
//! a definition by name and version, and names by group, version and kind. Never: parses a definition as JSON. That
//! happens only for the few that an object needs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kube_model::KubernetesVersion;

static COMPRESSED: &[u8] = include_bytes!("data/kubernetes.deflate");

/// The most bytes of the inflated text, far above its real size. More than this means that the data is broken.
const INFLATED_LIMIT: usize = 16 * 1024 * 1024;

/// The index over the inflated text. Everything borrows from that text, which lives as long as the
/// process.
#[derive(Debug)]
pub(super) struct Embedded {
    minors: Vec<u8>,
    definitions: Vec<&'static str>,
    /// The names, sorted.
    names: Vec<&'static str>,
    /// The indices of definitions, one column a version, in the order of the names.
    columns: Vec<Option<u16>>,
    kinds: BTreeMap<GroupVersionKind<'static>, &'static str>,
}

/// The position of a name among all names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name(usize);

/// The `apiVersion` and `kind` of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupVersionKind<'a> {
    /// The API group; empty for the core group.
    pub(super) group: &'a str,
    /// The API version without the group.
    pub(super) version: &'a str,
    /// The kind.
    pub(super) kind: &'a str,
}

impl GroupVersionKind<'_> {
    /// Writes it for people, as `apps/v1 Deployment`.
    pub(super) fn for_people(self) -> String {
        let slash = if self.group.is_empty() { "" } else { "/" };
        format!("{}{slash}{} {}", self.group, self.version, self.kind)
    }
}

/// Returns the index. It is `None` only if the binary's own data is damaged, and a schema check must then not accept
/// an object.
pub(super) fn embedded() -> Option<&'static Embedded> {
    static EMBEDDED: OnceLock<Option<Embedded>> = OnceLock::new();
    EMBEDDED.get_or_init(read_embedded).as_ref()
}

fn read_embedded() -> Option<Embedded> {
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(COMPRESSED, INFLATED_LIMIT).ok()?;
    let text: &'static str = Box::leak(String::from_utf8(bytes).ok()?.into_boxed_str());
    let mut lines = text.lines();
    let versions = lines.next()?.strip_prefix("versions ")?;
    let minors = versions.split(' ').map(str::parse).collect::<Result<Vec<u8>, _>>().ok()?;
    let count = lines.next()?.strip_prefix("definitions ")?.parse().ok()?;
    let definitions = lines.by_ref().take(count).collect();
    let count = lines.next()?.strip_prefix("names ")?.parse().ok()?;
    let names = Vec::with_capacity(count);
    let columns = Vec::with_capacity(count.checked_mul(minors.len())?);
    let mut embedded = Embedded { minors, definitions, names, columns, kinds: BTreeMap::new() };
    lines.try_for_each(|line| embedded.add_name(line))?;
    (embedded.names.is_sorted() && embedded.names.len() == count).then_some(embedded)
}

impl Embedded {
    fn add_name(&mut self, line: &'static str) -> Option<()> {
        let (name, rest) = line.split_once('\t')?;
        let (kind, columns) = rest.split_once('\t')?;
        self.names.push(name);
        for column in columns.split(' ') {
            self.columns.push(if column == "-" { None } else { Some(column.parse().ok()?) });
        }
        if kind != "-" {
            let (group, rest) = kind.split_once('/')?;
            let (version, kind) = rest.split_once('/')?;
            self.kinds.insert(GroupVersionKind { group, version, kind }, name);
        }
        (self.columns.len() == self.names.len() * self.minors.len()).then_some(())
    }

    /// Returns the position of a name that some version knows.
    pub(super) fn name(&self, name: &str) -> Option<Name> {
        self.names.binary_search(&name).ok().map(Name)
    }

    /// Returns the index of a definition's text in a version, or `None` if that version has none.
    pub(super) fn index_of(&self, name: Name, version: KubernetesVersion) -> Option<usize> {
        let column = self.minors.iter().position(|minor| *minor == version.minor())?;
        self.columns.get(name.0 * self.minors.len() + column)?.map(usize::from)
    }

    /// Returns the index of a definition's text in a version, or `None` if that version has none.
    pub(super) fn index(&self, name: &str, version: KubernetesVersion) -> Option<usize> {
        self.index_of(self.name(name)?, version)
    }

    /// Returns the number of definitions.
    pub(super) fn count(&self) -> usize {
        self.definitions.len()
    }

    /// Returns the JSON text of a definition.
    pub(super) fn text(&self, index: usize) -> Option<&'static str> {
        self.definitions.get(index).copied()
    }

    /// Returns a name with the lifetime of the index.
    pub(super) fn interned(&self, name: &str) -> Option<&'static str> {
        self.names.get(self.name(name)?.0).copied()
    }

    /// Returns the name of the definition of a kind in any version.
    pub(super) fn name_of(&self, group: &str, version: &str, kind: &str) -> Option<&'static str> {
        self.kinds.get(&GroupVersionKind { group, version, kind }).copied()
    }

    /// Returns every kind with the name of its definition.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (GroupVersionKind<'static>, &'static str)> {
        self.kinds.iter().map(|(kind, name)| (*kind, *name))
    }

    /// Returns the embedded versions that have a definition.
    pub(super) fn served_in(&self, name: &str) -> Vec<KubernetesVersion> {
        KubernetesVersion::all().filter(|version| self.index(name, *version).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_knows_the_kinds_that_every_cluster_has() {
        let embedded = embedded().unwrap();
        assert_eq!(embedded.minors.len(), KubernetesVersion::all().count());
        let everywhere = [
            ("", "v1", "Service"),
            ("apps", "v1", "Deployment"),
            ("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
            ("apiregistration.k8s.io", "v1", "APIService"),
        ];
        for (group, version, kind) in everywhere {
            let name = embedded.name_of(group, version, kind).unwrap();
            assert_eq!(embedded.served_in(name).len(), embedded.minors.len(), "{kind}");
        }
    }

    #[test]
    fn every_definition_is_json_and_every_reference_resolves() {
        let embedded = embedded().unwrap();
        for text in &embedded.definitions {
            serde_json::from_str::<serde_json::Value>(text).unwrap();
        }
        for version in KubernetesVersion::all() {
            for (_, name) in embedded.kinds().filter(|(_, name)| embedded.index(name, version).is_some()) {
                assert!(
                    super::super::closure::Closure::of(embedded, name, version).is_some(),
                    "{name} {version}"
                );
            }
        }
    }
}
