//! The identity of an object: group, version, kind, name and namespace (`kyaml/resid`).

use std::collections::HashSet;
use std::sync::OnceLock;

/// Group, version and kind. An empty part of a selector matches anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Gvk {
    pub(crate) group: Box<str>,
    pub(crate) version: Box<str>,
    pub(crate) kind: Box<str>,
}

impl Gvk {
    pub(crate) fn view(&self) -> GvkView<'_> {
        GvkView { group: &self.group, version: &self.version, kind: &self.kind }
    }
}

/// The same, borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct GvkView<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) kind: &'a str,
}

impl<'a> GvkView<'a> {
    pub(crate) fn new(api_version: &'a str, kind: &'a str) -> Self {
        let (group, version) = split_api_version(api_version);
        Self { group, version, kind }
    }

    pub(crate) fn is_selected(self, selector: GvkView<'_>) -> bool {
        let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
        fits(selector.group, self.group)
            && fits(selector.version, self.version)
            && fits(selector.kind, self.kind)
    }
}

/// Group and version of an `apiVersion`.
pub(crate) fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The namespace of what belongs to no namespace.
pub(crate) const NOT_A_NAMESPACE: &str = "_non_namespaceable_";
const DEFAULT: &str = "default";

/// Whether the kind is known to belong to no namespace. Ids of earlier steps do not know their scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Cluster,
    Other,
}

/// The identity of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id<'a> {
    pub(crate) gvk: GvkView<'a>,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) scope: Scope,
}

impl<'a> Id<'a> {
    pub(crate) fn effective_namespace(self) -> &'a str {
        match (self.scope, self.namespace) {
            (Scope::Cluster, _) => NOT_A_NAMESPACE,
            (Scope::Other, "") => DEFAULT,
            (Scope::Other, namespace) => namespace,
        }
    }

    pub(crate) fn equals(self, other: Id<'_>) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }

    pub(crate) fn key(self) -> (GvkView<'a>, &'a str, &'a str) {
        (self.gvk, self.name, self.effective_namespace())
    }

    pub(crate) fn shown(self) -> String {
        let namespace =
            if self.namespace.is_empty() { String::new() } else { format!("{}/", self.namespace) };
        let group = if self.gvk.group.is_empty() { String::new() } else { format!("{}/", self.gvk.group) };
        format!("{group}{} {} {namespace}{}", self.gvk.version, self.gvk.kind, self.name)
    }
}

/// The kinds that kustomize knows to belong to no namespace, as (apiVersion, kind).
pub(crate) fn builtin_scopes() -> &'static HashSet<(&'static str, &'static str)> {
    static SCOPES: OnceLock<HashSet<(&str, &str)>> = OnceLock::new();
    SCOPES.get_or_init(|| {
        let lines = include_str!("data/scopes.tsv").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('\t')).collect()
    })
}
