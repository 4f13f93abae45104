//! Unchanged objects that a change may deprive of other objects.
//!
//! In: the objects that differ, and those that are gone. Out: whether an unchanged object names one that is gone, or
//! selects, or is selected as, Pods whose labels change. Never: judges.

use std::collections::HashSet;
use std::sync::Arc;

use super::differing::Differing;
use kube_manifest::Object;
use kube_model::{is_target, pod_labels, references, selects, service_selector};

/// A label: its key and its value.
type Label = (Box<str>, Box<str>);

/// The criteria for unchanged objects.
#[derive(Debug, Default)]
pub(super) struct Related {
    /// Names of objects that are gone.
    names: HashSet<Box<str>>,
    /// Selectors of Services that differ.
    selectors: Vec<Vec<Label>>,
    /// Labels that Pods had and may no longer have.
    lost: Vec<Vec<Label>>,
}

impl Related {
    pub(super) fn of(differing: &Differing) -> Self {
        let targets = differing.gone.iter().filter(|object| is_target(object.group(), &object.kind));
        let names = targets.map(|object| object.name.clone()).filter(|name| !name.is_empty()).collect();
        let selectors = differing.all().filter_map(service_selector).map(own_labels).collect();
        let lost = differing.old.iter().filter(|object| changes_labels(object, &differing.new));
        let lost =
            lost.filter_map(|object| pod_labels(object)).map(own_labels).filter(|labels| !labels.is_empty());
        Self { names, selectors, lost: lost.collect() }
    }

    /// Returns lists of words. A file that may hold something related contains all words of one list.
    pub(super) fn words(&self) -> impl Iterator<Item = Vec<Box<str>>> {
        let names = self.names.iter().map(|name| vec![name.clone()]);
        let selectors = self.selectors.iter().map(|labels| own_values(labels));
        // A Service that selects such Pods names at least one of their labels, and so does any other workload that it
        // selects.
        let labels = self.lost.iter().flatten().map(|(_, value)| vec![value.clone()]);
        let words: Vec<Vec<Box<str>>> = names.chain(selectors).chain(labels).collect();
        words.into_iter().filter(|words| !words.is_empty())
    }

    /// Returns true if an object is related.
    pub(super) fn wants(&self, object: &Object) -> bool {
        self.names_one(object) || self.selects_one(object) || self.is_selected(object)
    }

    fn names_one(&self, object: &Object) -> bool {
        !self.names.is_empty()
            && references(object).iter().any(|reference| self.names.contains(reference.name))
    }

    fn selects_one(&self, object: &Object) -> bool {
        let Some(selector) = service_selector(object) else { return false };
        self.lost.iter().any(|labels| selects(&selector, &borrow_labels(labels)))
    }

    fn is_selected(&self, object: &Object) -> bool {
        if self.selectors.is_empty() && self.lost.is_empty() {
            return false;
        }
        let Some(labels) = pod_labels(object) else { return false };
        let shares = |lost: &Vec<Label>| borrow_labels(lost).iter().any(|label| labels.contains(label));
        self.selectors.iter().any(|selector| selects(&borrow_labels(selector), &labels))
            || self.lost.iter().any(shares)
    }
}

/// Returns true if no new version of a workload has the same labels.
fn changes_labels(object: &Object, new: &[Arc<Object>]) -> bool {
    let Some(labels) = pod_labels(object) else { return false };
    let mut versions = new.iter().filter(|other| other.kind == object.kind && other.name == object.name);
    !versions.any(|other| pod_labels(other).as_ref() == Some(&labels))
}

fn own_labels(labels: Vec<(&str, &str)>) -> Vec<Label> {
    labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

fn borrow_labels(labels: &[Label]) -> Vec<(&str, &str)> {
    labels.iter().map(|(key, value)| (&**key, &**value)).collect()
}

fn own_values(labels: &[Label]) -> Vec<Box<str>> {
    labels.iter().map(|(_, value)| value.clone()).filter(|value| !value.is_empty()).collect()
}
