//! Suggests the kind that was probably meant.
//!
//! In: an object of an unknown kind. Out: an `apiVersion` and `kind` that exist in the target versions, if any is
//! similar. Never: a kind that the target versions do not have.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::custom::{CustomKind, CustomKinds};
use super::embedded::{Embedded, GroupVersionKind};
use super::nearest::find_nearest;
use kube_manifest::Object;
use kube_model::KubernetesVersion;
use kube_model::builtin;

/// The questions with their answers. Unknown kinds are few, and their objects many.
type Answers = HashMap<(Box<str>, Box<str>, Vec<KubernetesVersion>), Option<String>>;

/// Suggestions, each worked out once.
#[derive(Debug, Default)]
pub(super) struct Suggestions(Mutex<Answers>);

impl Suggestions {
    /// Returns the kind that was probably meant. The definitions are the same at every call.
    pub(super) fn suggest_kind(
        &self,
        embedded: &Embedded,
        custom: &CustomKinds,
        object: &Object,
        versions: &[KubernetesVersion],
    ) -> Option<String> {
        let key = (object.group().into(), object.kind.clone(), versions.to_vec());
        // A poisoned lock means only that another thread panicked. The map is intact.
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.entry(key).or_insert_with(|| search_kind(embedded, custom, object, versions)).clone()
    }
}

/// Searches the kind of the same name in another version of the group, then in another group, then one of a similar
/// name in the group, then one of a similar name anywhere.
fn search_kind(
    embedded: &Embedded,
    custom: &CustomKinds,
    object: &Object,
    versions: &[KubernetesVersion],
) -> Option<String> {
    let served = |name: &str| versions.iter().all(|version| embedded.index(name, *version).is_some());
    let kinds: Vec<GroupVersionKind<'static>> =
        embedded.kinds().filter(|(_, name)| served(name)).map(|(kind, _)| kind).collect();
    find_same_name(&kinds, object)
        .map(GroupVersionKind::for_people)
        .or_else(|| find_same_custom_name(custom, object))
        .or_else(|| find_similar(&kinds, object).map(GroupVersionKind::for_people))
}

fn find_same_name(kinds: &[GroupVersionKind<'static>], object: &Object) -> Option<GroupVersionKind<'static>> {
    find_named(kinds, &object.kind, object.group())
}

/// Returns the kind of a name, preferably in a group.
fn find_named(
    kinds: &[GroupVersionKind<'static>],
    name: &str,
    group: &str,
) -> Option<GroupVersionKind<'static>> {
    let in_group = kinds.iter().rfind(|known| known.kind == name && known.group == group);
    in_group.or_else(|| kinds.iter().rfind(|known| known.kind == name)).copied()
}

fn find_same_custom_name(custom: &CustomKinds, object: &Object) -> Option<String> {
    let same = |known: &&CustomKind| known.is_served() && *known.group == *object.group();
    let known = custom.named(&object.kind).find(same)?;
    Some(format!("{}/{} {}", known.group, known.version, known.kind))
}

fn find_similar(kinds: &[GroupVersionKind<'static>], object: &Object) -> Option<GroupVersionKind<'static>> {
    let in_group = kinds.iter().filter(|known| known.group == object.group());
    let mut name = find_nearest(&object.kind, in_group.map(|known| known.kind));
    if name.is_none() && builtin::owns_group(object.group()) {
        name = find_nearest(&object.kind, kinds.iter().map(|known| known.kind));
    }
    find_named(kinds, name?, object.group())
}
