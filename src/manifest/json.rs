//! JSON with spans: a stream of objects, as Go's decoder reads one.

use super::framing::span;
use super::limits::Limits;
use super::node::{Entry, Node, Value};
use super::problem::Problem;

/// The objects of a JSON stream; duplicate keys are reported beside them.
pub(super) fn parse_stream(text: &str, limits: &Limits) -> Result<(Vec<Node>, Vec<Problem>), Problem> {
    let mut reader = Reader { text, offset: 0, limits, nodes: limits.nodes, duplicates: Vec::new() };
    let mut nodes = Vec::new();
    loop {
        reader.skip_space();
        if reader.offset == text.len() {
            return Ok((nodes, reader.duplicates));
        }
        if nodes.len() == limits.documents {
            return Err(reader.refuse(format!("more than {} documents", limits.documents)));
        }
        nodes.push(reader.value(0)?);
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

    fn refuse(&self, reason: impl Into<String>) -> Problem {
        Problem::unparseable(span(self.offset, self.offset + 1), reason)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Problem> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(self.refuse(format!("expected `{}` here", char::from(byte))));
        }
        self.offset += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        if depth > self.limits.depth {
            return Err(self.refuse(format!("nested deeper than {} levels", self.limits.depth)));
        }
        self.nodes = self
            .nodes
            .checked_sub(1)
            .ok_or_else(|| self.refuse(format!("more than {} keys and values", self.limits.nodes)))?;
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

    fn object(&mut self, depth: usize) -> Result<Vec<Entry>, Problem> {
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

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, Problem> {
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
    fn ends_with(&mut self, close: u8) -> Result<bool, Problem> {
        self.skip_space();
        let closed = self.peek() == Some(close);
        if !closed && self.peek() != Some(b',') {
            return Err(self.refuse(format!("expected `,` or `{}` here", char::from(close))));
        }
        self.offset += 1;
        Ok(closed)
    }

    fn string(&mut self) -> Result<Box<str>, Problem> {
        let mut strings = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        match (self.peek(), strings.next()) {
            (Some(b'"'), Some(Ok(text))) => {
                self.offset += strings.byte_offset();
                Ok(text.into())
            }
            _ => Err(self.refuse("expected a string here")),
        }
    }

    fn literal(&mut self) -> Result<Value, Problem> {
        let end = self.rest().find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(self.rest().len());
        let word = self.rest().get(..end).unwrap_or_default();
        let value = match serde_json::from_str::<serde_json::Value>(word) {
            Ok(serde_json::Value::Null) => Value::Null,
            Ok(serde_json::Value::Bool(flag)) => Value::Bool(flag),
            Ok(serde_json::Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Value::Integer(whole),
                (None, Some(double)) => Value::Float(double),
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
