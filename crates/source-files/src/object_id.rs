//! The name of a git object.

use std::fmt;
use std::sync::Arc;

/// The lower-case hexadecimal name of a git object: 40 digits (SHA-1) or 64 (SHA-256).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// Parses a full object name. Abbreviations and upper case are refused, because git's hook protocol never sends
    /// them.
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (hexadecimal && matches!(text.len(), 40 | 64)).then(|| Self(text.into()))
    }

    /// Creates the name from its 20 or 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        let mut text = Vec::with_capacity(bytes.len() * 2);
        bytes.iter().for_each(|byte| text.extend([digit(byte >> 4), digit(byte & 0xf)]));
        let text = String::from_utf8(text).ok()?;
        Self::parse(&text)
    }

    /// Returns true for the id that git uses for "no object": 40 or 64 zeros.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'0')
    }

    /// Returns the full hexadecimal name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first seven digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_lower_case_names_are_object_ids() {
        assert!(ObjectId::parse(&"0".repeat(40)).is_some_and(|id| id.is_zero()));
        assert!(ObjectId::parse(&"0".repeat(64)).is_some_and(|id| id.is_zero()));
        assert!(ObjectId::parse(&"a".repeat(39)).is_none());
        assert!(ObjectId::parse(&"A".repeat(40)).is_none());
    }
}
