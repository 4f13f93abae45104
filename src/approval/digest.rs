//! A digest of what the gate goes by.
//!
//! In: parts, in order. Out: [`Digest`]. Never: lets two lists of parts share a digest because their
//! bytes join to the same text: every part is preceded by its length.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(Box<str>);

const PREFIX: &str = "sha256:";

impl Digest {
    /// The digest of a list of parts.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(format!("{}\n", part.len()));
            hash.update(part);
        }
        Self(format!("{:x}", hash.finalize()).into())
    }

    /// Parses the one way in which a digest is written.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (plain && digits.len() == 64).then(|| Self(digits.into()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let one = Digest::of([b"ab".as_slice(), b"c"]);
        assert_ne!(one, Digest::of([b"a".as_slice(), b"bc"]));
        assert_eq!(Digest::parse(&one.to_string()), Some(one));
        assert_eq!(Digest::parse(&format!("sha256:{}", "A".repeat(64))), None);
        assert_eq!(Digest::parse("sha256:12"), None);
    }
}
