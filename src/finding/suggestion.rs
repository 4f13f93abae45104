//! A change of whole lines that makes a finding go away, if that is certain.
//!
//! In: a value that is alone on a line of block style. Out: that line with another value. Never: guesses
//! if the line means more than it says: anchors, aliases, flow style, comments, quotes that would not close.

use super::location::Location;
use crate::world::Placed;
use kube_manifest::Node;
use source_files::{Position, RepoPath, Span};

/// Lines of the new revision and what to write in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The file.
    pub path: RepoPath,
    /// The first character of the first line.
    pub start: Position,
    /// One past the last character of the last line, its line end not counted.
    pub end: Position,
    /// The lines, without a last line end.
    pub replacement: String,
}

/// Words that YAML 1.1 reads as something else than text.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

impl Suggestion {
    /// The line of a scalar with another value; `None` if it is not certain what else that would change.
    pub fn of_scalar(placed: &Placed, node: &Node, value: &str) -> Option<Self> {
        let object = &placed.object;
        if placed.unit.is_some()
            || !object.aliases.is_empty()
            || !object.source.is_as_stored()
            || !is_plain(value)
        {
            return None;
        }
        let line = Line::of(object.source.bytes(), node.span())?;
        let quote = line.quote(node.as_str()?)?;
        let replacement = format!("{}{quote}{value}{quote}", line.before);
        let start = Position { line: object.source.position(node.span().start).line, column: 1 };
        let width = u32::try_from(line.width).ok()?;
        let end = Position { line: start.line, column: width.checked_add(1)? };
        Some(Self { path: placed.path.clone(), start, end, replacement })
    }

    /// The new lines as one excerpt, without indentation and list marks.
    pub fn excerpt(&self) -> &str {
        self.replacement.trim_start_matches([' ', '-'])
    }

    /// Whether it is about the line of this place.
    pub fn is_at(&self, location: &Location) -> bool {
        self.path == location.path && self.start.line == location.start.line
    }
}

/// A line that holds a key and a scalar and nothing else.
struct Line<'a> {
    /// Everything before the scalar.
    before: &'a str,
    scalar: &'a str,
    /// In characters, spaces at the end included.
    width: usize,
}

impl<'a> Line<'a> {
    fn of(bytes: &'a [u8], span: Span) -> Option<Self> {
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        let begin = bytes.get(..start)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = bytes.get(end..)?.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - end);
        let part = |range: std::ops::Range<usize>| std::str::from_utf8(bytes.get(range)?).ok();
        let (before, scalar, after) = (part(begin..start)?, part(start..end)?, part(end..end + rest)?);
        let alone = is_key(before) && !scalar.contains('\n') && after.bytes().all(|byte| byte == b' ');
        let width = [before, scalar, after].iter().map(|part| part.chars().count()).sum();
        alone.then_some(Self { before, scalar, width })
    }

    /// The quotes around the scalar; `None` if its text is not simply the value between them.
    fn quote(&self, value: &str) -> Option<&'static str> {
        ["", "\"", "'"].into_iter().find(|quote| self.scalar == format!("{quote}{value}{quote}"))
    }
}

/// Spaces and dashes, a plain key, a colon and spaces: `  - image: `.
fn is_key(text: &str) -> bool {
    let key = text.trim_start_matches([' ', '-']);
    let dashes = text.strip_suffix(key).unwrap_or_default();
    let name = key.trim_end_matches(' ').strip_suffix(':').unwrap_or_default();
    let spaced = key.ends_with(' ') && (dashes.is_empty() || dashes.ends_with(' '));
    spaced && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Text that every reading takes for itself, quoted or not.
fn is_plain(value: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@:-".contains(&byte);
    let begins = value
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || (byte.is_ascii_digit() && value.contains('/')));
    let word = WORDS.iter().any(|word| value.eq_ignore_ascii_case(word));
    begins && value.bytes().all(known) && !value.ends_with(':') && !word
}

#[cfg(test)]
mod tests {
    use super::{Line, is_key, is_plain};
    use source_files::Span;

    #[test]
    fn values_that_mean_only_themselves() {
        for plain in ["nginx:1.25", "ClusterIP", "r.io:5000/a/b@sha256:00ff", "1password/connect:1.7"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in
            ["", "on", "Null", "1e5", "0x1f", "a b", "a#b", "a: b", "a:", "{a}", "&a", "*a", "1:30", "ä"]
        {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn lines_that_hold_a_key_and_a_value_and_nothing_else() {
        for key in ["image: ", "    image:   ", "  - image: ", "- - image: "] {
            assert!(is_key(key), "{key}");
        }
        for other in [
            "",
            "image:",
            "{image: ",
            "a: {image: ",
            "\"image\": ",
            "image: &a ",
            "image: !!str ",
            "? ",
            "- ",
            "-image: ",
            "\timage: ",
        ] {
            assert!(!is_key(other), "{other}");
        }
        let line = |text: &'static str, scalar: &str| {
            let start = text.find(scalar).expect("the scalar");
            let span = |at: usize| u32::try_from(at).expect("small");
            Line::of(text.as_bytes(), Span { start: span(start), end: span(start + scalar.len()) })
                .map(|line| line.width)
        };
        assert_eq!(line("a: 1\n  b: xyz \nc: 2\n", "xyz"), Some(9));
        assert_eq!(line("b: xyz", "xyz"), Some(6));
        for other in ["b: xyz # why\n", "b: xyz\r\n", "{b: xyz}\n", "b: xyz, c: 1\n", "b: xyz\t\n"] {
            assert_eq!(line(other, "xyz"), None, "{other}");
        }
    }
}
