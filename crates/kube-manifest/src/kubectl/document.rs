//! Resolves the tree of one document as go-yaml v2 decodes it into an empty interface.

use super::super::compose::SyntaxError;
use super::super::limits::AliasBudget;
use super::super::node::{Node, Value};
use super::super::problem::Problem;
use super::super::syntax::{Content, Item, Layout, Style, core_tag};
use super::mapping::MappingBuilder;
use super::scalar::{self, Resolved};
use super::{AliasUse, Documents};
use crate::agreement::Agreement;
use source_files::Span;

pub(super) struct Resolver<'a> {
    pub(super) documents: &'a mut Documents,
    pub(super) budget: &'a mut AliasBudget,
}

impl Resolver<'_> {
    pub(super) fn resolve_node(&mut self, item: &Item) -> Result<Node, SyntaxError> {
        self.budget.spend(item.span)?;
        let value = match &item.content {
            Content::Scalar { text, style } => self.scalar(item, text, *style)?,
            Content::Sequence { items, .. } => {
                self.collection_tag(item, "seq");
                Value::Sequence(items.iter().map(|item| self.resolve_node(item)).collect::<Result<_, _>>()?)
            }
            Content::Mapping { entries, layout } => {
                self.collection_tag(item, "map");
                self.empty_values(entries, *layout);
                self.mapping(entries)?
            }
            Content::Anchored(target) => return self.resolve_node(target),
            Content::Alias(target) => return self.alias(item.span, target),
        };
        Ok(Node::new(item.span, value))
    }

    fn note(&mut self, agreement: Agreement) {
        self.documents.agreement = self.documents.agreement.and(agreement);
    }

    fn alias(&mut self, site: Span, target: &Item) -> Result<Node, SyntaxError> {
        self.budget.enter();
        let node = self.resolve_node(target)?;
        self.budget.leave();
        self.documents.aliases.push(AliasUse { site, anchored: target.span });
        Ok(node)
    }

    fn scalar(&mut self, item: &Item, text: &str, style: Style) -> Result<Value, SyntaxError> {
        let resolved = scalar::resolve(item.tag.as_deref(), text, style);
        let Resolved { value, foreign_tag, agreement } =
            resolved.map_err(|error| SyntaxError { span: item.span, reason: error.to_string() })?;
        self.note(agreement);
        if foreign_tag {
            let problem = Problem::ambiguous(item.span, "not every tool supports this tag");
            self.documents.problems.push(problem);
        }
        Ok(value)
    }

    fn mapping(&mut self, entries: &[(Item, Item)]) -> Result<Value, SyntaxError> {
        let mut builder = MappingBuilder::default();
        for (key, value) in entries {
            if scalar::is_merge_key(key) {
                self.note(Agreement::Open);
                let value = self.mergeable(key, value)?;
                builder.merge(key.span, value, &mut self.documents.problems);
                continue;
            }
            let key = self.resolve_node(key)?;
            let value = self.resolve_node(value)?;
            self.insert(&mut builder, &key, value)?;
        }
        Ok(builder.finish())
    }

    fn insert(&mut self, builder: &mut MappingBuilder, key: &Node, value: Node) -> Result<(), SyntaxError> {
        let is_plain = matches!(&key.value, Value::String(text) if &**text != "<<");
        self.note(Agreement::unless(!is_plain));
        let Some(text) = scalar::key_text(&key.value) else {
            return Err(SyntaxError {
                span: key.span(),
                reason: "this is not a valid field name".to_owned(),
            });
        };
        builder.insert(text, key.span(), value, &mut self.documents.problems);
        Ok(())
    }

    /// The mappings that a merge brings, the one that wins last.
    fn mergeable(&mut self, key: &Item, value: &Item) -> Result<Vec<Node>, SyntaxError> {
        let sources: Vec<&Item> = match &value.content {
            Content::Sequence { items, .. } => items.iter().rev().collect(),
            Content::Anchored(target) => match &target.content {
                Content::Sequence { items, .. } => items.iter().rev().collect(),
                _other => vec![value],
            },
            Content::Scalar { .. } | Content::Mapping { .. } | Content::Alias(_) => vec![value],
        };
        let mut nodes = Vec::with_capacity(sources.len());
        for source in sources {
            if !matches!(source.target().content, Content::Mapping { .. }) {
                let reason = "only a mapping can be merged with `<<`".to_owned();
                return Err(SyntaxError { span: key.span, reason });
            }
            nodes.push(self.resolve_node(source)?);
        }
        Ok(nodes)
    }

    /// kustomize writes an absent value inside braces as an empty text.
    fn empty_values(&mut self, entries: &[(Item, Item)], layout: Layout) {
        let empty = |item: &Item| matches!(item.scalar(), Some(("", Style::Plain)));
        let keys = entries.iter().any(|(key, _)| empty(key));
        let values = layout == Layout::Flow && entries.iter().any(|(_, value)| empty(value));
        self.note(Agreement::unless(keys || values));
    }

    fn collection_tag(&mut self, item: &Item, expected: &str) {
        let Some(tag) = item.tag.as_deref() else { return };
        self.note(Agreement::Open);
        if core_tag(tag) != Some(expected) {
            let problem = Problem::ambiguous(item.span, "not every tool supports this tag");
            self.documents.problems.push(problem);
        }
    }
}
