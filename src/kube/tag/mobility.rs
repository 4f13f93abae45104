//! Tags that move.
//!
//! In: the tokens of a tag and how exactly it names a release. Out: whether it is moved by
//! convention. Never: knows whether a registry allows it.

use super::tag_tokens::Token;

/// How exactly a tag names a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    /// Not at all.
    NoVersion,
    /// A series of releases: `1`, `1.25`.
    Series,
    /// One release, build, date or time.
    Release,
}

/// Whether a tag is meant to be moved to other images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mobility {
    /// It is published once.
    Fixed,
    /// It follows releases, as `latest` and `1.25` do.
    Floating,
    /// Nobody but its publisher knows.
    Unknown,
}

/// Tags that are moved by convention.
const FLOATING: &[&str] = &[
    "latest",
    "stable",
    "edge",
    "main",
    "master",
    "dev",
    "develop",
    "nightly",
    "release",
    "current",
    "lts",
    "canary",
    "testing",
    "unstable",
    "rolling",
    "mainline",
    "snapshot",
    "trunk",
    "head",
    "prod",
    "production",
    "staging",
];

/// Whether a tag is moved by convention. A commit in it fixes it, whatever else it says.
pub(super) fn of(text: &str, tokens: &[Token], precision: Precision) -> Mobility {
    let lower = text.to_ascii_lowercase();
    let words = || lower.split(['-', '_', '.']);
    if tokens.iter().any(|token| matches!(token, Token::Commit(_))) {
        return Mobility::Fixed;
    }
    match precision {
        Precision::NoVersion if words().any(|word| FLOATING.contains(&word)) => Mobility::Floating,
        Precision::NoVersion => Mobility::Unknown,
        Precision::Series => Mobility::Floating,
        Precision::Release if words().any(|word| word == "latest") => Mobility::Floating,
        Precision::Release => Mobility::Fixed,
    }
}
