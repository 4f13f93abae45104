//! Lists that merge by keys (`yaml/walk/associative_sequence.go`).

use kube_manifest::{Node, Value};

use super::directive::{Directive, take_list_directive, without};
use super::schema::Position;
use super::{Merger, Outcome, Walked, elements};

/// The list that is merged into another one.
#[derive(Clone, Copy)]
pub(super) enum Other<'n> {
    None,
    /// The list itself: a patch is put where the object has nothing.
    Same,
    Items(&'n [Node]),
}

/// The keys of elements, as texts.
type Values = Vec<Vec<String>>;

impl Merger<'_, '_> {
    pub(super) fn walk_list(
        &mut self,
        at: Option<&Position>,
        dest: Option<Node>,
        patch: Option<&Node>,
    ) -> Outcome<Walked> {
        let dest = match dest {
            Some(dest) if !dest.is_null() => dest,
            empty => {
                let Some(patch) = patch else { return Ok(Walked { value: empty, kept: None }) };
                self.session.budget.make(patch)?;
                let value = self.replacing(empty.as_ref(), patch.clone());
                return Ok(Walked { value: Some(self.settle_items(at, value)?), kept: empty });
            }
        };
        let Some(patch) = patch else { return self.merge_items(at, dest, Other::None) };
        if patch.is_null() {
            return Ok(Walked { value: None, kept: Some(dest) });
        }
        let mut items = patch.items().to_vec();
        match take_list_directive(&mut items)? {
            Directive::Delete => Ok(Walked { value: None, kept: Some(dest) }),
            Directive::Replace => {
                let value = Node { origin: patch.origin, value: Value::Sequence(items) };
                let value = self.replacing(Some(&dest), value);
                Ok(Walked { value: Some(self.settle_items(at, value)?), kept: Some(dest) })
            }
            Directive::Merge => self.merge_items(at, dest, Other::Items(&items)),
        }
    }

    pub(super) fn merge_items(
        &mut self,
        at: Option<&Position>,
        mut dest: Node,
        other: Other<'_>,
    ) -> Outcome<Walked> {
        let Value::Sequence(items) = std::mem::replace(&mut dest.value, Value::Null) else {
            return Ok(Walked { value: Some(dest), kept: None });
        };
        let keys = Position::keys(at);
        let below = Position::elements(at);
        let merged = self.merge_elements(below.as_ref(), &keys, items, other)?;
        dest.value = Value::Sequence(merged);
        Ok(Walked { value: Some(dest), kept: None })
    }

    fn merge_elements(
        &mut self,
        below: Option<&Position>,
        keys: &[Box<str>],
        mut dest: Vec<Node>,
        other: Other<'_>,
    ) -> Outcome<Vec<Node>> {
        let none = [Box::default()];
        let (keys, mut all) = if keys.is_empty() {
            (none.as_slice(), self.primitive_values(&dest, other))
        } else {
            (keys, self.element_values(&dest, other, keys))
        };
        if keys.len() > 1 {
            unite(&mut all);
        }
        let mut items = Vec::with_capacity(all.len());
        let mut valid = (Vec::new(), Vec::new());
        for values in all.iter().filter(|values| !values.is_empty()) {
            valid = validate(&all, values, keys);
            let value = self.merge_element(below, &valid, &mut dest, other)?;
            let writings = &self.session.writings;
            let text_of = |node: &Node| writings.scalar_text(node).into_owned();
            match value {
                Some(value) => elements::set(&mut items, Some(&value), &valid.0, &valid.1, &text_of)?,
                None => elements::set(&mut dest, None, &valid.0, &valid.1, &text_of)?,
            }
        }
        if all.is_empty() {
            return Ok(dest);
        }
        let writings = &self.session.writings;
        elements::append(&mut items, &dest, &valid.0, &|node| writings.scalar_text(node).into_owned())?;
        Ok(items)
    }

    /// Merges the elements with some keys. `None` if the patch deletes it, or no element has them.
    fn merge_element(
        &mut self,
        below: Option<&Position>,
        valid: &(Vec<Box<str>>, Vec<String>),
        dest: &mut [Node],
        other: Other<'_>,
    ) -> Outcome<Option<Node>> {
        let (keys, values) = validate(std::slice::from_ref(&valid.1), &valid.1, &valid.0);
        let writings = &self.session.writings;
        let text_of = |node: &Node| writings.scalar_text(node).into_owned();
        let place = elements::find(dest, &keys, &values, &text_of);
        let patch = match other {
            Other::Items(items) => {
                elements::find(items, &keys, &values, &text_of).and_then(|index| items.get(index))
            }
            Other::None | Other::Same => None,
        };
        let element = place.and_then(|index| dest.get(index)).cloned();
        let walked = match (other, element) {
            (Other::Same, Some(element)) => {
                let value = self.settle_element(below.cloned(), element.clone())?;
                Walked { kept: if value.is_none() { Some(without(&element)) } else { None }, value }
            }
            (_, element) => self.walk(below.cloned(), element, patch)?,
        };
        let mut value = walked.value.filter(|value| !value.is_null() && !is_empty_mapping(value));
        if let Some(value) = &mut value {
            add_keys(value, &valid.0, &valid.1);
        }
        if let Some(element) = place.and_then(|index| dest.get_mut(index))
            && let Some(now) = walked.kept.or_else(|| value.clone())
        {
            *element = now;
        }
        Ok(value)
    }

    fn element_values(&self, dest: &[Node], other: Other<'_>, keys: &[Box<str>]) -> Values {
        let text_of = |node: &Node| self.session.writings.scalar_text(node).into_owned();
        let patch = match other {
            Other::Items(items) => elements::values(items, keys, &text_of),
            Other::None | Other::Same => Vec::new(),
        };
        distinct(patch.into_iter().chain(elements::values(dest, keys, &text_of)))
    }

    fn primitive_values(&self, dest: &[Node], other: Other<'_>) -> Values {
        let patch = match other {
            Other::Items(items) => items,
            Other::None | Other::Same => &[],
        };
        let texts = patch.iter().chain(dest);
        distinct(texts.map(|node| vec![self.session.writings.scalar_text(node).into_owned()]))
    }
}

fn is_empty_mapping(node: &Node) -> bool {
    matches!(&node.value, Value::Mapping(entries) if entries.is_empty())
}

fn distinct(values: impl Iterator<Item = Vec<String>>) -> Values {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

fn add_keys(value: &mut Node, keys: &[Box<str>], values: &[String]) {
    let origin = value.origin;
    let Value::Mapping(entries) = &mut value.value else { return };
    for (key, text) in keys.iter().zip(values).filter(|(_, text)| !text.is_empty()) {
        if !entries.iter().any(|entry| entry.key == *key) {
            let added = Node { origin, value: Value::String(text.as_str().into()) };
            entries.push(kube_manifest::Entry { key: key.clone(), key_span: origin.span, value: added });
        }
    }
}

/// The keys that any element uses, with the values of one element (`validateKeys`).
fn validate(all: &[Vec<String>], values: &[String], keys: &[Box<str>]) -> (Vec<Box<str>>, Vec<String>) {
    let is_used =
        |index: usize| all.iter().any(|values| values.get(index).is_some_and(|value| !value.is_empty()));
    let used: Vec<bool> = (0..keys.len()).map(is_used).collect();
    if !used.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let mut valid = (Vec::new(), Vec::new());
    for (index, (key, value)) in keys.iter().zip(values).enumerate() {
        let is_valid = used.get(index) == Some(&true);
        if is_valid {
            valid.0.push(key.clone());
        }
        if is_valid || !value.is_empty() {
            valid.1.push(value.clone());
        }
    }
    valid
}

/// Elements of which one leaves a key open become one (`mergeValues`).
fn unite(all: &mut [Vec<String>]) {
    for one in 0..all.len() {
        let Some(first) = all.get(one).cloned() else { continue };
        for other in 0..all.len() {
            // The first element is compared as it was before this round.
            let Some(values) = all.get(other).and_then(|second| united(&first, second)) else { continue };
            for index in [one, other] {
                if let Some(known) = all.get_mut(index) {
                    known.clone_from(&values);
                }
            }
        }
    }
}

fn united(one: &[String], other: &[String]) -> Option<Vec<String>> {
    if one.len() != other.len() {
        return None;
    }
    let mut has_common = false;
    let mut united = Vec::with_capacity(one.len());
    for (left, right) in one.iter().zip(other) {
        if left == right {
            has_common = true;
        } else if !left.is_empty() && !right.is_empty() {
            return None;
        }
        united.push(if left.is_empty() { right.clone() } else { left.clone() });
    }
    has_common.then_some(united)
}
