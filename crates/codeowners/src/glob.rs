//! Path patterns with `*`, `**`, `?` and character classes, as the dialects compile them.
//!
//! In: parts. Out: [`Glob`], which matches paths in time proportional to path times pattern, and the
//! [`PathKey`]s that every matching path has. Never: knows how a dialect writes patterns.

use super::index::PathKey;
use source_files::wildcard_match;

/// A part of a name in a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameToken {
    /// This byte.
    Byte(u8),
    /// `?`: one character.
    AnyCharacter,
    /// `*`: any number of characters.
    AnyRun,
    /// `[a-z]`
    Class(Class),
}

/// A character class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// Says whether the ranges match or exclude.
    pub(super) negation: Negation,
    /// First and last character of each range.
    pub(super) ranges: Vec<(char, char)>,
}

/// Says whether something means what it names, or everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Negation {
    Plain,
    Negated,
}

impl Class {
    fn holds(&self, character: char) -> bool {
        let within = self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
        match self.negation {
            Negation::Plain => within,
            Negation::Negated => !within,
        }
    }
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathPart {
    /// Any number of names, including zero.
    AnyNames,
    /// One name.
    Name(Vec<NameToken>),
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    pub(super) parts: Vec<PathPart>,
}

impl Glob {
    /// Returns true if a path, split at its slashes, matches.
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        wildcard_match(
            &self.parts,
            path,
            |part| *part == PathPart::AnyNames,
            |part, rest| match part {
                PathPart::AnyNames => None,
                PathPart::Name(tokens) => rest.first().filter(|name| name_matches(tokens, name)).map(|_| 1),
            },
        )
    }

    /// Returns keys that every matching path has.
    pub(super) fn keys(&self) -> Vec<PathKey> {
        let tokens = self.parts.iter().filter_map(|part| match part {
            PathPart::AnyNames => None,
            PathPart::Name(tokens) => Some(tokens.as_slice()),
        });
        tokens.filter_map(key).collect()
    }
}

/// Returns the key of a name without wildcards, or of its extension.
fn key(tokens: &[NameToken]) -> Option<PathKey> {
    let tail: Vec<u8> = tokens.iter().rev().map_while(plain_byte).collect();
    if tail.len() == tokens.len() {
        return Some(PathKey::Name(tail.into_iter().rev().collect()));
    }
    let dot = tail.iter().position(|byte| *byte == b'.')?;
    Some(PathKey::Extension(tail.into_iter().take(dot).rev().collect()))
}

fn plain_byte(token: &NameToken) -> Option<u8> {
    match token {
        NameToken::Byte(byte) => Some(*byte),
        NameToken::AnyCharacter | NameToken::AnyRun | NameToken::Class(_) => None,
    }
}

fn name_matches(tokens: &[NameToken], name: &[u8]) -> bool {
    wildcard_match(
        tokens,
        name,
        |token| *token == NameToken::AnyRun,
        |token, rest| match token {
            NameToken::Byte(byte) => (rest.first() == Some(byte)).then_some(1),
            NameToken::AnyCharacter => first_character(rest).map(char::len_utf8),
            NameToken::Class(class) => {
                first_character(rest).filter(|character| class.holds(*character)).map(char::len_utf8)
            }
            NameToken::AnyRun => None,
        },
    )
}

/// Returns the UTF-8 character that begins here, or `None` in the middle of one.
fn first_character(rest: &[u8]) -> Option<char> {
    let longest = rest.get(..4).unwrap_or(rest);
    let chunk = longest.utf8_chunks().next()?;
    chunk.valid().chars().next()
}
