//! Resolves the tree of one document: aliases and merges as kyaml's `DeAnchor` does, the rest as
//! go-yaml v3 decodes what kustomize has written out.

use std::collections::HashSet;

use super::super::compose::SyntaxError;
use super::super::limits::AliasBudget;
use super::super::node::{Entry, Node, Value};
use super::super::syntax::{Content, Item, Layout, Style, core_tag};
use super::emitted::{self, Context};
use source_files::Span;

pub(super) struct Resolver {
    pub(super) budget: AliasBudget,
}

/// The level of a mapping. Only the outermost one may have keys that are not text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Document,
    Inner,
}

/// A key and its value, before either is resolved.
type Pair<'a> = (&'a Item, &'a Item);

impl Resolver {
    /// A whole document.
    pub(super) fn document(&mut self, item: &Item) -> Result<Node, SyntaxError> {
        self.resolve_node(item, Layout::Block, Level::Document)
    }

    fn resolve_node(&mut self, item: &Item, around: Layout, level: Level) -> Result<Node, SyntaxError> {
        self.budget.spend(item.span)?;
        let value = match &item.content {
            Content::Scalar { text, style } => {
                let context = Context::Value(around);
                let read = emitted::value(item.tag.as_deref(), text, *style, context);
                read.map_err(|error| refuse(item.span, error.to_string()))?
            }
            Content::Sequence { items, layout } => {
                let inner = nested(around, *layout);
                let nodes = items.iter().map(|item| self.resolve_node(item, inner, Level::Inner));
                Value::Sequence(nodes.collect::<Result<_, _>>()?)
            }
            Content::Mapping { entries, layout } => {
                let pairs = self.merged(item.span, entries)?;
                self.mapping(&pairs, nested(around, *layout), level)?
            }
            Content::Anchored(target) => return self.resolve_node(target, around, level),
            Content::Alias(target) => {
                self.budget.enter();
                let node = self.resolve_node(target, around, level)?;
                self.budget.leave();
                return Ok(node);
            }
        };
        Ok(Node::new(item.span, value))
    }

    /// The entries with merges put in: written entries win, then earlier merges win over later ones.
    fn merged<'a>(&mut self, place: Span, entries: &'a [(Item, Item)]) -> Result<Vec<Pair<'a>>, SyntaxError> {
        let mut pairs: Vec<Pair<'a>> = entries.iter().map(|(key, value)| (key, value)).collect();
        let merges: Vec<&Item> =
            pairs.iter().filter(|(key, _)| is_merge_key(key)).map(|(_, value)| *value).collect();
        if merges.len() > 1 {
            return Err(refuse(place, "two merges `<<` in one mapping"));
        }
        // `Clear("<<")` takes away the first key of this text, quoted or not.
        if let Some(first) = pairs.iter().position(|(key, _)| text_of(key) == Some("<<")) {
            pairs.remove(first);
        }
        if !merges.is_empty() {
            self.add_merged(&merges, &mut pairs)?;
        }
        Ok(pairs)
    }

    fn add_merged<'a>(&mut self, merges: &[&'a Item], pairs: &mut Vec<Pair<'a>>) -> Result<(), SyntaxError> {
        let mut names: HashSet<&str> = pairs.iter().filter_map(|(key, _)| text_of(key)).collect();
        for value in merges {
            for source in sources(value)? {
                self.budget.enter();
                // Merges of merges double at every level, even if no mapping has a key.
                self.budget.spend(source.span)?;
                let inner = self.merged(source.span, mapping_entries(source))?;
                for (key, value) in inner {
                    self.budget.spend(key.span)?;
                    if text_of(key).is_none_or(|name| names.insert(name)) {
                        pairs.push((key, value));
                    }
                }
                self.budget.leave();
            }
        }
        Ok(())
    }

    fn mapping(&mut self, pairs: &[Pair<'_>], layout: Layout, level: Level) -> Result<Value, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
        let mut seen = HashSet::new();
        for (key, value) in pairs {
            let scalar = key.target();
            let Content::Scalar { text, style } = &scalar.content else {
                return Err(refuse(key.span, "this is not a valid field name"));
            };
            if !seen.insert(text.as_str()) {
                return Err(refuse(key.span, format!("the key `{text}` is set twice")));
            }
            let name = match level {
                Level::Document => emitted::outermost_key(scalar.tag.as_deref(), text, *style),
                Level::Inner => emitted::key(scalar.tag.as_deref(), text, *style, layout).map(Some),
            };
            let name = name.map_err(|error| refuse(key.span, error.to_string()))?;
            // kustomize looks for these keys by the text as it is written.
            if name.as_deref().is_some_and(|name| name != text && matches!(name, "kind" | "metadata")) {
                return Err(refuse(key.span, "a key that kustomize does not recognise"));
            }
            let node = self.resolve_node(value, layout, Level::Inner)?;
            let entry = name.map(|key_text| Entry { key: key_text, key_span: key.span, value: node });
            entries.extend(entry);
        }
        Ok(Value::Mapping(entries))
    }
}

fn nested(around: Layout, own: Layout) -> Layout {
    match (around, own) {
        (Layout::Block, Layout::Block) => Layout::Block,
        (Layout::Flow, Layout::Block | Layout::Flow) | (Layout::Block, Layout::Flow) => Layout::Flow,
    }
}

fn text_of(key: &Item) -> Option<&str> {
    match &key.target().content {
        Content::Scalar { text, .. } => Some(text),
        Content::Sequence { .. } | Content::Mapping { .. } | Content::Anchored(_) | Content::Alias(_) => None,
    }
}

/// go-yaml v3 takes `<<` for a merge if it is plain or has the tag `!!merge`.
fn is_merge_key(key: &Item) -> bool {
    let Some(("<<", style)) = key.scalar() else { return false };
    match key.own_tag() {
        None | Some("!") => style == Style::Plain,
        Some(tag) => core_tag(tag) == Some("merge"),
    }
}

/// The mappings of a merge's value, the one that wins first.
fn sources(value: &Item) -> Result<Vec<&Item>, SyntaxError> {
    let own = match &value.content {
        Content::Anchored(target) => target,
        Content::Scalar { .. } | Content::Sequence { .. } | Content::Mapping { .. } | Content::Alias(_) => {
            value
        }
    };
    let candidates: Vec<&Item> = match &own.content {
        Content::Sequence { items, .. } => items.iter().collect(),
        Content::Scalar { .. } | Content::Mapping { .. } | Content::Anchored(_) | Content::Alias(_) => {
            vec![own]
        }
    };
    let targets: Vec<&Item> = candidates.into_iter().map(Item::target).collect();
    match targets.iter().find(|target| !matches!(target.content, Content::Mapping { .. })) {
        Some(other) => Err(refuse(other.span, "only a mapping can be merged with `<<`")),
        None => Ok(targets),
    }
}

fn mapping_entries(item: &Item) -> &[(Item, Item)] {
    if let Content::Mapping { entries, .. } = &item.content { entries } else { &[] }
}

fn refuse(place: Span, reason: impl Into<String>) -> SyntaxError {
    SyntaxError { span: place, reason: reason.into() }
}
