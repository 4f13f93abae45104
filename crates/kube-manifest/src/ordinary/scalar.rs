//! Keys, words and texts in quotes.

use std::borrow::Cow;

use super::super::framing::span;
use super::super::kubectl::{Resolved, resolve};
use super::super::node::{Node, Value};
use super::super::syntax::Style;
use super::Unusual;
use super::block::{Begun, Key, Reader};
use super::lines::Line;

/// The end of a word.
enum Ending {
    /// At a colon that makes it a key.
    Colon,
    /// At a comment.
    Comment,
    /// At the end of the line.
    Line,
}

impl<'a> Reader<'a> {
    /// Reads the key or value that begins here; `around` is the column of the collection that it is in.
    pub(super) fn begin(&mut self, here: Line<'a>, around: Option<usize>) -> Result<Begun<'a>, Unusual> {
        match here.text.as_bytes() {
            [b'"', ..] => self.in_quotes(here, double_quoted(here.text)?),
            [b'\'', ..] => self.in_quotes(here, single_quoted(here.text)?),
            [b'[' | b'{', ..] => self.flow(here).map(Begun::Value),
            [b'|', ..] => self.literal(here, around).map(Begun::Value),
            [first, rest @ ..] if begins_word(*first, rest.first().copied()) => self.word(here, around),
            [..] => Err(Unusual),
        }
    }

    fn word(&mut self, here: Line<'a>, around: Option<usize>) -> Result<Begun<'a>, Unusual> {
        let (length, ending) = word_end(here.text.as_bytes())?;
        let text = here.text.get(..length).ok_or(Unusual)?;
        let place = span(here.offset, here.offset + length);
        match ending {
            Ending::Colon => {
                let Value::String(text) = self.resolve(text)? else { return Err(Unusual) };
                let rest = here.from(length + 1).ok_or(Unusual)?;
                self.checked_key(Key { text, span: place, rest }).map(Begun::Key)
            }
            Ending::Comment => {
                let value = self.resolve(text)?;
                self.end_value(Node::new(place, value))
            }
            Ending::Line => {
                let (text, end) = self.continued(text, here.offset + length, around.ok_or(Unusual)?)?;
                let value = self.resolve(&text)?;
                self.end_value(Node::new(span(here.offset, end), value))
            }
        }
    }

    /// Resolves a word without quotes, key or value, as kubectl does.
    pub(super) fn resolve(&mut self, text: &str) -> Result<Value, Unusual> {
        let Resolved { value, agreement, .. } = resolve(None, text, Style::Plain).map_err(|_| Unusual)?;
        self.agreement = self.agreement.and(agreement);
        Ok(value)
    }

    /// A text that continues on lines further right than `around`, and its end.
    fn continued(
        &mut self,
        first: &'a str,
        first_end: usize,
        around: usize,
    ) -> Result<(Cow<'a, str>, usize), Unusual> {
        let (mut text, mut end) = (Cow::Borrowed(first), first_end);
        while let Some((blank, line)) = self.lines.continuation(around)? {
            let (length, ending) = word_end(line.text.as_bytes())?;
            let more = line.text.get(..length).ok_or(Unusual)?;
            match blank {
                0 => text.to_mut().push(' '),
                lines => text.to_mut().extend(std::iter::repeat_n('\n', lines)),
            }
            text.to_mut().push_str(more);
            end = line.offset + length;
            match ending {
                Ending::Colon => return Err(Unusual),
                Ending::Comment => break,
                Ending::Line => {}
            }
        }
        Ok((text, end))
    }

    fn in_quotes(&mut self, here: Line<'a>, quoted: Quoted<'a>) -> Result<Begun<'a>, Unusual> {
        let Quoted { text, length } = quoted;
        let place = span(here.offset, here.offset + length);
        let after = here.from(length).ok_or(Unusual)?;
        match after.text.as_bytes() {
            [b':'] | [b':', b' ', ..] => {
                let rest = after.from(1).ok_or(Unusual)?;
                self.checked_key(Key { text: text.into(), span: place, rest }).map(Begun::Key)
            }
            [..] if after.is_ending() => self.end_value(Node::new(place, Value::String(text.into()))),
            [..] => Err(Unusual),
        }
    }

    /// A value with which the line ends.
    fn end_value(&mut self, node: Node) -> Result<Begun<'a>, Unusual> {
        self.spend()?;
        self.next_line()?;
        Ok(Begun::Value(node))
    }
}

/// Whether a word without quotes may begin so.
pub(super) fn begins_word(first: u8, second: Option<u8>) -> bool {
    match first {
        b'a'..=b'z'
        | b'A'..=b'Z'
        | b'0'..=b'9'
        | b'_'
        | b'/'
        | b'.'
        | b'$'
        | b'('
        | b'+'
        | b'<'
        | b'='
        | b'~'
        | b'^'
        | b';'
        | b'\\'
        | b')' => true,
        b'-' => second.is_some_and(|second| second != b' '),
        other => other >= 0x80,
    }
}

/// The length of a word without the spaces that end it.
fn word_end(text: &[u8]) -> Result<(usize, Ending), Unusual> {
    let mut length = 0;
    let mut previous = b' ';
    for (index, byte) in text.iter().copied().enumerate() {
        match byte {
            b':' if matches!(text.get(index + 1), None | Some(b' ')) => {
                return if length == index { Ok((length, Ending::Colon)) } else { Err(Unusual) };
            }
            b'#' if previous == b' ' => return Ok((length, Ending::Comment)),
            b' ' => {}
            b'\t' => return Err(Unusual),
            _ => length = index + 1,
        }
        previous = byte;
    }
    Ok((length, Ending::Line))
}

/// A text in quotes and how many bytes it takes with them.
pub(super) struct Quoted<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) length: usize,
}

pub(super) fn single_quoted(text: &str) -> Result<Quoted<'_>, Unusual> {
    let mut length = 1;
    let mut is_doubled = false;
    loop {
        let rest = text.as_bytes().get(length..).ok_or(Unusual)?;
        let close = memchr::memchr(b'\'', rest).ok_or(Unusual)?;
        if rest.get(close + 1) != Some(&b'\'') {
            length += close + 1;
            break;
        }
        is_doubled = true;
        length += close + 2;
    }
    let inner = text.get(1..length - 1).filter(|inner| !inner.contains('\t')).ok_or(Unusual)?;
    let text = if is_doubled { inner.replace("''", "'").into() } else { inner.into() };
    Ok(Quoted { text, length })
}

pub(super) fn double_quoted(text: &str) -> Result<Quoted<'_>, Unusual> {
    let inner = text.get(1..).ok_or(Unusual)?;
    let stop = memchr::memchr3(b'"', b'\\', b'\t', inner.as_bytes()).ok_or(Unusual)?;
    match inner.as_bytes().get(stop) {
        Some(b'"') => Ok(Quoted { text: inner.get(..stop).ok_or(Unusual)?.into(), length: stop + 2 }),
        Some(b'\\') => with_escapes(inner),
        Some(_) | None => Err(Unusual),
    }
}

/// The escapes that both readings know, and no others.
fn with_escapes(inner: &str) -> Result<Quoted<'_>, Unusual> {
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return Ok(Quoted { text: text.into(), length: offset + 2 }),
            '\t' => return Err(Unusual),
            '\\' => text.push(match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => escaped,
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some(_) | None => return Err(Unusual),
            }),
            other => text.push(other),
        }
    }
    Err(Unusual)
}
