//! Literal blocks: `|`, `|-` and `|+`.

use super::super::framing::span;
use super::super::node::{Node, Value};
use super::Unusual;
use super::block::Reader;
use super::lines::{Line, Lines};
use crate::agreement::Agreement;

/// The treatment of the line ends after the last line of a block.
#[derive(Clone, Copy)]
enum Chomping {
    Clip,
    Strip,
    Keep,
}

impl<'a> Reader<'a> {
    /// Reads a block whose header is here. Without a collection around it, it is the whole document.
    pub(super) fn literal(&mut self, here: Line<'a>, around: Option<usize>) -> Result<Node, Unusual> {
        let around = around.ok_or(Unusual)?;
        self.spend()?;
        let chomping = read_chomping(here)?;
        let indentation = find_indentation(&self.lines).filter(|column| *column > around).ok_or(Unusual)?;
        let text = self.lines_of(indentation)?;
        let end = self.lines.next;
        self.next_line()?;
        let value = Value::String(chomped(text, chomping).into_boxed_str());
        Ok(Node::new(span(here.offset, end), value))
    }

    fn lines_of(&mut self, indentation: usize) -> Result<String, Unusual> {
        let mut text = String::new();
        while let Some(raw) = self.lines.raw() {
            let (line, ended) = raw;
            let spaces = line.bytes().take(indentation).take_while(|byte| *byte == b' ').count();
            let content = line.get(spaces..).unwrap_or_default();
            match content.as_bytes() {
                [b'\t', ..] if spaces < indentation => return Err(Unusual),
                [_, ..] if spaces < indentation => break,
                [..] => {}
            }
            if !ended {
                // kustomize adds no line end, and of spaces alone both parsers make something else.
                if content.trim_start_matches(' ').is_empty() {
                    return Err(Unusual);
                }
                self.agreement = Agreement::Open;
            }
            let is_peculiar = text.is_empty() && content.starts_with('\t');
            self.agreement = self.agreement.and(Agreement::unless(is_peculiar));
            text.push_str(content);
            text.push('\n');
            self.lines.skip(raw);
        }
        Ok(text)
    }
}

fn read_chomping(header: Line<'_>) -> Result<Chomping, Unusual> {
    let (chomping, length) = match header.text.as_bytes() {
        [_, b'-', ..] => (Chomping::Strip, 2),
        [_, b'+', ..] => (Chomping::Keep, 2),
        [..] => (Chomping::Clip, 1),
    };
    let rest = header.from(length).ok_or(Unusual)?;
    if rest.is_ending() { Ok(chomping) } else { Err(Unusual) }
}

/// The column of the first line that is not blank, unless a blank one before it is longer.
fn find_indentation(lines: &Lines<'_>) -> Option<usize> {
    let mut ahead = lines.clone();
    let mut longest = 0;
    while let Some(raw) = ahead.raw() {
        let column = raw.0.bytes().take_while(|byte| *byte == b' ').count();
        match raw.0.as_bytes().get(column) {
            None => longest = longest.max(column),
            Some(b'\t') => return None,
            Some(_) => return Some(column).filter(|column| longest <= *column),
        }
        ahead.skip(raw);
    }
    None
}

fn chomped(mut text: String, chomping: Chomping) -> String {
    let content = text.trim_end_matches('\n').len();
    match chomping {
        Chomping::Keep => {}
        Chomping::Strip => text.truncate(content),
        Chomping::Clip => text.truncate(content + 1),
    }
    text
}
