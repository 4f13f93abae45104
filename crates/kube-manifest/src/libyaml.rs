//! The changes to a text that make libyaml-safer read it as go-yaml does, and that are undone in the values that it
//! yields.

use std::borrow::Cow;

use super::syntax::Style;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The treatment of a last line without a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastLine {
    /// It gets one: apimachinery's `LineReader` ends every line.
    Ended,
    /// It stays as it is.
    AsWritten,
}

/// A text prepared for the parser.
pub(super) struct Quirks<'a> {
    text: Cow<'a, str>,
    /// go-yaml takes a byte order mark inside a document for a letter, and libyaml skips one at the
    /// start of a line. A character of the same length, which the text does not use, takes its place.
    stand_in: Option<char>,
    /// A character that takes the place of a colon which go-yaml takes for a part of a word.
    colon: Option<char>,
    /// The parser panics if a block scalar ends with the file inside a line: it gets a line end,
    /// which is taken away again.
    takes_end_away: bool,
}

impl<'a> Quirks<'a> {
    pub(super) fn of(body: &'a str, last_line: LastLine) -> Self {
        let last = body.lines().last();
        let ends_inside_line = last.is_some_and(|line| !line.trim().is_empty()) && !body.ends_with('\n');
        let mut text = Cow::Borrowed(body);
        if ends_inside_line {
            text.to_mut().push('\n');
        }
        let stand_in = body.contains(BYTE_ORDER_MARK).then(|| unused(body)).flatten();
        if let Some(other) = stand_in {
            text = text.replace(BYTE_ORDER_MARK, other.encode_utf8(&mut [0; 4])).into();
        }
        let takes_end_away = ends_inside_line && last_line == LastLine::AsWritten;
        Self { text, stand_in, colon: None, takes_end_away }
    }

    /// The text that the parser gets.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Hides the colon at an offset; false if no character is left to take its place.
    pub(super) fn hide_colon(&mut self, offset: usize) -> bool {
        let free = || ('!'..='~').filter(char::is_ascii_punctuation).find(|other| self.is_free(*other));
        let Some(other) = self.colon.or_else(free) else { return false };
        let is_colon = self.text.get(offset..offset + 1) == Some(":");
        if is_colon {
            self.text.to_mut().replace_range(offset..=offset, other.encode_utf8(&mut [0; 4]));
            self.colon = Some(other);
        }
        is_colon
    }

    fn is_free(&self, other: char) -> bool {
        matches!(other, '$' | '+' | ';' | '^' | '_' | '~' | '(' | ')' | '/' | '<' | '=' | '\\')
            && !self.text.contains(other)
    }

    /// The scalar that go-yaml would have read. A block scalar that reaches the end of a text without
    /// a final line end has none either.
    pub(super) fn undo(&self, mut value: String, style: Style, reaches_end: bool) -> String {
        if let Some(other) = self.stand_in {
            value = value.replace(other, BYTE_ORDER_MARK.encode_utf8(&mut [0; 4]));
        }
        if let Some(other) = self.colon {
            value = value.replace(other, ":");
        }
        let is_block = matches!(style, Style::Literal | Style::Folded);
        if is_block && reaches_end && self.takes_end_away && value.ends_with('\n') {
            value.pop();
        }
        value
    }
}

fn unused(body: &str) -> Option<char> {
    ('\u{e000}'..='\u{f8ff}').find(|other| !body.contains(*other))
}

/// `\/` is an escape of JSON and of YAML 1.2; go-yaml stops there, libyaml-safer does not.
pub(super) fn has_escaped_slash(written: &str) -> bool {
    let mut escaped = false;
    written.bytes().any(|byte| {
        let found = escaped && byte == b'/';
        escaped = byte == b'\\' && !escaped;
        found
    })
}
