//! The lines of a document that hold something.

use super::super::framing::Chunk;
use super::Unusual;

/// The rest of a line, from where a key or value begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The column at which it begins.
    pub(super) column: usize,
    /// The offset in the file at which it begins.
    pub(super) offset: usize,
    /// Up to the line end, which is left out.
    pub(super) text: &'a str,
}

impl Line<'_> {
    /// The rest of the line from `length` bytes further right.
    pub(super) fn from(self, length: usize) -> Option<Self> {
        let text = self.text.get(length..)?;
        Some(Self { column: self.column + length, offset: self.offset + length, text })
    }

    /// The rest of the line from `length` bytes further right, past spaces; `None` if it is empty or a comment.
    pub(super) fn after(self, length: usize) -> Option<Self> {
        let rest = self.from(length)?;
        let spaces = rest.text.bytes().take_while(|byte| *byte == b' ').count();
        let is_comment = |text: &str| spaces > 0 && text.starts_with('#');
        rest.from(spaces).filter(|line| !line.text.is_empty() && !is_comment(line.text))
    }

    /// True if nothing but spaces and a comment apart from what is before is left.
    pub(super) fn is_ending(self) -> bool {
        self.text.is_empty() || (self.text.starts_with(' ') && self.after(0).is_none())
    }

    /// True if a list item begins: a `-` and a space, or nothing.
    pub(super) fn is_item(self) -> bool {
        matches!(self.text.as_bytes(), [b'-'] | [b'-', b' ', ..])
    }
}

/// Walks over the lines of a chunk.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    /// The offset at which the next line begins.
    pub(super) next: usize,
    end: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, chunk: Chunk) -> Self {
        Self { text, next: chunk.start, end: chunk.end }
    }

    /// The next line as it is, without its line end, and whether it has one.
    pub(super) fn raw(&self) -> Option<(&'a str, bool)> {
        let rest = self.text.get(self.next..self.end).filter(|rest| !rest.is_empty())?;
        match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(length) => rest.get(..length).map(|line| (line, true)),
            None => Some((rest, false)),
        }
    }

    /// Goes past a line that [`raw`](Self::raw) gave.
    pub(super) fn skip(&mut self, (line, ended): (&str, bool)) {
        self.next += line.len() + usize::from(ended);
    }

    /// The next line that is neither blank nor a comment.
    pub(super) fn advance(&mut self) -> Result<Option<Line<'a>>, Unusual> {
        while let Some(raw) = self.raw() {
            let begin = self.next;
            self.skip(raw);
            let text = raw.0.trim_start_matches(' ');
            let column = raw.0.len() - text.len();
            match text.as_bytes() {
                [] | [b'#', ..] => {}
                [b'\t', ..] => return Err(Unusual),
                [b'.', b'.', b'.', ..] if column == 0 => return Err(Unusual),
                [..] => return Ok(Some(Line { column, offset: begin + column, text })),
            }
        }
        Ok(None)
    }

    /// The line on which a word of the line before continues, further right than `around`, and the number of blank
    /// lines before it. A comment ends a word.
    pub(super) fn continuation(&mut self, around: usize) -> Result<Option<(usize, Line<'a>)>, Unusual> {
        let mut ahead = self.clone();
        let mut blank = 0;
        while let Some(raw) = ahead.raw() {
            let begin = ahead.next;
            ahead.skip(raw);
            let text = raw.0.trim_start_matches(' ');
            let column = raw.0.len() - text.len();
            match text.as_bytes() {
                [] => blank += 1,
                [b'\t', ..] => return Err(Unusual),
                [b'#', ..] => return Ok(None),
                [..] if column <= around => return Ok(None),
                [..] => {
                    *self = ahead;
                    return Ok(Some((blank, Line { column, offset: begin + column, text })));
                }
            }
        }
        Ok(None)
    }

    /// Goes past the separator at the start of a chunk.
    pub(super) fn skip_separator(&mut self) -> Result<(), Unusual> {
        let Some(raw) = self.raw() else { return Ok(()) };
        let Some(rest) = raw.0.strip_prefix("---") else { return Ok(()) };
        let comment = rest.trim_start_matches(' ');
        let is_comment = comment.starts_with('#') && comment.len() < rest.len();
        if !comment.is_empty() && !is_comment {
            return Err(Unusual);
        }
        self.skip(raw);
        Ok(())
    }
}

/// False if a text has a character that ends lines for some readers only, is not allowed in YAML, or is
/// a mark that readers treat differently.
pub(super) fn has_ordinary_characters(text: &str) -> bool {
    if text.is_ascii() {
        // Without a way out of the loop the compiler looks at many bytes at once.
        return !text.bytes().fold(false, |odd, byte| odd | is_control(byte));
    }
    text.chars().all(is_ordinary)
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11..=31 | 127)
}

/// A character that every reader takes for itself.
pub(crate) fn is_ordinary(character: char) -> bool {
    match character {
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => true,
        _ => false,
    }
}
