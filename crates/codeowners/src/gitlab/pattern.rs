//! Path patterns of GitLab's CODEOWNERS.
//!
//! In: a pattern. Out: [`GitlabPattern`]. Never: more wildcards than Ruby's `File.fnmatch` has with
//! `FNM_DOTMATCH` and `FNM_PATHNAME`: braces are plain characters, and `**` crosses folders only as
//! `**/`.
//!
//! Sources: "Syntax of CODEOWNERS file" and "Advanced CODEOWNERS configuration" in GitLab's
//! documentation; the documentation of `File.fnmatch` in Ruby.

use thiserror::Error;

use super::class::read_class;
use crate::glob::{Glob, NameToken, PathPart};

/// The reason why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum GitlabPatternProblem {
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
pub(super) struct GitlabPattern {
    pub(super) normalized: String,
    pub(super) glob: Glob,
}

impl GitlabPattern {
    /// Compiles a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, GitlabPatternProblem> {
        if text.is_empty() {
            return Err(GitlabPatternProblem::Empty);
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
fn compile(normalized: &str) -> Result<Vec<PathPart>, GitlabPatternProblem> {
    if normalized.contains("\\/") {
        return Err(GitlabPatternProblem::DanglingEscape);
    }
    let names: Vec<&str> = normalized.split('/').collect();
    let last = names.len().saturating_sub(1);
    let part = |(index, name): (usize, &&str)| match *name {
        "" | "." | ".." => Err(GitlabPatternProblem::NeverMatches),
        "**" if index < last => Ok(PathPart::AnyNames),
        name => split_tokens(name).map(PathPart::Name),
    };
    names.iter().enumerate().map(part).collect()
}

fn split_tokens(name: &str) -> Result<Vec<NameToken>, GitlabPatternProblem> {
    let mut tokens = Vec::new();
    let mut rest = name.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => push(&mut tokens, rest.next().ok_or(GitlabPatternProblem::DanglingEscape)?),
            '?' => tokens.push(NameToken::AnyCharacter),
            '*' => tokens.push(NameToken::AnyRun),
            '[' => tokens
                .push(NameToken::Class(read_class(&mut rest).ok_or(GitlabPatternProblem::CharacterClass)?)),
            character => push(&mut tokens, character),
        }
    }
    Ok(tokens)
}

fn push(tokens: &mut Vec<NameToken>, character: char) {
    let mut buffer = [0; 4];
    tokens.extend(character.encode_utf8(&mut buffer).bytes().map(NameToken::Byte));
}
