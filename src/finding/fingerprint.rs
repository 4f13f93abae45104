//! The digest that a waiver accepts: it changes when the finding becomes another one.
//!
//! In: check, subject and facts of a finding. Out: [`Fingerprint`]. Never: digests a sentence that people read, so that
//! a message can be reworded and every waiver still counts.

use std::fmt;

use sha2::{Digest, Sha256};

/// The prefix of a fingerprint of this version.
const VERSION: &str = "v2-";

/// A value that makes a finding what it is. A waiver of a finding does not cover one with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The topic: one word, unique within the check's findings.
    pub key: &'static str,
    /// The value, in a form that no wording changes.
    pub value: String,
    /// Its value in fingerprints before version 2; `None` if nothing did.
    pub former: Option<String>,
}

/// Identifies a finding across pushes: check, object and facts, never a line number, so that a moved line keeps its
/// waiver and a worse value does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(Box<str>);

impl Fingerprint {
    /// The fingerprint of a check's finding about a subject. The order of the facts does not matter.
    pub fn of_facts(check: &str, subject: &str, facts: &[Fact]) -> Self {
        let mut pairs: Vec<(&str, &str)> = facts.iter().map(|fact| (fact.key, fact.value.as_str())).collect();
        pairs.sort_unstable();
        let mut parts = vec![VERSION, check, subject];
        for (key, value) in pairs {
            parts.extend([key, value]);
        }
        Self(format!("{VERSION}{}", digest(&parts)).into())
    }

    /// The fingerprint that version 0.1 gave the same finding. Waivers may quote it for one release.
    pub fn of_former_parts(check: &str, subject: &str, facts: &[Fact]) -> Self {
        let mut parts = vec![check, subject];
        parts.extend(facts.iter().filter_map(|fact| fact.former.as_deref()));
        Self(digest(&parts).into())
    }

    /// A different one for each list of texts, for things that a fingerprint alone does not distinguish.
    pub fn of(parts: &[&str]) -> Self {
        Self(digest(parts).into())
    }

    /// The fingerprint that a waiver quotes.
    pub fn quoted(text: &str) -> Self {
        Self(text.into())
    }

    /// The text that a waiver quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digests the parts, each with its length so that no two lists of parts collide.
fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    let mut text = format!("{:x}", digest.finalize());
    text.truncate(24);
    text
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
