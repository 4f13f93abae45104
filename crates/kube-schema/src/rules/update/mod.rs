//! Changes that the API server refuses because a field keeps its first value.
//!
//! In: an object before and after. Out: [`ForbiddenChange`]s, with both values and advice. Never: a value of a Secret
//! or ConfigMap, and never a change that only writes down a default.

mod claim;
mod config;
mod defaults;
mod difference;
mod fields;
mod job;
mod pod;
mod service;

use super::place::Place;
use kube_manifest::Object;
use kube_model::builtin;

/// A change of a field that the API server refuses to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenChange {
    /// The field, as people write it.
    pub path: String,
    /// A JSON pointer to the old value, or to its holder.
    pub old_pointer: String,
    /// A JSON pointer to the new value, or to its holder.
    pub pointer: String,
    /// The old value, or `None` if there was none.
    pub was: Option<String>,
    /// The new value, or `None` if it is removed.
    pub becomes: Option<String>,
    /// The number of further values of the same field that change.
    pub others: usize,
    /// The advice.
    pub help: &'static str,
    /// The function of Kubernetes that refuses it, with its package.
    pub source: &'static str,
}

/// Two objects of one identity.
struct Pair<'a> {
    group: &'a str,
    kind: &'a str,
    old: Place<'a>,
    new: Place<'a>,
}

impl Pair<'_> {
    fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

/// Returns the changes between two objects that the API server refuses.
pub fn forbidden_changes(old: &Object, new: &Object) -> Vec<ForbiddenChange> {
    let group = builtin::storage_group(new.group(), &new.kind);
    let pair = Pair { group, kind: &new.kind, old: Place::root(&old.root), new: Place::root(&new.root) };
    let mut found = Vec::new();
    fields::check(&pair, &mut found);
    job::check(&pair, &mut found);
    service::check(&pair, &mut found);
    claim::check(&pair, &mut found);
    config::check(&pair, &mut found);
    pod::check(&pair, &mut found);
    found
}
