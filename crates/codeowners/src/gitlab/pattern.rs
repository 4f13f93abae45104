//! Path patterns of GitLab's CODEOWNERS.
//!
//! In: a pattern. Out: [`Pattern`]. Never: more wildcards than Ruby's `File.fnmatch` has with
//! `FNM_DOTMATCH` and `FNM_PATHNAME`: braces are plain characters, and `**` crosses folders only as
//! `**/`.
//!
//! Sources: "Syntax of CODEOWNERS file" and "Advanced CODEOWNERS configuration" in GitLab's
//! documentation; the documentation of `File.fnmatch` in Ruby.

use thiserror::Error;

use super::class::class;
use crate::glob::{Glob, Part, Token};

/// The reason why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum PatternProblem {
    /// Nothing behind `!`.
    #[error("the pattern is empty")]
    Empty,
    /// A backslash with nothing behind it, or before a slash.
    #[error("a backslash in the pattern escapes nothing; remove it or write `\\\\`")]
    DanglingEscape,
    /// `[`, `[]`, `[z-a]`, `[a/b]`
    #[error(
        "the pattern has a character class that matches nothing: close it with `]`, add a character to it, \
         and write ranges from low to high and without `/`"
    )]
    CharacterClass,
    /// `a//b`, `./a`, `../a`
    #[error("the pattern contains an empty part, `.` or `..`, and so never matches a path")]
    NeverMatches,
}

/// A compiled pattern. Two patterns of a section that compile to the same text are the same entry.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) normalized: String,
    pub(super) glob: Glob,
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, PatternProblem> {
        if text.is_empty() {
            return Err(PatternProblem::Empty);
        }
        let normalized = normalize(text);
        let parts = compile(normalized.strip_prefix('/').unwrap_or(&normalized))?;
        Ok(Self { normalized, glob: Glob { parts } })
    }
}

/// Spells a pattern from the root down to files: `a` is `/**/a`, `a/` is `/**/a/**/*`, `*` is `/**/*`.
fn normalize(text: &str) -> String {
    if text == "*" {
        return "/**/*".to_owned();
    }
    let text = text.strip_prefix("\\#").map_or_else(|| text.to_owned(), |rest| format!("#{rest}"));
    let text = text.replace("\\ ", " ").replace("\\\t", " ");
    let rooted = if text.starts_with('/') { text } else { format!("/**/{text}") };
    if rooted.ends_with('/') { format!("{rooted}**/*") } else { rooted }
}

/// Compiles a pattern. `**` is any number of names before a slash, and like `*` at the end.
fn compile(normalized: &str) -> Result<Vec<Part>, PatternProblem> {
    if normalized.contains("\\/") {
        return Err(PatternProblem::DanglingEscape);
    }
    let names: Vec<&str> = normalized.split('/').collect();
    let last = names.len().saturating_sub(1);
    let part = |(index, name): (usize, &&str)| match *name {
        "" | "." | ".." => Err(PatternProblem::NeverMatches),
        "**" if index < last => Ok(Part::AnyNames),
        name => tokens(name).map(Part::Name),
    };
    names.iter().enumerate().map(part).collect()
}

fn tokens(name: &str) -> Result<Vec<Token>, PatternProblem> {
    let mut tokens = Vec::new();
    let mut rest = name.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => push(&mut tokens, rest.next().ok_or(PatternProblem::DanglingEscape)?),
            '?' => tokens.push(Token::AnyCharacter),
            '*' => tokens.push(Token::AnyRun),
            '[' => tokens.push(Token::Class(class(&mut rest).ok_or(PatternProblem::CharacterClass)?)),
            character => push(&mut tokens, character),
        }
    }
    Ok(tokens)
}

fn push(tokens: &mut Vec<Token>, character: char) {
    let mut buffer = [0; 4];
    tokens.extend(character.encode_utf8(&mut buffer).bytes().map(Token::Byte));
}
