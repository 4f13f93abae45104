//! Tags that move.
//!
//! In: the tokens of a tag and its precision. Out: whether it is moved by convention. Never: knows whether a registry
//! allows it.

use super::tokens::TagToken;
use super::words::{self, ReleaseStage};

/// The precision with which a tag names a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    /// It does not name one.
    NoVersion,
    /// A series of releases: `1`, `1.25`.
    Series,
    /// One release, build, date or time.
    Release,
}

/// Says whether a tag is meant to be moved to other images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mobility {
    /// It is published once.
    Fixed,
    /// It follows releases, as `latest` and `1.25` do.
    Floating,
    /// Only its publisher knows.
    Unknown,
}

/// Decides whether a tag is moved by convention. A commit in it fixes it, whatever else it contains.
pub(super) fn of(text: &str, tokens: &[TagToken], precision: Precision) -> Mobility {
    if tokens.iter().any(|token| matches!(token, TagToken::Commit(_))) {
        return Mobility::Fixed;
    }
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    let letters = |word: &str| word.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned();
    match precision {
        Precision::NoVersion if words.iter().any(|word| words::names_channel(word)) => Mobility::Floating,
        Precision::NoVersion if words.iter().all(|word| stands_for_newest(&letters(word))) => {
            Mobility::Floating
        }
        Precision::NoVersion => Mobility::Unknown,
        Precision::Series => Mobility::Floating,
        Precision::Release if words.contains(&"latest") || is_open(tokens) => Mobility::Floating,
        Precision::Release => Mobility::Fixed,
    }
}

/// Returns true for a flavour, or its version.
fn stands_for_newest(word: &str) -> bool {
    word.is_empty() || words::is_flavour(word)
}

/// Recognises `1.2.3-SNAPSHOT`, `-nightly` or `-dev` without a number: the same name for each build.
fn is_open(tokens: &[TagToken]) -> bool {
    let open = |token: &TagToken| matches!(token, TagToken::Stage(ReleaseStage::Development, _, numbers) if numbers.is_empty());
    tokens.iter().any(open) && !tokens.iter().any(|token| matches!(token, TagToken::Moment(_)))
}
