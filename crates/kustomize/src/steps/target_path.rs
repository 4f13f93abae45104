//! Paths of `replacements` (`PathGetter`, `PathMatcher` in `kyaml/yaml`).
//!
//! In: a tree and a path such as `spec.containers.[name=web].image`. Out: the places that it means, as indices from
//! the root down. Never: writes a value; only what is missing on the way may be made.

use kube_manifest::{Entry, Node, Value};

use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::field_specs::split_path;
use super::super::selector::compile;
use super::super::writing::{NOWHERE, Writings};

/// A value, by the index of each entry or item on the way to it.
pub(super) type Place = Vec<usize>;

/// What a missing value is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MadeAs {
    Nothing,
    Scalar,
    List,
    Mapping,
}

pub(super) fn refuse(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidInput, reason)
}

/// The parts of a path; what is in brackets may hold dots.
pub(crate) fn parts(path: &str) -> Vec<String> {
    let split = split_path(path, '.');
    let mut parts = Vec::with_capacity(split.len());
    let mut pieces = split.into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut whole = piece;
        for next in pieces.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        let is_condition = whole.contains('=');
        parts.push(if is_condition { whole } else { whole.trim_matches(['[', ']']).to_owned() });
    }
    parts
}

/// The value at a path, each part exactly one (`Lookup`).
pub(crate) fn lookup<'n>(node: &'n Node, path: &[String], writings: &Writings) -> Outcome<Option<&'n Node>> {
    let mut node = node;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if node.is_null() {
            return Ok(None);
        }
        let next = if part == "-" {
            items(node)?.last()
        } else if let Ok(index) = part.parse::<i64>() {
            let index =
                usize::try_from(index).map_err(|_| refuse(format!("the index `{index}` is negative")))?;
            items(node)?.get(index)
        } else if part == "*" {
            return Err(refuse("a star is not possible here"));
        } else if let Some((name, value)) = condition(part)? {
            let fits = |item: &&Node| {
                let text = if name.is_empty() {
                    Some(writings.scalar_text(item))
                } else {
                    item.get(name).map(|field| writings.scalar_text(field))
                };
                text.is_some_and(|text| text == value)
            };
            items(node)?.iter().find(fits)
        } else {
            fields(node)?.iter().find(|entry| *entry.key == *part).map(|entry| &entry.value)
        };
        let Some(next) = next else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

fn items(node: &Node) -> Outcome<&[Node]> {
    match &node.value {
        Value::Sequence(items) => Ok(items),
        Value::Null => Ok(&[]),
        _ => Err(refuse("a list is expected on the path of a replacement")),
    }
}

fn fields(node: &Node) -> Outcome<&[Entry]> {
    match &node.value {
        Value::Mapping(entries) => Ok(entries),
        Value::Null => Ok(&[]),
        _ => Err(refuse("a mapping is expected on the path of a replacement")),
    }
}

/// The parts of `[name=value]`.
fn condition(part: &str) -> Outcome<Option<(&str, &str)>> {
    let Some(inner) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else { return Ok(None) };
    let pair = inner.split_once('=').ok_or_else(|| refuse(format!("`{part}` has no `=`")))?;
    Ok(Some(pair))
}

/// Finds the places that a path means.
pub(super) struct Finder<'w> {
    pub(super) writings: &'w Writings,
    pub(super) made: MadeAs,
    pub(super) found: Vec<Place>,
    /// Places that were made as scalars, so that what is put there has the type that its text has.
    pub(super) fresh: Vec<Place>,
    /// What is made below `null` is lost, and kustomize does not notice.
    pub(super) lost: Lost,
}

/// Whether a value was made where it is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lost {
    #[default]
    Nothing,
    Something,
}

impl Finder<'_> {
    pub(super) fn find(&mut self, node: &mut Node, path: &[String], at: &mut Place) -> Outcome<()> {
        let Some((part, rest)) = path.split_first() else {
            self.found.push(at.clone());
            return Ok(());
        };
        if let Ok(index) = part.parse::<usize>() {
            return self.find_index(node, index, rest, at);
        }
        if let Some((name, value)) = condition(part)? {
            return self.find_matching(node, name, value, rest, at);
        }
        if part == "*" {
            let length = items(node)?.len();
            return (0..length).try_for_each(|index| self.below(node, index, rest, at));
        }
        self.find_field(node, part, rest, at)
    }

    fn below(&mut self, node: &mut Node, index: usize, rest: &[String], at: &mut Place) -> Outcome<()> {
        let child = match &mut node.value {
            Value::Mapping(entries) => entries.get_mut(index).map(|entry| &mut entry.value),
            Value::Sequence(items) => items.get_mut(index),
            _ => None,
        };
        let Some(child) = child else { return Ok(()) };
        at.push(index);
        let outcome = self.find(child, rest, at);
        at.pop();
        outcome
    }

    fn find_index(&mut self, node: &mut Node, index: usize, rest: &[String], at: &mut Place) -> Outcome<()> {
        let length = items(node)?.len();
        if length == index && self.made != MadeAs::Nothing {
            let made = self.make(node, rest, index, at);
            if let Value::Sequence(items) = &mut node.value {
                items.push(made);
            }
        } else if length <= index {
            return Err(refuse(format!("the index {index} is past the end of a list")));
        }
        self.below(node, index, rest, at)
    }

    fn find_matching(
        &mut self,
        node: &mut Node,
        name: &str,
        pattern: &str,
        rest: &[String],
        at: &mut Place,
    ) -> Outcome<()> {
        let before = self.found.len();
        let expression = compile(pattern)?;
        for index in 0..items(node)?.len() {
            let Some(item) = items(node)?.get(index) else { continue };
            let text = if name.is_empty() {
                Some(self.written(item))
            } else {
                item.get(name).map(|field| self.written(field))
            };
            if !text.is_some_and(|text| expression.is_match(text.trim())) {
                continue;
            }
            self.below(node, index, if name.is_empty() { &[] } else { rest }, at)?;
        }
        if self.found.len() > before || self.made == MadeAs::Nothing {
            return Ok(());
        }
        let origin = node.origin;
        let text = Node { origin, value: Value::String(pattern.into()) };
        let item = if name.is_empty() {
            text
        } else {
            let entry = Entry { key: name.into(), key_span: NOWHERE, value: text };
            Node { origin, value: Value::Mapping(vec![entry]) }
        };
        let Value::Sequence(list) = &mut node.value else { return Ok(()) };
        list.push(item);
        let last = list.len() - 1;
        self.below(node, last, if name.is_empty() { &[] } else { rest }, at)
    }

    /// The text of a value as it would be written, with its quotes.
    fn written(&self, node: &Node) -> String {
        let text = self.writings.scalar_text(node);
        if self.writings.is_quoted(node) { format!("\"{text}\"") } else { text.into_owned() }
    }

    fn find_field(&mut self, node: &mut Node, name: &str, rest: &[String], at: &mut Place) -> Outcome<()> {
        let known = fields(node)?.iter().position(|entry| &*entry.key == name);
        let index = match known {
            Some(index) => index,
            None if self.made == MadeAs::Nothing => return Ok(()),
            None => {
                let place = fields(node)?.len();
                let value = self.make(node, rest, place, at);
                let Value::Mapping(entries) = &mut node.value else {
                    self.lost = Lost::Something;
                    return Ok(());
                };
                entries.push(Entry { key: name.into(), key_span: NOWHERE, value });
                place
            }
        };
        self.below(node, index, rest, at)
    }

    fn make(&mut self, node: &Node, rest: &[String], index: usize, at: &Place) -> Node {
        let made = match rest.first() {
            Some(next) if next.starts_with('[') || next.parse::<usize>().is_ok() => MadeAs::List,
            Some(_) => MadeAs::Mapping,
            None => self.made,
        };
        let value = match made {
            MadeAs::List => Value::Sequence(Vec::new()),
            MadeAs::Mapping => Value::Mapping(Vec::new()),
            MadeAs::Scalar | MadeAs::Nothing => Value::String(Box::default()),
        };
        if made == MadeAs::Scalar {
            let mut place = at.clone();
            place.push(index);
            self.fresh.push(place);
        }
        Node { origin: node.origin, value }
    }
}

/// The value at a place.
pub(super) fn at_place<'n>(node: &'n mut Node, place: &[usize]) -> Option<&'n mut Node> {
    let mut node = node;
    for index in place {
        node = match &mut node.value {
            Value::Mapping(entries) => entries.get_mut(*index).map(|entry| &mut entry.value)?,
            Value::Sequence(items) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn brackets_keep_their_dots() {
        assert_eq!(parts("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(parts("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(parts("data.a\\.b"), ["data", "a.b"]);
    }
}
