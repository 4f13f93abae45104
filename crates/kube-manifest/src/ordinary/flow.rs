//! Lists in brackets and mappings in braces that end on their line.

use super::super::framing::span;
use super::super::node::{Entry, Node, Value};
use super::Unusual;
use super::block::{Key, Reader, has_twins};
use super::lines::Line;
use super::scalar::{Quoted, double_quoted, single_quoted};

/// The greatest depth of nested brackets.
pub(super) const BRACKETS: usize = 8;

impl<'a> Reader<'a> {
    /// A collection that begins here and ends the line.
    pub(super) fn flow(&mut self, here: Line<'a>) -> Result<Node, Unusual> {
        let (node, length) = self.collection(here, 1)?;
        let rest = here.from(length).ok_or(Unusual)?;
        if !rest.is_ending() {
            return Err(Unusual);
        }
        self.next_line()?;
        Ok(node)
    }

    /// A list or mapping, and how many bytes it takes.
    fn collection(&mut self, here: Line<'a>, depth: usize) -> Result<(Node, usize), Unusual> {
        self.spend()?;
        if depth > BRACKETS {
            return Err(Unusual);
        }
        let inside = here.after(1).ok_or(Unusual)?;
        let (value, close) = if here.text.starts_with('[') {
            self.flow_items(inside, depth)?
        } else {
            self.flow_entries(inside, depth)?
        };
        let length = close.offset + 1 - here.offset;
        Ok((Node::new(span(here.offset, here.offset + length), value), length))
    }

    /// The items, and the place of the bracket that closes them.
    fn flow_items(&mut self, inside: Line<'a>, depth: usize) -> Result<(Value, Line<'a>), Unusual> {
        let mark = self.items.len();
        let mut place = inside;
        while !(self.items.len() == mark && place.text.starts_with(']')) {
            let (item, length) = self.flow_value(place, depth)?;
            self.items.push(item);
            match separated(place.after(length).ok_or(Unusual)?, b']')? {
                Separated::Next(next) => place = next,
                Separated::Closed(close) => {
                    place = close;
                    break;
                }
            }
        }
        Ok((Value::Sequence(self.items.drain(mark..).collect()), place))
    }

    /// The entries, and the place of the brace that closes them.
    fn flow_entries(&mut self, inside: Line<'a>, depth: usize) -> Result<(Value, Line<'a>), Unusual> {
        let mark = self.entries.len();
        let mut place = inside;
        while !(self.entries.len() == mark && place.text.starts_with('}')) {
            let Key { text, span: key_span, rest } = self.flow_key(place)?;
            let here = rest.after(0).ok_or(Unusual)?;
            let (value, length) = self.flow_value(here, depth)?;
            self.entries.push(Entry { key: text, key_span, value });
            match separated(here.after(length).ok_or(Unusual)?, b'}')? {
                Separated::Next(next) => place = next,
                Separated::Closed(close) => {
                    place = close;
                    break;
                }
            }
        }
        let entries: Vec<Entry> = self.entries.drain(mark..).collect();
        if has_twins(&entries) { Err(Unusual) } else { Ok((Value::Mapping(entries), place)) }
    }

    fn flow_key(&mut self, place: Line<'a>) -> Result<Key<'a>, Unusual> {
        let (value, length) = self.flow_scalar(place)?;
        let Value::String(text) = value else { return Err(Unusual) };
        let after = place.from(length).filter(|after| after.text.starts_with(": ")).ok_or(Unusual)?;
        let rest = after.from(1).ok_or(Unusual)?;
        self.checked_key(Key { text, span: span(place.offset, place.offset + length), rest })
    }

    fn flow_value(&mut self, place: Line<'a>, depth: usize) -> Result<(Node, usize), Unusual> {
        if place.text.starts_with(['[', '{']) {
            return self.collection(place, depth + 1);
        }
        self.spend()?;
        let (value, length) = self.flow_scalar(place)?;
        Ok((Node::new(span(place.offset, place.offset + length), value), length))
    }

    fn flow_scalar(&mut self, place: Line<'a>) -> Result<(Value, usize), Unusual> {
        match place.text.as_bytes() {
            [b'"', ..] => Ok(text_of(double_quoted(place.text)?)),
            [b'\'', ..] => Ok(text_of(single_quoted(place.text)?)),
            [..] => self.flow_word(place.text),
        }
    }

    /// Letters, digits and what is in names: of other signs readers make different things here.
    fn flow_word(&mut self, text: &str) -> Result<(Value, usize), Unusual> {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'_' | b'-');
        let length = text.bytes().take_while(is_plain).count();
        let word = text.get(..length).filter(|word| !word.starts_with('-')).ok_or(Unusual)?;
        if word.is_empty() {
            return Err(Unusual);
        }
        Ok((self.resolve(word)?, length))
    }
}

/// The rest of the line after an item and its separator.
enum Separated<'a> {
    Next(Line<'a>),
    Closed(Line<'a>),
}

fn separated(place: Line<'_>, close: u8) -> Result<Separated<'_>, Unusual> {
    match place.text.as_bytes() {
        [b',', ..] => place.after(1).map(Separated::Next).ok_or(Unusual),
        [first, ..] if *first == close => Ok(Separated::Closed(place)),
        [..] => Err(Unusual),
    }
}

fn text_of(quoted: Quoted<'_>) -> (Value, usize) {
    (Value::String(quoted.text.into()), quoted.length)
}
