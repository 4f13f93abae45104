//! The definitions that one kind needs, in one version.
//!
//! In: the name of a definition. Out: [`Closure`], which is equal for two versions whose texts are
//! the same, so that they are compiled once. Never: a definition that nothing refers to.

use serde_json::{Map, Value};

use super::embedded::Embedded;
use kube_model::KubernetesVersion;

const REFERENCE: &str = "\"$ref\":\"#/$defs/";

/// A definition and everything that it refers to: names, each with the index of its text, sorted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Closure {
    root: &'static str,
    members: Vec<(&'static str, usize)>,
}

impl Closure {
    /// Collects it. Returns `None` if the version lacks one of the definitions.
    pub(super) fn of(embedded: &Embedded, root: &str, version: KubernetesVersion) -> Option<Self> {
        let root = embedded.interned(root)?;
        let mut members = vec![(root, embedded.index(root, version)?)];
        let mut next = 0;
        while let Some((_, index)) = members.get(next).copied() {
            for name in find_references(embedded.text(index)?) {
                if !members.iter().any(|(known, _)| *known == name) {
                    members.push((name, embedded.index(name, version)?));
                }
            }
            next += 1;
        }
        members.sort_unstable();
        Some(Self { root, members })
    }

    /// The schema: a reference to the root and the definitions beside it.
    pub(super) fn document(&self, embedded: &Embedded) -> Option<Value> {
        let definitions = self.definitions(embedded)?;
        Some(serde_json::json!({ "$ref": reference_to(self.root), "$defs": definitions }))
    }

    /// The definitions by name.
    pub(super) fn definitions(&self, embedded: &Embedded) -> Option<Map<String, Value>> {
        let parse = |(name, index): &(&str, usize)| {
            Some(((*name).to_owned(), serde_json::from_str(embedded.text(*index)?).ok()?))
        };
        self.members.iter().map(parse).collect()
    }
}

/// The reference by which a schema names a definition.
pub(super) fn reference_to(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// Returns the names that a definition refers to. The generator writes compact JSON in which no string other than a
/// reference can hold this text.
fn find_references(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(REFERENCE).skip(1).filter_map(|rest| rest.split('"').next())
}
