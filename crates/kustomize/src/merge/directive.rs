//! The key `$patch` of a patch (`yaml/merge2/smpdirective.go`).

use kube_manifest::{Entry, Node, Value};

use super::{Outcome, refuse};

const KEY: &str = "$patch";

/// What a patch does with the value at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

fn named(text: &str) -> Outcome<Directive> {
    match text {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        _ => Err(refuse(format!("`$patch: {text}` is not `merge`, `replace` or `delete`"))),
    }
}

/// The directive of a mapping.
pub(super) fn take_directive(patch: &Node) -> Outcome<Directive> {
    match patch.get(KEY) {
        None => Ok(Directive::Merge),
        Some(value) => named(value.as_str().unwrap_or_default()),
    }
}

/// The mapping without the directive.
pub(super) fn without(patch: &Node) -> Node {
    let mut copy = patch.clone();
    if let Value::Mapping(entries) = &mut copy.value {
        entries.retain(|entry| &*entry.key != KEY);
    }
    copy
}

/// The entries of a mapping without the directive.
pub(super) fn entries_without(patch: &Node) -> Vec<&Entry> {
    patch.entries().iter().filter(|entry| &*entry.key != KEY).collect()
}

/// The directive of a list: an element that has nothing but `$patch`. It is taken away.
pub(super) fn take_list_directive(items: &mut Vec<Node>) -> Outcome<Directive> {
    let Some(element) = items.iter().find(|item| item.get(KEY).is_some()) else {
        return Ok(Directive::Merge);
    };
    if element.entries().len() > 1 {
        return Ok(Directive::Merge);
    }
    let text: Box<str> = element.text_at(&[KEY]).unwrap_or_default().into();
    let directive = named(&text)?;
    super::elements::set(items, None, &[KEY.into()], &[text.into_string()], &|node| {
        node.as_str().unwrap_or_default().to_owned()
    })?;
    Ok(directive)
}
