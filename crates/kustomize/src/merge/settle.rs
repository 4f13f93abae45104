//! A part of a patch where the object has nothing: kyaml merges it with itself, which applies its directives and drops
//! what is `null`.

use kube_manifest::{Node, Value};

use super::directive::{self, Directive, take_directive, take_list_directive};
use super::list::Other;
use super::schema::Position;
use super::{Merger, Outcome, quote_old_boolean};

impl Merger<'_, '_> {
    /// The fields of a mapping whose own directive is already obeyed.
    pub(super) fn settle_fields(&mut self, at: Option<Position>, mut node: Node) -> Outcome<Option<Node>> {
        self.session.budget.work(1)?;
        let at = at.or_else(|| self.position_of(Some(&node), None));
        let Value::Mapping(entries) = std::mem::replace(&mut node.value, Value::Null) else {
            return Ok(Some(node));
        };
        let mut kept = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let below = Position::field(at.as_ref(), &entry.key);
            if let Some(mut value) = self.settle(below, entry.value)? {
                quote_old_boolean(&mut value);
                entry.value = value;
                kept.push(entry);
            }
        }
        node.value = Value::Mapping(kept);
        Ok(Some(node))
    }

    fn settle(&mut self, at: Option<Position>, node: Node) -> Outcome<Option<Node>> {
        match &node.value {
            Value::Null => Ok(None),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
                Ok(Some(node))
            }
            Value::Mapping(_) => self.settle_mapping(at, &node),
            Value::Sequence(_) if !Position::merges(at.as_ref()) => Ok(Some(node)),
            Value::Sequence(items) => {
                let mut items = items.clone();
                match take_list_directive(&mut items)? {
                    Directive::Delete => Ok(None),
                    Directive::Replace | Directive::Merge => {
                        let node = Node { origin: node.origin, value: Value::Sequence(items) };
                        self.settle_items(at.as_ref(), node).map(Some)
                    }
                }
            }
        }
    }

    fn settle_mapping(&mut self, at: Option<Position>, node: &Node) -> Outcome<Option<Node>> {
        match take_directive(node)? {
            Directive::Delete => Ok(None),
            Directive::Replace | Directive::Merge => self.settle_fields(at, directive::without(node)),
        }
    }

    /// One element of a list.
    pub(super) fn settle_element(&mut self, at: Option<Position>, node: Node) -> Outcome<Option<Node>> {
        self.settle(at, node)
    }

    /// A list whose own directive is already obeyed.
    pub(super) fn settle_items(&mut self, at: Option<&Position>, node: Node) -> Outcome<Node> {
        let fallback = node.clone();
        let merged = self.merge_items(at, node, Other::Same)?;
        Ok(merged.value.unwrap_or(fallback))
    }
}
