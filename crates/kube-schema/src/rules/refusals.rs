//! The object that is being judged, and its refusals so far.

use std::collections::HashMap;

use super::place::{Place, show};
use super::violation::{RuleExtent, RuleViolation};
use kube_manifest::{Node, Object};
use kube_model::{KubernetesVersion, builtin};

/// An object to judge.
pub(super) struct JudgedObject<'a> {
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

impl<'a> JudgedObject<'a> {
    pub(super) fn of(object: &'a Object, versions: &'a [KubernetesVersion]) -> Self {
        Self {
            group: judged_group(object),
            version: object.version(),
            kind: &object.kind,
            root: Place::root(&object.root),
            versions,
        }
    }

    /// Returns true if it is of a kind.
    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// Returns the requested versions in a range of minor versions.
    pub(super) fn versions_in(&self, minors: std::ops::RangeInclusive<u8>) -> Vec<KubernetesVersion> {
        self.versions.iter().filter(|version| minors.contains(&version.minor())).copied().collect()
    }

    /// Creates an empty collection of refusals for the requested versions.
    pub(super) fn refusals(&self) -> Refusals {
        Refusals { versions: self.versions.to_vec(), found: Vec::new() }
    }
}

/// Returns the group whose rules apply, which is the group that stores the object. OpenShift stores its bindings as
/// those of Kubernetes, but reads them by its own rules.
fn judged_group(object: &Object) -> &str {
    match object.group() {
        group @ "authorization.openshift.io" => group,
        group => builtin::storage_group(group, &object.kind),
    }
}

/// Rows of a table of rules, indexed by group and kind, because every object asks.
pub(super) type ByKind<T> = HashMap<(&'static str, &'static str), Vec<T>>;

/// Indexes rows, each with its group and its kinds.
pub(super) fn by_kind<T: Copy>(
    rows: impl Iterator<Item = (&'static str, &'static [&'static str], T)>,
) -> ByKind<T> {
    let mut sorted = ByKind::new();
    for (group, kinds, row) in rows {
        kinds.iter().for_each(|kind| sorted.entry((group, *kind)).or_default().push(row));
    }
    sorted
}

/// The source of a refusal, and the advice for it.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// The advice, in the imperative.
    pub(super) help: &'static str,
    /// The function of Kubernetes.
    pub(super) source: &'static str,
}

/// The most refusals of one object that are recorded. One more shows that there are others.
pub const LIMIT: usize = 500;

/// Refusals of one object.
pub(super) struct Refusals {
    versions: Vec<KubernetesVersion>,
    found: Vec<RuleViolation>,
}

impl Refusals {
    /// Records a value that is wrong in itself: `spec.type is "X", which …`.
    pub(super) fn value(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        let message = format!("{} is {}, {complaint}", place.path(), show(place.node));
        self.add(place, message, RuleExtent::Value, rule);
    }

    /// Records a value that is wrong in itself, in some versions.
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

    /// Records a field that must be there: ``spec.ports[0] lacks a `name` ``. If its holder is missing as well, that
    /// is recorded once, whatever else is required below.
    pub(super) fn lacks<'a>(&mut self, place: &Place<'a>, field: &'a str, rule: Rule) {
        self.missing(&place.field(field), rule);
    }

    /// Records the same as [`lacks`](Self::lacks), given the place of the field itself. An item of a list is wrong in
    /// itself.
    pub(super) fn missing(&mut self, place: &Place<'_>, rule: Rule) {
        let Some((holder, field)) = place.find_lacking() else {
            return self.value(place, "where a value is required", rule);
        };
        if holder.has_unknown_field() {
            return;
        }
        let message = format!("{} lacks {}`{}`", holder.path(), article(field), field.escape_debug());
        let pointer = holder.pointer();
        if self.found.iter().any(|known| known.pointer == pointer && known.message == message) {
            return;
        }
        let before = self.found.len();
        self.add_anyway(&holder, message, RuleExtent::Whole, rule);
        self.found.iter_mut().skip(before).for_each(|found| found.lacking = Some(field.into()));
    }

    /// Records values that contradict each other: `spec.ports[0] names two sources`.
    pub(super) fn whole(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        let message = format!("{} {complaint}", place.path());
        self.add(place, message, RuleExtent::Whole, rule);
    }

    /// Records a value that is wrong together with others: `spec.name is "x", which …`.
    pub(super) fn together(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        self.whole(place, &format!("is {}, {complaint}", show(place.node)), rule);
    }

    /// Records a value that is wrong in itself and must not be quoted, or a key.
    pub(super) fn unquoted(&mut self, place: &Place<'_>, complaint: &str, rule: Rule) {
        let message = format!("{} {complaint}", place.path());
        self.add(place, message, RuleExtent::Value, rule);
    }

    fn add(&mut self, place: &Place<'_>, message: String, extent: RuleExtent, rule: Rule) {
        if self.found.len() > LIMIT || depends_on_unknown(place, extent) {
            return;
        }
        self.add_anyway(place, message, extent, rule);
    }

    fn add_anyway(&mut self, place: &Place<'_>, message: String, extent: RuleExtent, rule: Rule) {
        let Rule { help, source } = rule;
        let (pointer, versions) = (place.pointer(), self.versions.clone());
        self.found.push(RuleViolation { pointer, message, help, lacking: None, source, extent, versions });
    }

    pub(super) fn into_vec(self) -> Vec<RuleViolation> {
        self.found
    }
}

/// Returns the article before the name of a field. Names that end in `s` are plural.
fn article(field: &str) -> &'static str {
    match field.chars().next() {
        _ if field.ends_with('s') || field == "metadata" => "",
        Some('a' | 'e' | 'i' | 'o') => "an ",
        Some(_) | None => "a ",
    }
}

/// The depth to which rules about several values look for unknown ones.
const NEAR: u8 = 3;

fn holds_unknown(node: &Node, depth: u8) -> bool {
    let below = |node: &Node| depth > 0 && holds_unknown(node, depth - 1);
    node.is_unknown()
        || node.entries().iter().any(|entry| below(&entry.value))
        || node.items().iter().any(below)
}

/// Returns true if a refusal depends on an unknown value: this one or, for values that contradict each other, one
/// inside of it or right beside it.
fn depends_on_unknown(place: &Place<'_>, extent: RuleExtent) -> bool {
    match extent {
        RuleExtent::Value => place.node.is_unknown(),
        RuleExtent::Whole => holds_unknown(place.node, NEAR) || place.has_unknown_sibling(),
    }
}
