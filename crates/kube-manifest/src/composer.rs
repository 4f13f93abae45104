//! Builds the tree of one YAML document from libyaml's events.

use std::collections::HashMap;
use std::rc::Rc;

use libyaml_safer::{Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

use super::compose::{Composed, SyntaxError, refuse};
use super::containment::contain;
use super::framing::span;
use super::libyaml::{Quirks, has_escaped_slash};
use super::limits::Limits;
use super::portions::Portions;
use super::syntax::{Content, Item, Layout, Style};
use source_files::Span;

/// The rest of a file's limits.
pub(super) struct Bounds<'a> {
    pub(super) limits: &'a Limits,
    pub(super) nodes: &'a mut usize,
}

/// Reads events into a tree.
pub(super) struct Composer<'a> {
    parser: Parser<Portions<'a>>,
    base: usize,
    body: &'a str,
    quirks: &'a Quirks<'a>,
    /// The number of open flow collections.
    brackets: usize,
    /// The last event, to say where the parser was.
    last: Span,
    /// The place of a colon at which the parser stopped, and which go-yaml takes for a part of a word.
    colon: Option<usize>,
    limits: &'a Limits,
    nodes: &'a mut usize,
    /// `None` while the value of the anchor is still being read.
    anchors: HashMap<String, Option<Rc<Item>>>,
}

impl<'a> Composer<'a> {
    pub(super) fn new(
        parser: Parser<Portions<'a>>,
        body: &'a str,
        base: usize,
        quirks: &'a Quirks<'a>,
        bounds: Bounds<'a>,
    ) -> Self {
        let Bounds { limits, nodes } = bounds;
        let last = span(base, base);
        let anchors = HashMap::new();
        Self { parser, base, body, quirks, brackets: 0, last, colon: None, limits, nodes, anchors }
    }

    /// The place of a colon at which the parser stopped, and which go-yaml takes for a part of a word.
    pub(super) fn colon_in_word(&self) -> Option<usize> {
        self.colon
    }

    /// The first document of the text.
    pub(super) fn document(&mut self) -> Result<Composed, SyntaxError> {
        let mut composed = Composed::default();
        loop {
            let event = self.next()?;
            let place = self.span(&event);
            match event.data {
                EventData::StreamEnd => return Ok(composed),
                EventData::StreamStart { .. } => {}
                EventData::DocumentStart { version_directive, tag_directives, .. } => {
                    let directive = version_directive.is_some() || !tag_directives.is_empty();
                    composed.directive = directive.then_some(place);
                    let first = self.next()?;
                    composed.root = Some(self.item(first, 0)?);
                }
                EventData::DocumentEnd { .. } => {
                    composed.dropped = self.rest(place);
                    return Ok(composed);
                }
                EventData::Alias { .. }
                | EventData::Scalar { .. }
                | EventData::SequenceStart { .. }
                | EventData::SequenceEnd
                | EventData::MappingStart { .. }
                | EventData::MappingEnd => return Err(refuse(place, "content outside a document")),
            }
        }
    }

    /// The rest of the chunk after its document, whether it can be parsed or not.
    fn rest(&mut self, end: Span) -> Option<Span> {
        match self.next() {
            Ok(event) => (!matches!(event.data, EventData::StreamEnd)).then(|| self.span(&event)),
            Err(_) => Some(end),
        }
    }

    fn next(&mut self) -> Result<Event, SyntaxError> {
        let Ok(outcome) = contain(|| self.parser.parse()) else {
            let reason = "the YAML parser found something unexpected after this";
            return Err(refuse(self.last, reason));
        };
        let event = outcome.map_err(|error| {
            let mark = error.problem_mark().unwrap_or_default();
            let offset = self.measure_offset(&mark);
            if error.problem() == "found unexpected ':'" {
                self.colon = Some(offset - self.base);
            }
            refuse(span(offset, offset + 1), error.problem())
        })?;
        self.last = self.span(&event);
        Ok(event)
    }

    fn measure_offset(&self, mark: &Mark) -> usize {
        self.base + usize::try_from(mark.index).unwrap_or(usize::MAX).min(self.body.len())
    }

    fn span(&self, event: &Event) -> Span {
        span(self.measure_offset(&event.start_mark), self.measure_offset(&event.end_mark))
    }

    fn item(&mut self, event: Event, depth: usize) -> Result<Item, SyntaxError> {
        let place = self.span(&event);
        self.spend(place, depth)?;
        match event.data {
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let content = self.scalar(value, style, place)?;
                Ok(self.anchored(anchor, Item { span: place, tag: boxed(tag), content }))
            }
            EventData::SequenceStart { anchor, tag, style, .. } => {
                let layout = if style == SequenceStyle::Flow { Layout::Flow } else { Layout::Block };
                self.open(anchor.as_ref(), layout);
                let (items, end) = self.sequence(place, depth)?;
                let content = Content::Sequence { items, layout };
                let item = Item { span: Span { start: place.start, end }, tag: boxed(tag), content };
                Ok(self.close(anchor, layout, item))
            }
            EventData::MappingStart { anchor, tag, style, .. } => {
                let layout = if style == MappingStyle::Flow { Layout::Flow } else { Layout::Block };
                self.open(anchor.as_ref(), layout);
                let (entries, end) = self.mapping(place, depth)?;
                let content = Content::Mapping { entries, layout };
                let item = Item { span: Span { start: place.start, end }, tag: boxed(tag), content };
                Ok(self.close(anchor, layout, item))
            }
            EventData::Alias { anchor } => self.alias(&anchor, place),
            EventData::StreamStart { .. }
            | EventData::StreamEnd
            | EventData::DocumentStart { .. }
            | EventData::DocumentEnd { .. }
            | EventData::SequenceEnd
            | EventData::MappingEnd => Err(refuse(place, "expected a value here")),
        }
    }

    fn open(&mut self, anchor: Option<&String>, layout: Layout) {
        self.begin(anchor);
        self.brackets += usize::from(layout == Layout::Flow);
    }

    fn close(&mut self, anchor: Option<String>, layout: Layout, item: Item) -> Item {
        self.brackets -= usize::from(layout == Layout::Flow);
        self.anchored(anchor, item)
    }

    fn spend(&mut self, place: Span, depth: usize) -> Result<(), SyntaxError> {
        if depth > self.limits.depth {
            return Err(refuse(place, format!("nested deeper than {} levels", self.limits.depth)));
        }
        let Some(left) = self.nodes.checked_sub(1) else {
            return Err(refuse(place, format!("more than {} keys and values", self.limits.nodes)));
        };
        *self.nodes = left;
        Ok(())
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<(Vec<Item>, u32), SyntaxError> {
        let mut items: Vec<Item> = Vec::new();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::SequenceEnd) {
                let end = self.collection_end(&event, items.last().map(|item| item.span), start);
                return Ok((items, end));
            }
            items.push(self.item(event, depth + 1)?);
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<(Vec<(Item, Item)>, u32), SyntaxError> {
        let mut entries: Vec<(Item, Item)> = Vec::new();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::MappingEnd) {
                let last = entries.last().map(|(_, value)| value.span);
                let end = self.collection_end(&event, last, start);
                return Ok((entries, end));
            }
            let key = self.compose_key(event, depth + 1)?;
            let value_event = self.next()?;
            entries.push((key, self.item(value_event, depth + 1)?));
        }
    }

    fn compose_key(&mut self, event: Event, depth: usize) -> Result<Item, SyntaxError> {
        let key = self.item(event, depth)?;
        match key.scalar() {
            Some((text, _)) if text.len() > self.limits.key => {
                let reason = format!("a key of more than {} bytes", self.limits.key);
                Err(refuse(key.span, reason))
            }
            Some(_) | None => Ok(key),
        }
    }

    /// A block collection ends, for libyaml, where the next token begins; for a reader it ends with
    /// its last item. A flow collection ends at its bracket.
    fn collection_end(&self, event: &Event, last: Option<Span>, start: Span) -> u32 {
        let end = self.span(event);
        let is_flow = end.end > end.start;
        if is_flow { end.end } else { last.map_or(start.end, |last| last.end) }
    }

    fn alias(&self, anchor: &str, place: Span) -> Result<Item, SyntaxError> {
        match self.anchors.get(anchor) {
            Some(Some(target)) => {
                Ok(Item { span: place, tag: None, content: Content::Alias(Rc::clone(target)) })
            }
            Some(None) => Err(refuse(place, format!("the anchor `&{anchor}` contains itself"))),
            None => Err(refuse(place, format!("the alias `*{anchor}` refers to no anchor"))),
        }
    }

    fn begin(&mut self, anchor: Option<&String>) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.clone(), None);
        }
    }

    fn anchored(&mut self, anchor: Option<String>, item: Item) -> Item {
        let Some(anchor) = anchor else { return item };
        let place = item.span;
        let shared = Rc::new(item);
        self.anchors.insert(anchor, Some(Rc::clone(&shared)));
        Item { span: place, tag: None, content: Content::Anchored(shared) }
    }

    fn scalar(&self, text: String, style: ScalarStyle, place: Span) -> Result<Content, SyntaxError> {
        let style = match style {
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            ScalarStyle::DoubleQuoted if has_escaped_slash(self.written(place)) => {
                return Err(refuse(place, r"found unknown escape character `\/`"));
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            // go-yaml ends a word at `?` inside brackets, and then misses a comma.
            _ if self.brackets > 0 && text.contains('?') => {
                return Err(refuse(place, "did not find expected ',' or a closing bracket before `?`"));
            }
            _ => Style::Plain,
        };
        let reaches_end = place.end == span(0, self.base + self.body.len()).end;
        Ok(Content::Scalar { text: self.quirks.undo(text, style, reaches_end), style })
    }

    fn written(&self, place: Span) -> &str {
        let bound = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).saturating_sub(self.base);
        self.body.get(bound(place.start)..bound(place.end)).unwrap_or_default()
    }
}

fn boxed(tag: Option<String>) -> Option<Box<str>> {
    tag.map(String::into_boxed_str)
}
