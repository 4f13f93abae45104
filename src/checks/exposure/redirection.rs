//! The destinations of an exposed Service.
//!
//! In: both versions of a Service. Out: the destinations of the new one that the old one did not have. Never:
//! calls it a change if the same workloads, or fewer of them, are behind it.

use std::collections::BTreeSet;

use super::{Service, ServicePort, name_of, path};
use crate::checks::Context;
use crate::world::{ObjectChange, World};
use kube_manifest::{Node, Object, Value};
use kube_model::service_selector;

/// A new destination.
pub(super) struct Redirected<'a> {
    /// The node that names it.
    pub(super) node: &'a Node,
    /// The old destination.
    pub(super) was: String,
    /// The new destination, as part of a sentence.
    pub(super) to: String,
    /// The new destination, in a form that no wording changes.
    pub(super) target: String,
}

/// The selector and the target ports that lead elsewhere.
pub(super) fn of<'a>(
    change: &'a ObjectChange,
    (old, new): (Service<'_>, Service<'a>),
    context: &Context<'_>,
) -> Vec<Redirected<'a>> {
    let mut found = Vec::new();
    found.extend(selector(change, context));
    for port in new.ports() {
        let mut same = old.ports().filter(|known| is_same(known, &port));
        let Some(known) = same.next().filter(|_| same.next().is_none()) else { continue };
        found.extend(target(change, (known, port), context));
    }
    found
}

fn is_same(known: &ServicePort<'_>, port: &ServicePort<'_>) -> bool {
    known.number == port.number && known.protocol == port.protocol
}

fn selector<'a>(change: &'a ObjectChange, context: &Context<'_>) -> Option<Redirected<'a>> {
    let (old, new) = (change.old_object()?, change.object()?);
    let (before, after) = (service_selector(&old.object), service_selector(&new.object));
    let as_set = |labels: &Option<Vec<(&str, &str)>>| -> BTreeSet<(String, String)> {
        let labels = labels.iter().flatten();
        labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let written = |object: &Object| object.at(&["spec", "selector"]).cloned();
    if as_set(&before) == as_set(&after) && written(&old.object) == written(&new.object) {
        return None;
    }
    let behind = |world: &World, of, selector: &Option<Vec<(&str, &str)>>| -> BTreeSet<String> {
        let names =
            selector.as_ref().map(|labels| path::find_workloads(of, labels, world)).unwrap_or_default();
        names.into_iter().collect()
    };
    let (stood, stands) = (behind(context.old, old, &before), behind(context.new, new, &after));
    if !stands.is_empty() && stands.is_subset(&stood) {
        return None;
    }
    let words = |labels: &Option<Vec<(&str, &str)>>| match labels {
        Some(labels) => path::pods(labels),
        None => "no Pods of its own".to_owned(),
    };
    let labels: Vec<String> =
        as_set(&after).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let behind_it = stands.into_iter().collect::<Vec<_>>().join(", ");
    let target = format!("{}:{behind_it}", labels.join(","));
    let to = if behind_it.is_empty() { words(&after) } else { behind_it };
    let root = &new.object.root;
    let node = root.at(&["spec", "selector"]).or_else(|| root.get("spec")).unwrap_or(root);
    Some(Redirected { node, was: words(&before), to, target })
}

fn target<'a>(
    change: &'a ObjectChange,
    (known, port): (ServicePort<'_>, ServicePort<'a>),
    context: &Context<'_>,
) -> Option<Redirected<'a>> {
    let (before, after) = (known.target?, port.target?);
    if before == after {
        return None;
    }
    let numbers = |world: &World, of, target: &Node| -> BTreeSet<i64> {
        match target.as_integer() {
            Some(number) => BTreeSet::from([number]),
            None => path::ports_called(of, target.as_str().unwrap_or_default(), world),
        }
    };
    let stood = numbers(context.old, change.old_object()?, before);
    let stands = numbers(context.new, change.object()?, after);
    if !stands.is_empty() && stands.is_subset(&stood) {
        return None;
    }
    let to = format!("another port of its Pods: {} leads to {}", name_of(port), text(after));
    let node = port.node.get("targetPort").unwrap_or(port.node);
    let target = format!("{}:{}", name_of(port), text(after));
    Some(Redirected { node, was: text(before), to, target })
}

fn text(node: &Node) -> String {
    match &node.value {
        Value::String(text) | Value::Unknown(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::Sequence(_) | Value::Mapping(_) => {
            "a value that is no port".to_owned()
        }
    }
}
