//! JSON with spans: a stream of objects, as Go's decoder reads one.

mod text;

use super::framing::span;
use super::go_number;
use super::kubectl::MappingBuilder;
use super::limits::Limits;
use super::node::{Node, Value};
use super::ordinary::is_ordinary;
use super::problem::Problem;
use text::{has_other_escapes, unquote};

/// The values of a JSON stream.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) roots: Vec<Node>,
    /// Duplicate keys.
    pub(super) problems: Vec<Problem>,
    /// True if a text is written in a way that YAML may read otherwise.
    pub(super) is_peculiar: bool,
}

/// The reason why a text is not a JSON stream.
#[derive(Debug)]
pub(super) enum JsonError {
    /// It is not JSON.
    NotJson(Problem),
    /// It is, as far as we are willing to read.
    BeyondLimits(Problem),
}

/// Reads a stream of values from `from`.
pub(super) fn parse_stream(text: &str, from: usize, limits: &Limits) -> Result<Parsed, JsonError> {
    let is_peculiar = has_other_escapes(text) || !text.chars().all(is_ordinary) || text.contains("\"<<\"");
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
        roots.push(reader.parse_value(0)?);
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

    fn parse_value(&mut self, depth: usize) -> Result<Node, JsonError> {
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
            Some(b'{') => self.object(depth)?,
            Some(b'[') => Value::Sequence(self.array(depth)?),
            Some(b'"') => Value::String(self.string()?),
            Some(_) => self.literal()?,
            None => return Err(self.refuse("the file ends inside a value")),
        };
        Ok(Node::new(span(start, self.offset), value))
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.expect(b'{')?;
        let mut entries = MappingBuilder::default();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.offset += 1;
            return Ok(entries.finish());
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
            let value = self.parse_value(depth + 1)?;
            entries.insert(key, key_span, value, &mut self.duplicates);
            if self.ends_with(b'}')? {
                return Ok(entries.finish());
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
            items.push(self.parse_value(depth + 1)?);
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
        let text = unquote(quoted).ok_or_else(|| self.refuse("this is not a JSON string"))?;
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
                (None, None) => return Err(self.refuse("this number is not a valid double")),
            },
            Ok(serde_json::Value::String(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_))
            | Err(_) => return Err(self.refuse("expected a JSON value here")),
        };
        self.offset += end;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Agreement;
    use crate::{kubectl, kustomize};

    /// If nothing is peculiar, kustomize, which takes the text for YAML, reads the same.
    #[test]
    fn what_is_not_peculiar_is_read_alike() {
        let values = [
            r#""a\"b\\c\td\ne\rf\bg\fh""#,
            r#""é 😀 ü""#,
            r#""\u0041""#,
            r#""a\/b""#,
            r#""\ud83d\ude00""#,
            "0",
            "-0",
            "-0.0",
            "1E5",
            "1e-7",
            "1.0",
            "1.50",
            "123456789012345678901234567890",
            "9223372036854775808",
            "-9223372036854775809",
            "1e400",
            "0.1e1",
            "true",
            "null",
            "[]",
            "{}",
            r#"[1,2,[{"a":null}]]"#,
            r#"{"b":{"c":[]}}"#,
            r#""yes""#,
            r#""2001-01-01""#,
            r#""0x1f""#,
            r#""""#,
            r#"" a ""#,
            r#""a: b # c""#,
            r#"{"<<":{"d":1}}"#,
            r#"{"":1}"#,
            r#"{"1":1}"#,
            r#"{"true":1}"#,
            "{ \"a\" : 1 , \"b\":\t2 }",
            "[\n1\n,\n2\n]",
            "[\r\n1]",
            r#"{"2001-01-01":1}"#,
            r#"{"x y":"\n"}"#,
            r#"{"a":1,"a":2}"#,
            "\"a\u{85}b\"",
        ];
        let mut alike = 0;
        for value in values {
            let text = format!("{{\"kind\":\"A\",\"metadata\":{{\"name\":\"b\"}},\"x\":{value}}}\n");
            let read = kubectl::read(&text, 0, &Limits::default());
            if read.agreement == Agreement::Certain && read.problems.is_empty() {
                let others = kustomize::read(&text, &Limits::default());
                assert_eq!(others.ok(), Some(read.roots), "{text}");
                alike += 1;
            }
        }
        assert!(alike > 25, "{alike}");
    }
}
