//! The places at which two readings of one file yield different values.

use std::collections::HashMap;

use super::node::{Entry, Node, Value};
use super::problem::{Meanings, Problem};

/// The largest number of differences that are reported of one file.
const REPORTED: usize = 20;

/// The places that differ; none if both readings yield the same objects.
pub(super) fn differences(kubectl: &[Node], kustomize: &[Node]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut others: HashMap<u32, &Node> = kustomize.iter().map(|root| (root.span().start, root)).collect();
    for root in kubectl {
        match others.remove(&root.span().start) {
            Some(other) => compare(root, other, &mut found),
            None => found.push(Problem::ambiguous(root.span(), "only kubectl reads an object here")),
        }
    }
    let mut rest: Vec<&Node> = others.into_values().collect();
    rest.sort_by_key(|root| root.span().start);
    let only = rest.iter().map(|root| Problem::ambiguous(root.span(), "only kustomize reads an object here"));
    found.extend(only);
    found.truncate(REPORTED);
    found
}

fn compare(left: &Node, right: &Node, found: &mut Vec<Problem>) {
    match (&left.value, &right.value) {
        (Value::Mapping(ours), Value::Mapping(theirs)) => compare_entries(ours, theirs, found),
        (Value::Sequence(ours), Value::Sequence(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).for_each(|(left, right)| compare(left, right, found));
        }
        (ours, theirs) if ours == theirs => {}
        (_, _) => {
            let reason = "kubectl and kustomize read this value differently";
            found.push(Problem::differing(left.span(), reason).meaning(meanings(left, right)));
        }
    }
}

fn compare_entries(ours: &[Entry], theirs: &[Entry], found: &mut Vec<Problem>) {
    let mut by_key: HashMap<&str, &Entry> = theirs.iter().map(|entry| (&*entry.key, entry)).collect();
    let mut unmatched = Vec::new();
    for entry in ours {
        match by_key.remove(&*entry.key) {
            Some(other) => compare(&entry.value, &other.value, found),
            None => unmatched.push(entry),
        }
    }
    for entry in unmatched {
        if found.len() >= REPORTED {
            return;
        }
        let renamed = by_key.values().find(|other| other.key_span == entry.key_span);
        let theirs = renamed.map_or_else(|| "nothing".to_owned(), |other| format!("the key {:?}", other.key));
        let kubectl = format!("the key {:?}", entry.key);
        let reason = "kubectl and kustomize read this key differently";
        let problem = Problem::differing(entry.key_span, reason);
        found.push(problem.meaning(Meanings { kubectl, kustomize: theirs }));
        if let Some(other) = renamed.copied() {
            compare(&entry.value, &other.value, found);
            by_key.retain(|_, candidate| candidate.key_span != other.key_span);
        }
    }
    let mut rest: Vec<&Entry> = by_key.into_values().collect();
    rest.sort_by_key(|entry| entry.key_span.start);
    for entry in rest {
        let kustomize = format!("the key {:?}", entry.key);
        let problem = Problem::differing(entry.key_span, "kubectl and kustomize read this key differently");
        found.push(problem.meaning(Meanings { kubectl: "nothing".to_owned(), kustomize }));
    }
}

fn meanings(left: &Node, right: &Node) -> Meanings {
    Meanings { kubectl: describe(left), kustomize: describe(right) }
}

/// The longest text, in bytes, that is shown: of a longer one, only the length is.
const SHOWN: usize = 40;

/// A value in words. A long text differs in its line ends, which showing it would not make clearer.
fn describe(node: &Node) -> String {
    match &node.value {
        Value::Null => "no value (`null`)".to_owned(),
        Value::Bool(flag) => format!("the truth value `{flag}`"),
        Value::Integer(number) => format!("the number `{number}`"),
        Value::Float(number) => format!("the number `{number}`"),
        Value::String(text) if text.len() <= SHOWN => format!("the text {text:?}"),
        Value::String(text) => format!("a text of {} lines", text.lines().count()),
        Value::Unknown(text) => format!("the text {text:?}, which is replaced before it is applied"),
        Value::Sequence(items) => format!("a list of {} items", items.len()),
        Value::Mapping(entries) => format!("an object of {} fields", entries.len()),
    }
}
