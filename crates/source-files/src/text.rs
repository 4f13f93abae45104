//! Text with a line index that is built on the first request for a position.

use std::sync::OnceLock;

/// A half-open range of byte offsets into a [`SourceText`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place as an editor shows it. Lines end at LF, columns count characters, and both start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The bytes of one file. Positions are computed from byte offsets and not taken from the YAML parser, which also
/// counts U+0085 and U+2028 as line ends and so disagrees with every editor.
#[derive(Debug, Default)]
pub struct SourceText {
    bytes: Box<[u8]>,
    line_starts: OnceLock<Box<[u32]>>,
    storage: Storage,
}

/// The relation of a text to the bytes of the repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Storage {
    /// They are the same.
    #[default]
    AsIs,
    /// They are of another encoding, or generated.
    Converted,
}

impl SourceText {
    /// Keeps the bytes, and builds no index yet.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), line_starts: OnceLock::new(), storage: Storage::AsIs }
    }

    /// Keeps a text that was converted from another one, so that its places do not fit the file.
    pub fn converted(bytes: Vec<u8>) -> Self {
        Self { storage: Storage::Converted, ..Self::new(bytes) }
    }

    /// Returns true if the bytes are those of the repository.
    pub fn is_as_stored(&self) -> bool {
        self.storage == Storage::AsIs
    }

    /// Returns the bytes of the text: those of the repository, unless it was converted.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns line and column of a byte offset. An offset past the end means the end.
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let before = self.slice(start, offset);
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        Position { line: saturate(line), column: saturate(column) }
    }

    /// Returns the text of a line (from 1) without its line end, lossy if it is not UTF-8.
    pub fn line(&self, line: u32) -> String {
        let Span { start, end } = self.line_span(line);
        let text = String::from_utf8_lossy(self.slice(start, end));
        text.trim_end_matches(['\n', '\r']).to_owned()
    }

    /// Returns the span of a line (from 1) with its line end. Empty past the last one.
    pub fn line_span(&self, line: u32) -> Span {
        let starts = self.line_starts();
        let limit = saturate(self.bytes.len());
        let index = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        let Some(start) = starts.get(index).copied() else { return Span { start: limit, end: limit } };
        Span { start, end: starts.get(index + 1).copied().unwrap_or(limit) }
    }

    /// Returns a span without the blanks, line ends and dashes of list items around its text.
    pub fn trimmed(&self, span: Span) -> Span {
        let is_around = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'-';
        let text = self.slice(span.start, span.end);
        let before = text.iter().take_while(|byte| is_around(byte)).count();
        let after = text.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = span.start.saturating_add(saturate(before)).min(span.end);
        Span { start, end: span.end.saturating_sub(saturate(after)).max(start) }
    }

    /// Returns the text of a span, or `None` if it is not UTF-8.
    pub fn text_of(&self, span: Span) -> Option<&str> {
        std::str::from_utf8(self.slice(span.start, span.end)).ok()
    }

    /// Returns the whole characters that a span touches, inside the text. A parser may report a place past the end or
    /// inside a character.
    pub fn whole_characters(&self, span: Span) -> Span {
        let limit = saturate(self.bytes.len());
        let (mut start, mut end) = (span.start.min(limit), span.end.clamp(span.start.min(limit), limit));
        while start > 0 && self.is_inside_character(start) {
            start -= 1;
        }
        while self.is_inside_character(end) {
            end += 1;
        }
        Span { start, end }
    }

    fn is_inside_character(&self, offset: u32) -> bool {
        let byte = usize::try_from(offset).ok().and_then(|offset| self.bytes.get(offset));
        byte.is_some_and(|byte| byte & 0xc0 == 0x80)
    }

    fn slice(&self, start: u32, end: u32) -> &[u8] {
        let limit = self.bytes.len();
        let bound = |offset: u32| usize::try_from(offset).map_or(limit, |offset| offset.min(limit));
        self.bytes.get(bound(start)..bound(end)).unwrap_or_default()
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let after_line_feed = |(index, byte): (usize, &u8)| (*byte == b'\n').then(|| saturate(index + 1));
            std::iter::once(0).chain(self.bytes.iter().enumerate().filter_map(after_line_feed)).collect()
        })
    }
}

fn saturate(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_line_feed() {
        let text = SourceText::new("é: a\u{2028}b\nkind: X".into());
        assert_eq!(text.position(4), Position { line: 1, column: 4 });
        assert_eq!(text.position(10), Position { line: 2, column: 1 });
        assert_eq!(text.line(2), "kind: X");
        assert_eq!(text.line(9), "");
    }

    #[test]
    fn a_span_holds_whole_characters_of_the_text() {
        let text = SourceText::new("é: a".into());
        let whole = |start, end| text.whole_characters(Span { start, end });
        assert_eq!(whole(0, 1), Span { start: 0, end: 2 });
        assert_eq!(whole(1, 3), Span { start: 0, end: 3 });
        assert_eq!(whole(4, 9), Span { start: 4, end: 5 });
        assert_eq!(whole(7, 8), Span { start: 5, end: 5 });
    }
}
