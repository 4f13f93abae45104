//! Builds the tree of one YAML document from libyaml's events, with a span for every node.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libyaml_safer::{Event, EventData, Mark, Parser, ScalarStyle};

use super::framing::span;
use super::mapping::MappingBuilder;
use super::node::{Node, Value};
use super::problem::Problem;
use super::scalar::{self, ScalarError};
use crate::source::Span;

/// What is left of a file's limits.
pub(super) struct Budget {
    pub(super) nodes: usize,
    pub(super) aliased: usize,
}

/// Composes the one document of a chunk that starts at `base` in the file. `None` for a document
/// without content. `budget` counts nodes over the whole file, aliases expanded.
pub(super) fn compose(
    body: &str,
    base: usize,
    depth_limit: usize,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Result<Option<Node>, Problem> {
    let ended = with_final_break(body);
    let mut bytes = ended.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    let anchors = HashMap::new();
    let mut composer = Composer { parser, base, body, depth_limit, budget, problems, anchors };
    let outcome = catch_unwind(AssertUnwindSafe(|| composer.document()));
    outcome.unwrap_or_else(|_| {
        Err(Problem::unparseable(
            span(base, base),
            "the YAML parser stopped at something that it does not expect",
        ))
    })
}

/// The parser panics where a block scalar ends with the file inside a line; the line end that it
/// misses is added here and taken away again in [`Composer::scalar_text`].
fn with_final_break(body: &str) -> Cow<'_, str> {
    if lacks_final_break(body) { Cow::Owned(format!("{body}\n")) } else { Cow::Borrowed(body) }
}

fn lacks_final_break(body: &str) -> bool {
    body.lines().last().is_some_and(|line| !line.trim().is_empty()) && !body.ends_with('\n')
}

struct Composer<'a, 'input> {
    parser: Parser<&'a mut &'input [u8]>,
    base: usize,
    body: &'a str,
    depth_limit: usize,
    budget: &'a mut Budget,
    problems: &'a mut Vec<Problem>,
    anchors: HashMap<String, (Node, usize)>,
}

impl Composer<'_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Problem> {
        let mut document = None;
        loop {
            let event = self.next()?;
            let place = self.span(&event);
            match event.data {
                EventData::StreamEnd => return Ok(document),
                EventData::DocumentStart { version_directive, tag_directives, .. } => {
                    if version_directive.is_some() || !tag_directives.is_empty() {
                        self.problems.push(Problem::ambiguous(place, "YAML directives are not read alike"));
                    }
                    if document.is_some() {
                        let reason = "kubectl drops what follows the end of this document";
                        self.problems.push(Problem::ambiguous(place, reason));
                        return Ok(document);
                    }
                    let first = self.next()?;
                    document = Some(self.node(first, 0)?);
                }
                EventData::StreamStart { .. } | EventData::DocumentEnd { .. } => {}
                EventData::Alias { .. }
                | EventData::Scalar { .. }
                | EventData::SequenceStart { .. }
                | EventData::SequenceEnd
                | EventData::MappingStart { .. }
                | EventData::MappingEnd => {
                    return Err(Problem::unparseable(place, "content outside a document"));
                }
            }
        }
    }

    fn next(&mut self) -> Result<Event, Problem> {
        self.parser.parse().map_err(|error| {
            let mark = error.problem_mark().unwrap_or_default();
            let offset = self.offset(&mark);
            Problem::unparseable(span(offset, offset + 1), describe(&error))
        })
    }

    fn offset(&self, mark: &Mark) -> usize {
        self.base + usize::try_from(mark.index).unwrap_or(usize::MAX).min(self.body.len())
    }

    fn span(&self, event: &Event) -> Span {
        span(self.offset(&event.start_mark), self.offset(&event.end_mark))
    }

    fn node(&mut self, event: Event, depth: usize) -> Result<Node, Problem> {
        let place = self.span(&event);
        self.spend(1, place)?;
        if depth > self.depth_limit {
            let reason = format!("nested deeper than {} levels", self.depth_limit);
            return Err(Problem::unparseable(place, reason));
        }
        match event.data {
            EventData::Scalar { anchor, tag, value, plain_implicit, style, .. } => {
                let value = self.scalar_text(value, style, place);
                let value =
                    self.scalar(tag.as_deref(), value, plain_implicit && style == ScalarStyle::Plain, place)?;
                Ok(self.anchored(anchor, Node { span: place, value }, 1))
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                self.collection_tag(tag.as_deref(), "tag:yaml.org,2002:seq", place);
                self.sequence(anchor, place, depth)
            }
            EventData::MappingStart { anchor, tag, .. } => {
                self.collection_tag(tag.as_deref(), "tag:yaml.org,2002:map", place);
                self.mapping(anchor, place, depth)
            }
            EventData::Alias { anchor } => self.alias(&anchor, place),
            EventData::StreamStart { .. }
            | EventData::StreamEnd
            | EventData::DocumentStart { .. }
            | EventData::DocumentEnd { .. }
            | EventData::SequenceEnd
            | EventData::MappingEnd => Err(Problem::unparseable(place, "expected a value here")),
        }
    }

    fn spend(&mut self, nodes: usize, place: Span) -> Result<(), Problem> {
        self.budget.nodes = self.budget.nodes.checked_sub(nodes).ok_or_else(|| {
            Problem::unparseable(place, "more keys and values, aliases expanded, than the limit allows")
        })?;
        Ok(())
    }

    fn sequence(&mut self, anchor: Option<String>, start: Span, depth: usize) -> Result<Node, Problem> {
        let before = self.budget.nodes;
        let mut items: Vec<Node> = Vec::new();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::SequenceEnd) {
                let end = self.collection_end(&event, items.last().map(|item| item.span), start);
                let node = Node { span: Span { start: start.start, end }, value: Value::Sequence(items) };
                let size = before - self.budget.nodes + 1;
                return Ok(self.anchored(anchor, node, size));
            }
            items.push(self.node(event, depth + 1)?);
        }
    }

    fn mapping(&mut self, anchor: Option<String>, start: Span, depth: usize) -> Result<Node, Problem> {
        let before = self.budget.nodes;
        let mut builder = MappingBuilder::default();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::MappingEnd) {
                let end = self.collection_end(&event, builder.last_value_span(), start);
                let node = Node { span: Span { start: start.start, end }, value: builder.finish() };
                let size = before - self.budget.nodes + 1;
                return Ok(self.anchored(anchor, node, size));
            }
            let is_merge = is_merge_key(&event);
            let key = self.node(event, depth + 1)?;
            let value_event = self.next()?;
            let value = self.node(value_event, depth + 1)?;
            if is_merge {
                builder.merge(&key, value, self.problems)?;
            } else {
                builder.insert(&key, value, self.problems)?;
            }
        }
    }

    /// A block collection ends, for libyaml, where the next token begins; for a reader it ends with
    /// its last item. A flow collection ends at its bracket.
    fn collection_end(&self, event: &Event, last: Option<Span>, start: Span) -> u32 {
        let end = self.span(event);
        let is_flow = end.end > end.start;
        if is_flow { end.end } else { last.map_or(start.end, |last| last.end) }
    }

    fn alias(&mut self, anchor: &str, place: Span) -> Result<Node, Problem> {
        let Some((node, size)) = self.anchors.get(anchor) else {
            return Err(Problem::unparseable(place, format!("the alias `*{anchor}` refers to no anchor")));
        };
        let (node, size) = (node.clone(), *size);
        self.budget.aliased = self.budget.aliased.checked_sub(size).ok_or_else(|| {
            Problem::unparseable(place, "aliases add more keys and values than the limit allows")
        })?;
        self.spend(size, place)?;
        Ok(node)
    }

    fn anchored(&mut self, anchor: Option<String>, node: Node, size: usize) -> Node {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        node
    }

    fn scalar(
        &mut self,
        tag: Option<&str>,
        text: String,
        is_plain: bool,
        place: Span,
    ) -> Result<Value, Problem> {
        let resolved = match tag {
            Some(tag) => scalar::resolve_tagged(tag, &text),
            None if is_plain => scalar::resolve_plain(&text),
            None => Ok(Value::String(text.as_str().into())),
        };
        match resolved {
            Ok(value) => Ok(value),
            Err(ScalarError::NotJson) => {
                Err(Problem::unparseable(place, "infinity and not-a-number have no JSON form"))
            }
            Err(ScalarError::TagMismatch) => {
                Err(Problem::unparseable(place, "the value is not of the type that its tag names"))
            }
            Err(ScalarError::ForeignTag) => {
                self.problems.push(Problem::ambiguous(place, "tools read this tag differently"));
                Ok(Value::String(text.into()))
            }
        }
    }

    /// A block scalar that reaches the end of a file without a final line end has none either.
    fn scalar_text(&self, mut value: String, style: ScalarStyle, place: Span) -> String {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let reaches_end = place.end == span(0, self.base + self.body.len()).end;
        if is_block && reaches_end && lacks_final_break(self.body) && value.ends_with('\n') {
            value.pop();
        }
        value
    }

    fn collection_tag(&mut self, tag: Option<&str>, expected: &str, place: Span) {
        if tag.is_some_and(|tag| tag != expected) {
            self.problems.push(Problem::ambiguous(place, "tools read this tag differently"));
        }
    }
}

fn is_merge_key(event: &Event) -> bool {
    if let EventData::Scalar { tag, value, style, .. } = &event.data {
        let untagged_plain = tag.is_none() && *style == ScalarStyle::Plain;
        value == "<<" && (untagged_plain || tag.as_deref() == Some("tag:yaml.org,2002:merge"))
    } else {
        false
    }
}

fn describe(error: &libyaml_safer::Error) -> String {
    error.problem().to_owned()
}
