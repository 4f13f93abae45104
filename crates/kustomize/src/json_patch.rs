//! JSON Patch as kustomize's library applies it (`evanphx/json-patch` v4), which departs from RFC 6902: `replace` makes
//! a missing key, negative indices count from the end, and a missing value is `null`.
//!
//! In: an object and operations. Out: the changed object. Never: a partial change; an operation that fails is an error.

use kube_manifest::{Entry, Node, Value};
use source_files::pointer::unescaped;

use super::error::{Outcome, RefusalKind, RenderError};
use super::session::Session;
use super::writing::{BuildStep, NOWHERE};

fn refuse(reason: String) -> RenderError {
    RenderError::new(RefusalKind::InvalidPatch, reason)
}

/// The operations of a document, or `None` if it is no list of mappings.
pub(crate) fn operations(document: &Node) -> Option<&[Node]> {
    match &document.value {
        Value::Null => Some(&[]),
        Value::Sequence(items) => {
            let is_operation = |item: &Node| matches!(item.value, Value::Mapping(_) | Value::Null);
            items.iter().all(is_operation).then_some(items)
        }
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_)
        | Value::Mapping(_) => None,
    }
}

/// Applies operations in their order.
pub(crate) fn apply(session: &mut Session<'_>, document: &mut Node, operations: &[Node]) -> Outcome<()> {
    for operation in operations {
        let name = operation.text_at(&["op"]).unwrap_or("unknown");
        Operation { session, name, node: operation }.apply(document)?;
    }
    if matches!(document.value, Value::Mapping(_)) {
        return Ok(());
    }
    Err(refuse("nothing but a mapping may be left of an object".to_owned()))
}

struct Operation<'o, 't> {
    session: &'o mut Session<'t>,
    name: &'o str,
    node: &'o Node,
}

impl<'o> Operation<'o, '_> {
    fn apply(&mut self, document: &mut Node) -> Outcome<()> {
        let path = self.text("path")?;
        match self.name {
            "add" => {
                let value = self.value()?;
                self.add(document, path, value)
            }
            "remove" => self.remove(document, path).map(drop),
            "replace" => self.replace(document, path),
            "move" => {
                let value = self.remove(document, self.text("from")?)?;
                self.add(document, path, value)
            }
            "copy" => {
                let from = self.text("from")?;
                let value = self.get(document, from)?.cloned();
                let value = value.unwrap_or(Node { origin: self.node.origin, value: Value::Null });
                self.session.budget.make(&value)?;
                self.add(document, path, value)
            }
            "test" => self.test(document, path),
            other => Err(refuse(format!("`op: {other}` is no operation of JSON Patch"))),
        }
    }

    fn text(&self, field: &str) -> Outcome<&'o str> {
        let node: &'o Node = self.node;
        let text = node.text_at(&[field]);
        text.ok_or_else(|| refuse(format!("the operation `{}` has no `{field}`", self.name)))
    }

    /// The value to write. Nothing at all is `null`.
    fn value(&mut self) -> Outcome<Node> {
        let Some(value) = self.node.get("value") else {
            return Ok(Node { origin: self.node.origin, value: Value::Null });
        };
        self.session.budget.make(value)?;
        Ok(value.clone())
    }

    fn missing(&self, path: &str) -> RenderError {
        refuse(format!("`{}` cannot be applied: `{path}` does not exist", self.name))
    }

    /// The container that a path ends in, and the last token.
    fn container<'n>(&self, document: &'n mut Node, path: &str) -> Outcome<(&'n mut Node, String)> {
        let (above, last) = path.rsplit_once('/').ok_or_else(|| self.missing(path))?;
        let mut node = document;
        for raw in above.split('/').skip(1) {
            let token = unescaped(raw);
            node = step(node, &token).ok_or_else(|| self.missing(path))?;
        }
        if !matches!(node.value, Value::Mapping(_) | Value::Sequence(_)) {
            return Err(self.missing(path));
        }
        Ok((node, unescaped(last)))
    }

    fn add(&mut self, document: &mut Node, path: &str, mut value: Node) -> Outcome<()> {
        let (container, token) = self.container(document, path)?;
        match &mut container.value {
            Value::Mapping(_) => self.set_key(container, &token, value),
            Value::Sequence(items) => {
                let place = if token == "-" { Some(items.len()) } else { index(&token, items.len() + 1) };
                let Some(place) = place.filter(|place| *place <= items.len()) else {
                    return Err(self.missing(path));
                };
                let writings = &mut self.session.writings;
                value.origin = writings.derive(value.origin, BuildStep::JsonPatch, None);
                items.insert(place, value);
            }
            _ => return Err(self.missing(path)),
        }
        Ok(())
    }

    fn set_key(&mut self, container: &mut Node, key: &str, mut value: Node) {
        let Value::Mapping(entries) = &mut container.value else { return };
        let known = entries.iter_mut().find(|entry| &*entry.key == key);
        let before = known.as_ref().map(|entry| entry.value.origin);
        value.origin = self.session.writings.derive(value.origin, BuildStep::JsonPatch, before);
        match known {
            Some(entry) => entry.value = value,
            None => entries.push(Entry { key: key.into(), key_span: NOWHERE, value }),
        }
    }

    fn remove(&mut self, document: &mut Node, path: &str) -> Outcome<Node> {
        let (container, token) = self.container(document, path)?;
        let removed = match &mut container.value {
            Value::Mapping(entries) => {
                let place = entries.iter().position(|entry| *entry.key == *token);
                place.map(|place| entries.remove(place).value)
            }
            Value::Sequence(items) => {
                let place = index(&token, items.len()).filter(|place| *place < items.len());
                place.map(|place| items.remove(place))
            }
            _ => None,
        };
        removed.ok_or_else(|| self.missing(path))
    }

    fn replace(&mut self, document: &mut Node, path: &str) -> Outcome<()> {
        let value = self.value()?;
        if path.is_empty() {
            *document = value;
            return Ok(());
        }
        let (container, token) = self.container(document, path)?;
        let Value::Sequence(items) = &mut container.value else {
            self.set_key(container, &token, value);
            return Ok(());
        };
        let length = items.len();
        let item = index(&token, length).and_then(|place| items.get_mut(place));
        let Some(item) = item else { return Err(self.missing(path)) };
        let before = Some(item.origin);
        *item = value;
        item.origin = self.session.writings.derive(item.origin, BuildStep::JsonPatch, before);
        Ok(())
    }

    fn get<'n>(&self, document: &'n mut Node, path: &str) -> Outcome<Option<&'n Node>> {
        let (container, token) = self.container(document, path)?;
        match &container.value {
            Value::Sequence(items) => {
                let item = index(&token, items.len()).and_then(|place| items.get(place));
                item.map(Some).ok_or_else(|| self.missing(path))
            }
            _ => Ok(container.get(&token)),
        }
    }

    fn test(&mut self, document: &mut Node, path: &str) -> Outcome<()> {
        let wanted = self.node.get("value");
        let fits = if path.is_empty() {
            wanted.is_some_and(|wanted| wanted == document)
        } else {
            let found = self.get(document, path)?.filter(|found| !found.is_null());
            match (found, wanted) {
                (Some(found), Some(wanted)) => found == wanted,
                (None, Some(wanted)) => wanted.is_null(),
                (_, None) => false,
            }
        };
        if fits { Ok(()) } else { Err(refuse(format!("the test of `{path}` fails"))) }
    }
}

/// The value below a container. `null` has nothing below it.
fn step<'n>(node: &'n mut Node, token: &str) -> Option<&'n mut Node> {
    let next = match &mut node.value {
        Value::Sequence(items) => {
            let place = index(token, items.len())?;
            items.get_mut(place)
        }
        Value::Mapping(entries) => {
            entries.iter_mut().find(|entry| &*entry.key == token).map(|entry| &mut entry.value)
        }
        _ => None,
    };
    next.filter(|next| !next.is_null())
}

/// An index of a list, which may count from the end.
fn index(token: &str, length: usize) -> Option<usize> {
    let digits = token.strip_prefix(['-', '+']).unwrap_or(token);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = digits.parse().ok()?;
    if token.starts_with('-') { length.checked_sub(number) } else { Some(number) }
}
