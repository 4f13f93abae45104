//! Annotations that are meant to accept a finding and do not.

use crate::checks::Context;
use crate::finding::CheckId;
use crate::world::ObjectChange;
use kube_manifest::{Entry, Node};
use kube_model::{ANNOTATION_PREFIX, ANNOTATIONS, DOMAIN_PREFIX};

/// A mistake in an annotation.
pub(super) struct Mistake<'a> {
    pub(super) key: String,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) entry: &'a Entry,
}

/// The mistakes that a change brings.
pub(super) fn mistakes<'a>(change: &'a ObjectChange, context: &Context<'_>) -> Vec<Mistake<'a>> {
    let Some(placed) = change.object() else { return Vec::new() };
    let root = &placed.object.root;
    let before = change.old_object().map(|old| found(&old.object.root)).unwrap_or_default();
    let known = |one: &Found<'_>| {
        before.iter().any(|old| (&old.path, &old.entry.value) == (&one.path, &one.entry.value))
    };
    let fresh = found(root).into_iter().filter(|one| !known(one));
    fresh.filter_map(|one| mistake(&one, context)).collect()
}

/// A key of ours, and the keys that lead to it.
struct Found<'a> {
    entry: &'a Entry,
    path: String,
}

fn found(root: &Node) -> Vec<Found<'_>> {
    let mut all = Vec::new();
    collect(root, &mut Vec::new(), &mut all);
    all
}

/// The parser limits how deep a manifest may be.
fn collect<'a>(node: &'a Node, keys: &mut Vec<&'a str>, all: &mut Vec<Found<'a>>) {
    for entry in node.entries() {
        keys.push(&entry.key);
        if entry.key.starts_with(DOMAIN_PREFIX) {
            all.push(Found { entry, path: keys.join(".") });
        }
        collect(&entry.value, keys, all);
        keys.pop();
    }
    node.items().iter().for_each(|item| collect(item, keys, all));
}

fn mistake<'a>(found: &Found<'a>, context: &Context<'_>) -> Option<Mistake<'a>> {
    let key = &*found.entry.key;
    let (message, help) = wrong(found, context)?;
    let message = format!("the annotation {key} accepts nothing: {message}");
    Some(Mistake { key: key.to_owned(), message, help, entry: found.entry })
}

/// The mistake, and how to correct it.
fn wrong(found: &Found<'_>, context: &Context<'_>) -> Option<(String, String)> {
    let key = &*found.entry.key;
    let remove = "remove it, or have the finding waived in `.portcullis-waivers.yaml`".to_owned();
    let Some(check) = key.strip_prefix(ANNOTATION_PREFIX) else {
        let help = format!("write `{ANNOTATION_PREFIX}<check>`, or remove it");
        return Some(("portcullis does not recognise this annotation".to_owned(), help));
    };
    if context.settings.check_ids.iter().all(|known| *known != *check) {
        return Some((format!("there is no check `{check}`"), nearest(check, context.settings.check_ids)));
    }
    let place = found.path.strip_suffix(key).unwrap_or(&found.path).trim_end_matches('.');
    if place != ANNOTATIONS.join(".") {
        let help = "move it to `metadata.annotations` of the object itself".to_owned();
        return Some((format!("it is in `{place}`"), help));
    }
    if context.settings.annotations.iter().all(|allowed| *allowed != *check) {
        return Some((
            format!("the policy does not allow annotations to accept findings of `{check}`"),
            remove,
        ));
    }
    let reason = found.entry.value.as_str().unwrap_or_default();
    let help = "write in quotes why the finding is accepted".to_owned();
    reason.trim().is_empty().then(|| ("it gives no reason".to_owned(), help))
}

/// The longest word, in bytes, that is compared: the person who pushes chooses it.
const LONGEST_WORD: usize = 100;

/// A hint at the check that was probably meant.
fn nearest(word: &str, ids: &[CheckId]) -> String {
    let ids = ids.iter().filter(|_| word.len() <= LONGEST_WORD);
    let best = ids.map(|id| (strsim::damerau_levenshtein(word, id.as_str()), id)).min();
    match best.filter(|(distance, _)| *distance <= 2.max(word.len() / 3)) {
        Some((_, id)) => format!("did you mean `{ANNOTATION_PREFIX}{id}`?"),
        None => "see `portcullis checks` for the ids of all checks".to_owned(),
    }
}
