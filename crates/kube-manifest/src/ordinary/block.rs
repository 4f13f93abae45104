//! Block mappings and lists.

use super::super::framing::{Chunk, span};
use super::super::limits::Limits;
use super::super::node::{Entry, Node, Value};
use super::Unusual;
use super::flow::BRACKETS;
use super::lines::{Line, Lines};
use crate::agreement::Agreement;
use source_files::Span;

/// Deeper documents are the composer's.
const DEEPEST: usize = 64;
/// Longer keys, too: libyaml stops at 1,024 characters.
const LONGEST_KEY: usize = 512;

/// Reads one document. `line` is the first that is not read yet.
pub(super) struct Reader<'a> {
    pub(super) lines: Lines<'a>,
    line: Option<Line<'a>>,
    deepest: usize,
    longest_key: usize,
    /// The rest of the file's limit.
    pub(super) nodes: usize,
    pub(super) agreement: Agreement,
    /// The entries and items of the collections that are open.
    pub(super) entries: Vec<Entry>,
    pub(super) items: Vec<Node>,
}

/// A key and what follows its colon.
pub(super) struct Key<'a> {
    pub(super) text: Box<str>,
    pub(super) span: Span,
    /// The line from past the colon.
    pub(super) rest: Line<'a>,
}

/// A key or a value that begins at a place of a line.
pub(super) enum Begun<'a> {
    Key(Key<'a>),
    Value(Node),
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, chunk: Chunk, limits: &Limits, nodes: usize) -> Self {
        Self {
            lines: Lines::new(text, chunk),
            line: None,
            deepest: DEEPEST.min(limits.depth.saturating_sub(BRACKETS)),
            longest_key: LONGEST_KEY.min(limits.key),
            nodes,
            agreement: Agreement::Certain,
            entries: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The whole document: a mapping or a list.
    pub(super) fn document(&mut self) -> Result<Node, Unusual> {
        self.lines.skip_separator()?;
        self.next_line()?;
        let first = self.line.ok_or(Unusual)?;
        let root = self.block(first, None, 0)?;
        match root.value {
            Value::Mapping(_) | Value::Sequence(_) if self.line.is_none() => Ok(root),
            Value::Mapping(_)
            | Value::Sequence(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_) => Err(Unusual),
        }
    }

    pub(super) fn next_line(&mut self) -> Result<(), Unusual> {
        self.line = self.lines.advance()?;
        Ok(())
    }

    /// Counts a key or value.
    pub(super) fn spend(&mut self) -> Result<(), Unusual> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Unusual)?;
        Ok(())
    }

    fn enter(&self, depth: usize) -> Result<(), Unusual> {
        if depth > self.deepest { Err(Unusual) } else { Ok(()) }
    }

    /// Counts a key, which must be one that both readings take as it is.
    pub(super) fn checked_key(&mut self, key: Key<'a>) -> Result<Key<'a>, Unusual> {
        self.spend()?;
        if key.text.is_empty() || key.text.len() > self.longest_key || &*key.text == "<<" {
            return Err(Unusual);
        }
        Ok(key)
    }

    /// The value that begins here; `around` is the column of the collection that it is in.
    fn block(&mut self, here: Line<'a>, around: Option<usize>, depth: usize) -> Result<Node, Unusual> {
        if here.is_item() {
            return self.sequence(here, depth);
        }
        match self.begin(here, around)? {
            Begun::Key(key) => self.mapping(here.column, key, depth),
            Begun::Value(node) => Ok(node),
        }
    }

    fn mapping(&mut self, column: usize, first: Key<'a>, depth: usize) -> Result<Node, Unusual> {
        self.spend()?;
        let mark = self.entries.len();
        let start = first.span.start;
        let mut key = first;
        loop {
            let Key { text, span: key_span, rest } = key;
            let value = self.read_value(rest, column, depth + 1)?;
            self.entries.push(Entry { key: text, key_span, value });
            match self.line {
                Some(line) if line.column == column => key = self.key(line)?,
                Some(line) if line.column > column => return Err(Unusual),
                Some(_) | None => break,
            }
        }
        let entries: Vec<Entry> = self.entries.drain(mark..).collect();
        if has_twins(&entries) {
            return Err(Unusual);
        }
        let end = entries.last().map_or(start, |entry| entry.value.span().end);
        Ok(Node::new(Span { start, end }, Value::Mapping(entries)))
    }

    fn key(&mut self, line: Line<'a>) -> Result<Key<'a>, Unusual> {
        match self.begin(line, Some(line.column))? {
            Begun::Key(key) if !line.is_item() => Ok(key),
            Begun::Key(_) | Begun::Value(_) => Err(Unusual),
        }
    }

    /// Reads the value of a key: on its line, below it further right, or a list at its own column.
    fn read_value(&mut self, rest: Line<'a>, column: usize, depth: usize) -> Result<Node, Unusual> {
        self.enter(depth)?;
        if let Some(here) = rest.after(0) {
            return self.inline(here, column);
        }
        self.next_line()?;
        match self.line {
            Some(line) if line.column > column => self.block(line, Some(column), depth),
            Some(line) if line.column == column && line.is_item() => self.sequence(line, depth),
            Some(_) | None => self.nothing(rest.offset),
        }
    }

    /// A value on the line of its key: no collection in block form may begin there.
    fn inline(&mut self, here: Line<'a>, column: usize) -> Result<Node, Unusual> {
        match self.begin(here, Some(column))? {
            Begun::Value(node) if !here.is_item() => Ok(node),
            Begun::Value(_) | Begun::Key(_) => Err(Unusual),
        }
    }

    fn sequence(&mut self, first: Line<'a>, depth: usize) -> Result<Node, Unusual> {
        self.spend()?;
        let (mark, column) = (self.items.len(), first.column);
        let mut line = first;
        loop {
            let item = self.read_item(line, depth + 1)?;
            self.items.push(item);
            match self.line {
                Some(next) if next.column == column && next.is_item() => line = next,
                Some(next) if next.column > column => return Err(Unusual),
                Some(_) | None => break,
            }
        }
        let items: Vec<Node> = self.items.drain(mark..).collect();
        let start = span(first.offset, first.offset).start;
        let end = items.last().map_or(start, |item| item.span().end);
        Ok(Node::new(Span { start, end }, Value::Sequence(items)))
    }

    fn read_item(&mut self, line: Line<'a>, depth: usize) -> Result<Node, Unusual> {
        self.enter(depth)?;
        if let Some(here) = line.after(1) {
            return self.block(here, Some(line.column), depth);
        }
        self.next_line()?;
        match self.line {
            Some(next) if next.column > line.column => self.block(next, Some(line.column), depth),
            Some(_) | None => self.nothing(line.offset + 1),
        }
    }

    /// An absent value, which is right after its colon or dash.
    fn nothing(&mut self, offset: usize) -> Result<Node, Unusual> {
        self.spend()?;
        Ok(Node::new(span(offset, offset), Value::Null))
    }
}

/// Below this many keys comparing all pairs beats sorting.
const SORT_FROM: usize = 12;

pub(super) fn has_twins(entries: &[Entry]) -> bool {
    if entries.len() >= SORT_FROM {
        let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
        keys.sort_unstable();
        return keys.windows(2).any(|pair| pair.first() == pair.last());
    }
    let mut rest = entries;
    while let [entry, others @ ..] = rest {
        if others.iter().any(|other| other.key == entry.key) {
            return true;
        }
        rest = others;
    }
    false
}
