//! Reads an expression of Go and writes it again.

use std::iter::Peekable;
use std::str::Chars;

use super::ExpressionProblem;
use super::class::{Escape, read_class, read_escape};
use crate::index::PathKey;

/// The most repetitions that Go allows.
const MOST_REPETITIONS: usize = 1000;
/// The deepest nesting of groups.
const DEEPEST: usize = 50;
/// The approximate number of states of a class with characters beyond ASCII.
const CLASS_WEIGHT: usize = 30;

/// An expression that was read.
pub(super) struct Written {
    pub(super) rewritten: String,
    pub(super) keys: Vec<PathKey>,
    pub(super) weight: usize,
}

/// The item directly before the current position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing that could be repeated.
    Nothing,
    /// Something of this weight.
    Item(usize),
    /// A repetition.
    Repetition,
}

/// The state of reading.
pub(super) struct Writer<'a> {
    rest: Peekable<Chars<'a>>,
    written: String,
    before: Before,
    /// The weights of the open groups, the outermost first.
    weights: Vec<usize>,
    weight: usize,
    /// The characters that every match begins with; closed at the first thing that is not a character.
    prefix: String,
    prefix_is_open: bool,
    /// The characters that every match ends with.
    suffix: String,
    alternatives: usize,
}

impl<'a> Writer<'a> {
    /// Reads the whole expression.
    pub(super) fn write(text: &'a str) -> Result<Written, ExpressionProblem> {
        let mut writer = Writer {
            rest: text.chars().peekable(),
            written: String::new(),
            before: Before::Nothing,
            weights: Vec::new(),
            weight: 0,
            prefix: String::new(),
            prefix_is_open: true,
            suffix: String::new(),
            alternatives: 0,
        };
        while let Some(character) = writer.rest.next() {
            writer.read_character(character)?;
        }
        if !writer.weights.is_empty() {
            return Err(ExpressionProblem::Parentheses);
        }
        let keys = writer.keys();
        Ok(Written { rewritten: writer.written, keys, weight: writer.weight })
    }

    fn read_character(&mut self, character: char) -> Result<(), ExpressionProblem> {
        match character {
            '\\' => self.read_escaped()?,
            '[' => {
                let class = read_class(&mut self.rest)?;
                self.write_item(&class, CLASS_WEIGHT);
            }
            '.' => self.write_item(".", CLASS_WEIGHT),
            '^' | '$' => self.write_place(character.encode_utf8(&mut [0; 4])),
            '(' => self.open_group()?,
            ')' => self.close_group()?,
            '|' => {
                self.alternatives += usize::from(self.weights.is_empty());
                self.write_place("|");
            }
            '*' | '+' | '?' => self.write_repetition(character, character.encode_utf8(&mut [0; 4]), 1)?,
            '{' => self.read_count()?,
            literal => self.write_literal(literal),
        }
        Ok(())
    }

    fn read_escaped(&mut self) -> Result<(), ExpressionProblem> {
        match read_escape(&mut self.rest)? {
            Escape::Literal(literal) => self.write_literal(literal),
            Escape::Within(within) => self.write_item(&format!("[{within}]"), CLASS_WEIGHT),
            Escape::Without(without) => self.write_item(&format!("[^{without}]"), CLASS_WEIGHT),
            Escape::Place(place) => self.write_place(place),
        }
        Ok(())
    }

    fn write_literal(&mut self, literal: char) {
        let text = regex::escape(literal.encode_utf8(&mut [0; 4]));
        let suffix = std::mem::take(&mut self.suffix);
        let was_open = self.prefix_is_open && self.weights.is_empty();
        self.write_item(&text, literal.len_utf8());
        self.prefix_is_open = was_open;
        if was_open {
            self.prefix.push(literal);
        }
        if self.weights.is_empty() {
            self.suffix = suffix;
            self.suffix.push(literal);
        }
    }

    /// Writes an item that can be repeated.
    fn write_item(&mut self, text: &str, weight: usize) {
        self.written.push_str(text);
        self.before = Before::Item(weight);
        self.weight = self.weight.saturating_add(weight);
        self.prefix_is_open = false;
        self.suffix.clear();
    }

    /// Writes an item that cannot be repeated.
    fn write_place(&mut self, text: &str) {
        self.written.push_str(text);
        self.before = Before::Nothing;
        self.prefix_is_open = false;
        self.suffix.clear();
    }

    fn open_group(&mut self) -> Result<(), ExpressionProblem> {
        if self.rest.next_if_eq(&'?').is_some() && self.rest.next_if_eq(&':').is_none() {
            return Err(ExpressionProblem::Group);
        }
        if self.weights.len() >= DEEPEST {
            return Err(ExpressionProblem::TooLarge);
        }
        self.weights.push(std::mem::take(&mut self.weight));
        self.write_place("(?:");
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), ExpressionProblem> {
        let outer = self.weights.pop().ok_or(ExpressionProblem::Parentheses)?;
        let group = std::mem::replace(&mut self.weight, outer);
        self.write_item(")", group);
        Ok(())
    }

    fn write_repetition(&mut self, sign: char, text: &str, times: usize) -> Result<(), ExpressionProblem> {
        let weight = match self.before {
            Before::Item(weight) => weight,
            Before::Nothing | Before::Repetition => return Err(ExpressionProblem::Repetition(sign)),
        };
        if self.prefix_is_open {
            self.prefix.pop();
        }
        self.write_place(text);
        if self.rest.next_if_eq(&'?').is_some() {
            self.written.push('?');
        }
        self.before = Before::Repetition;
        self.weight = self.weight.saturating_add(weight.saturating_mul(times.saturating_sub(1)));
        Ok(())
    }

    /// Reads a count: `{2}`, `{2,}`, `{2,3}`.
    fn read_count(&mut self) -> Result<(), ExpressionProblem> {
        let mut text = String::from("{");
        loop {
            let next = self.rest.next_if(|next| next.is_ascii_digit() || matches!(next, ',' | '}'));
            text.push(next.ok_or(ExpressionProblem::Count)?);
            if next == Some('}') {
                break;
            }
        }
        let bounds = text.trim_matches(['{', '}']);
        let (least, most) = bounds.split_once(',').unwrap_or((bounds, bounds));
        let number = |text: &str| text.parse().ok().filter(|number| *number <= MOST_REPETITIONS);
        let least = number(least).ok_or(ExpressionProblem::Count)?;
        let most = if most.is_empty() { Some(least) } else { number(most) };
        let most = most.filter(|most| least <= *most).ok_or(ExpressionProblem::Count)?;
        self.write_repetition('{', &text, most)
    }

    /// Returns keys for the whole names at the beginning and for the extension at the end of every match.
    fn keys(&self) -> Vec<PathKey> {
        if self.alternatives > 0 {
            return Vec::new();
        }
        let whole = if self.prefix_is_open { Some(self.prefix.as_str()) } else { None };
        let prefix = whole.or(self.prefix.rsplit_once('/').map(|(folders, _)| folders)).unwrap_or_default();
        let names = prefix.split('/').filter(|name| !name.is_empty());
        let names = names.map(|name| PathKey::Name(name.as_bytes().to_vec()));
        let end = self.suffix.rsplit_once('.').map(|(_, end)| end).filter(|end| !end.contains('/'));
        let extension =
            end.filter(|_| whole.is_none()).map(|end| PathKey::Extension(end.as_bytes().to_vec()));
        names.chain(extension).collect()
    }
}
