//! Elements of lists, found and put by their keys (`ElementSetter`, `ElementMatcher` in `yaml/fns.go`).

use kube_manifest::{Node, Value};

use super::{Outcome, Shape, refuse, shape_of};

/// Returns the text of a scalar.
pub(super) type TextOf<'t> = &'t dyn Fn(&Node) -> String;

fn is_empty_element(node: &Node) -> bool {
    node.is_null() || matches!(&node.value, Value::Mapping(entries) if entries.is_empty())
}

/// The first element whose fields have these texts.
pub(super) fn find(
    items: &[Node],
    keys: &[Box<str>],
    values: &[String],
    text_of: TextOf<'_>,
) -> Option<usize> {
    let first = keys.first().map(|key| &**key).unwrap_or_default();
    if first.is_empty() {
        let wanted = values.first().map(String::as_str).unwrap_or_default();
        return items.iter().position(|item| text_of(item) == wanted);
    }
    items
        .iter()
        .position(|item| shape_of(item) == Some(Shape::Mapping) && has_fields(item, keys, values, text_of))
}

fn has_fields(item: &Node, keys: &[Box<str>], values: &[String], text_of: TextOf<'_>) -> bool {
    for (key, value) in keys.iter().zip(values) {
        if item.get(key).is_none_or(|field| text_of(field) != *value) {
            return false;
        }
    }
    true
}

/// Puts an element in place of every one with these keys, or at the end. Without an element, takes them away.
pub(super) fn set(
    items: &mut Vec<Node>,
    element: Option<&Node>,
    keys: &[Box<str>],
    values: &[String],
    text_of: TextOf<'_>,
) -> Outcome<()> {
    let is_mapping_setter = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::with_capacity(items.len());
    let mut is_found = false;
    for item in std::mem::take(items) {
        if is_empty_element(&item) {
            continue;
        }
        if is_mapping_setter && shape_of(&item) != Some(Shape::Mapping) {
            kept.push(item);
            continue;
        }
        if !matches(&item, keys, values, text_of)? {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        is_found = true;
        kept.extend(element.cloned());
    }
    *items = kept;
    if let Some(element) = element.filter(|element| !element.is_null() && !is_found) {
        items.push(element.clone());
    }
    Ok(())
}

fn matches(item: &Node, keys: &[Box<str>], values: &[String], text_of: TextOf<'_>) -> Outcome<bool> {
    let mut is_matched = false;
    for (index, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(index) {
            is_matched = match (&**key, shape_of(item)) {
                ("", Some(Shape::Scalar)) => text_of(item) == *value,
                (_, Some(Shape::Mapping)) if !key.is_empty() => {
                    item.get(key).is_some_and(|field| value.is_empty() || text_of(field) == *value)
                }
                _ => return Err(refuse("a list in the patch has elements of another type than the object")),
            };
        }
        if !is_matched {
            return Ok(false);
        }
    }
    Ok(is_matched)
}

/// Adds the elements of a list to others, each in place of those with its keys (`appendListNode`).
pub(super) fn append(
    items: &mut Vec<Node>,
    others: &[Node],
    keys: &[Box<str>],
    text_of: TextOf<'_>,
) -> Outcome<()> {
    for element in others {
        if keys.first().is_none_or(|key| key.is_empty()) {
            set(items, Some(element), &[Box::default()], &[text_of(element)], text_of)?;
            continue;
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            if shape_of(element).is_some_and(|shape| shape != Shape::Mapping) {
                return Err(refuse("a list that merges by a key has an element that is no mapping"));
            }
            match element.get(key) {
                Some(value) => values.push(text_of(value)),
                None => items.push(element.clone()),
            }
        }
        if keys.len() > 1 {
            set(items, None, keys, &values, text_of)?;
        }
        set(items, Some(element), keys, &values, text_of)?;
    }
    Ok(())
}

/// The texts of the keys of every element, empty where a field is missing or has nothing in it.
pub(super) fn values(items: &[Node], keys: &[Box<str>], text_of: TextOf<'_>) -> Vec<Vec<String>> {
    let text = |item: &Node, key: &str| match item.get(key) {
        Some(field) if !field.is_null() => text_of(field),
        Some(_) | None => String::new(),
    };
    items.iter().map(|item| keys.iter().map(|key| text(item, key)).collect()).collect()
}
