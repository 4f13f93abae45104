//! JSON with spans: a stream of objects, as Go's decoder reads one.

use super::framing::span;
use super::go_number;
use super::limits::Limits;
use super::node::{Entry, Node, Value};
use super::problem::Problem;

/// The values of a JSON stream.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) roots: Vec<Node>,
    /// Keys that stand twice.
    pub(super) problems: Vec<Problem>,
    /// True where a text is written in a way that YAML may read otherwise.
    pub(super) is_peculiar: bool,
}

/// Why a text is no JSON stream.
#[derive(Debug)]
pub(super) enum JsonError {
    /// It is not JSON.
    NotJson(Problem),
    /// It is, as far as we are willing to read.
    BeyondLimits(Problem),
}

/// Reads a stream of values from `from`.
pub(super) fn parse_stream(text: &str, from: usize, limits: &Limits) -> Result<Parsed, JsonError> {
    let is_peculiar = text.bytes().any(|byte| byte == b'\\' || byte >= 0x7f);
    let mut reader = Reader { text, offset: from, limits, nodes: limits.nodes, duplicates: Vec::new() };
    let mut roots = Vec::new();
    loop {
        reader.skip_space();
        if reader.offset == text.len() {
            return Ok(Parsed { roots, problems: reader.duplicates, is_peculiar });
        }
        if roots.len() == limits.documents {
            return Err(reader.exceed(format!("more than {} documents", limits.documents)));
        }
        roots.push(reader.value(0)?);
    }
}

struct Reader<'a> {
    text: &'a str,
    offset: usize,
    limits: &'a Limits,
    nodes: usize,
    duplicates: Vec<Problem>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        let trimmed = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
        self.offset = self.text.len() - trimmed.len();
    }

    fn refuse(&self, reason: impl Into<String>) -> JsonError {
        JsonError::NotJson(Problem::unparseable(span(self.offset, self.offset + 1), reason))
    }

    fn exceed(&self, reason: impl Into<String>) -> JsonError {
        JsonError::BeyondLimits(Problem::unparseable(span(self.offset, self.offset + 1), reason))
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(self.refuse(format!("expected `{}` here", char::from(byte))));
        }
        self.offset += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        if depth > self.limits.depth {
            return Err(self.exceed(format!("nested deeper than {} levels", self.limits.depth)));
        }
        self.nodes = self
            .nodes
            .checked_sub(1)
            .ok_or_else(|| self.exceed(format!("more than {} keys and values", self.limits.nodes)))?;
        self.skip_space();
        let start = self.offset;
        let value = match self.peek() {
            Some(b'{') => Value::Mapping(self.object(depth)?),
            Some(b'[') => Value::Sequence(self.array(depth)?),
            Some(b'"') => Value::String(self.string()?),
            Some(_) => self.literal()?,
            None => return Err(self.refuse("the file ends inside a value")),
        };
        Ok(Node { span: span(start, self.offset), value })
    }

    fn object(&mut self, depth: usize) -> Result<Vec<Entry>, JsonError> {
        self.expect(b'{')?;
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.offset += 1;
            return Ok(entries);
        }
        loop {
            self.skip_space();
            let start = self.offset;
            let key = self.string()?;
            if key.len() > self.limits.key {
                return Err(self.exceed(format!("a key of more than {} bytes", self.limits.key)));
            }
            let key_span = span(start, self.offset);
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            if seen.insert(key.clone()) {
                entries.push(Entry { key, key_span, value });
            } else {
                self.duplicates.push(Problem::ambiguous(key_span, format!("the key `{key}` stands twice")));
                replace(&mut entries, Entry { key, key_span, value });
            }
            if self.ends_with(b'}')? {
                return Ok(entries);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, JsonError> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.offset += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.ends_with(b']')? {
                return Ok(items);
            }
        }
    }

    /// After an item: true at the closing byte, false after a comma.
    fn ends_with(&mut self, close: u8) -> Result<bool, JsonError> {
        self.skip_space();
        let closed = self.peek() == Some(close);
        if !closed && self.peek() != Some(b',') {
            return Err(self.refuse(format!("expected `,` or `{}` here", char::from(close))));
        }
        self.offset += 1;
        Ok(closed)
    }

    fn string(&mut self) -> Result<Box<str>, JsonError> {
        let Some(written) = self.rest().strip_prefix('"') else {
            return Err(self.refuse("expected a string here"));
        };
        let mut escaped = false;
        let end = written.bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let Some(end) = end else { return Err(self.refuse("the file ends inside a string")) };
        let quoted = self.rest().get(..end + 2).unwrap_or_default();
        let text = unquote(quoted).ok_or_else(|| self.refuse("this is no JSON string"))?;
        self.offset += end + 2;
        Ok(text)
    }

    fn literal(&mut self) -> Result<Value, JsonError> {
        let end = self.rest().find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(self.rest().len());
        let word = self.rest().get(..end).unwrap_or_default();
        let value = match serde_json::from_str::<serde_json::Value>(word) {
            Ok(serde_json::Value::Null) => Value::Null,
            Ok(serde_json::Value::Bool(flag)) => Value::Bool(flag),
            Ok(serde_json::Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Value::Integer(whole),
                (None, Some(double)) => go_number::float(double),
                (None, None) => return Err(self.refuse("this number has no double value")),
            },
            Ok(serde_json::Value::String(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_))
            | Err(_) => return Err(self.refuse("expected a JSON value here")),
        };
        self.offset += end;
        Ok(value)
    }
}

/// Go keeps the last of two equal keys.
fn replace(entries: &mut [Entry], entry: Entry) {
    if let Some(place) = entries.iter_mut().find(|earlier| earlier.key == entry.key) {
        *place = entry;
    }
}

/// Go reads half of a surrogate pair as U+FFFD, where other readers stop.
fn unquote(quoted: &str) -> Option<Box<str>> {
    if !quoted.contains('\\') {
        let plain = quoted.get(1..quoted.len() - 1)?;
        return plain.bytes().all(|byte| byte >= 0x20).then(|| plain.into());
    }
    let read = |text: &str| serde_json::from_str::<String>(text).ok().map(String::into_boxed_str);
    read(quoted).or_else(|| read(&without_half_pairs(quoted)))
}

fn without_half_pairs(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        text.push_str(before);
        let length = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(Half::High | Half::Low), Some(Half::High | Half::Low) | None) => {
                text.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (None, Some(Half::High | Half::Low) | None) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, after) = escape.split_at(length);
        text.push_str(kept);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// One half of a pair that UTF-16 needs for a character.
#[derive(Clone, Copy)]
enum Half {
    High,
    Low,
}

fn surrogate(escape: &str) -> Option<Half> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_as_go_reads_them() {
        let cases = [
            (r#""a""#, Some("a")),
            (r#""\/ \ud83d\ude00""#, Some("/ 😀")),
            (r#""\ud83d x\\""#, Some("\u{fffd} x\\")),
            (r#""\ude00\ud83d""#, Some("\u{fffd}\u{fffd}")),
            (r#""\q""#, None),
            ("\"a\nb\"", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unquote(text).as_deref(), expected, "{text}");
        }
    }
}
