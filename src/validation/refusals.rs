//! What is being judged, and what has been refused so far.

use std::collections::HashMap;

use super::place::{Place, shown};
use super::violation::{Extent, Violation};
use crate::kube::{KubernetesVersion, builtin};
use crate::manifest::Object;

/// An object to judge.
pub(super) struct Subject<'a> {
    /// The group that stores it.
    pub(super) group: &'a str,
    /// Its version within the group.
    pub(super) version: &'a str,
    /// Its kind.
    pub(super) kind: &'a str,
    /// The whole object.
    pub(super) root: Place<'a>,
    /// The Kubernetes versions to judge it by.
    versions: &'a [KubernetesVersion],
}

impl<'a> Subject<'a> {
    pub(super) fn of(object: &'a Object, versions: &'a [KubernetesVersion]) -> Self {
        Self {
            group: builtin::storage_group(object.group(), &object.kind),
            version: object.version(),
            kind: &object.kind,
            root: Place::root(&object.root),
            versions,
        }
    }

    /// Whether it is of a kind.
    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// The versions among those asked for that lie in a range of minor versions.
    pub(super) fn versions_in(&self, minors: std::ops::RangeInclusive<u8>) -> Vec<KubernetesVersion> {
        self.versions.iter().filter(|version| minors.contains(&version.minor())).copied().collect()
    }

    /// Collects refusals by the versions asked for.
    pub(super) fn refusals(&self) -> Refusals {
        Refusals { versions: self.versions.to_vec(), found: Vec::new() }
    }
}

/// Rows of a table of rules by the group and the kind that they are about: every object asks.
pub(super) type ByKind<T> = HashMap<(&'static str, &'static str), Vec<T>>;

/// Sorts rows, each with its group and its kinds.
pub(super) fn by_kind<T: Copy>(
    rows: impl Iterator<Item = (&'static str, &'static [&'static str], T)>,
) -> ByKind<T> {
    let mut sorted = ByKind::new();
    for (group, kinds, row) in rows {
        kinds.iter().for_each(|kind| sorted.entry((group, *kind)).or_default().push(row));
    }
    sorted
}

/// Why a value is refused, and what to do.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// What to do, in the imperative.
    pub(super) help: &'static str,
    /// The function of Kubernetes.
    pub(super) source: &'static str,
}

/// How many refusals of one object are told apart; one more says that there are others.
pub const LIMIT: usize = 500;

/// Refusals of one object.
pub(super) struct Refusals {
    versions: Vec<KubernetesVersion>,
    found: Vec<Violation>,
}

impl Refusals {
    /// A value that is wrong in itself: `spec.type is "X", which …`.
    pub(super) fn value(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        if !is_placeholder(place) {
            let message = format!("{} is {}, {complaint}", place.path(), shown(place.node));
            self.add(place, message, Extent::Value, rule);
        }
    }

    /// A value that is wrong in itself, in some versions.
    pub(super) fn value_in(
        &mut self,
        versions: &[KubernetesVersion],
        place: &Place<'_>,
        complaint: &str,
        rule: Rule,
    ) {
        let before = self.found.len();
        self.value(place, complaint, rule);
        self.found.iter_mut().skip(before).for_each(|found| found.versions = versions.to_vec());
        self.found.retain(|found| !found.versions.is_empty());
    }

    /// Values that do not go together, or a field that is missing: `spec.ports[0] lacks a name`.
    pub(super) fn whole(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        let message = format!("{} {complaint}", place.path());
        self.add(place, message, Extent::Whole, rule);
    }

    /// A value that is wrong together with others: `spec.name is "x", which …`.
    pub(super) fn together(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        if !is_placeholder(place) {
            self.whole(place, &format!("is {}, {complaint}", shown(place.node)), rule);
        }
    }

    /// Something that is wrong in itself and must not be quoted, or is a key.
    pub(super) fn unquoted(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        let message = format!("{} {complaint}", place.path());
        self.add(place, message, Extent::Value, rule);
    }

    fn add(&mut self, place: &Place<'_>, message: String, extent: Extent, rule: Rule) {
        if self.found.len() > LIMIT {
            return;
        }
        let Rule { help, source } = rule;
        let (pointer, versions) = (place.pointer(), self.versions.clone());
        self.found.push(Violation { pointer, message, help, source, extent, versions });
    }

    pub(super) fn into_vec(self) -> Vec<Violation> {
        self.found
    }
}

/// Flux replaces `${NAME}` before it applies a file: what will stand there is not known. Where nobody
/// replaces it, the API server refuses the object, so nothing passes by writing it.
fn is_placeholder(place: &Place<'_>) -> bool {
    place.node.is_unknown() || place.node.as_str().is_some_and(|text| text.contains("${"))
}
