//! What a waiver accepts: a digest that changes when the finding becomes another one.

use std::fmt;

use sha2::{Digest, Sha256};

/// Identifies a finding across pushes: check, object and offending value, never a line number, so
/// that a moved line keeps its waiver and a worse value does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(Box<str>);

impl Fingerprint {
    /// Digests the parts, each with its length so that no two lists of parts collide.
    pub fn of(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut text = format!("{:x}", digest.finalize());
        text.truncate(24);
        Self(text.into())
    }

    /// The 24 hexadecimal digits that a waiver quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
