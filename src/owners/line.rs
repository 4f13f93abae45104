//! One line of CODEOWNERS.
//!
//! In: the line. Out: pattern and owners, nothing for a comment, or why it cannot be used. Never:
//! guesses what a broken line meant.

use thiserror::Error;

use super::OwnerHandle;
use super::pattern::{Pattern, PatternProblem};

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum LineProblem {
    /// Not UTF-8, or with control characters.
    #[error("the line is not plain UTF-8 text")]
    NotText,
    /// A pattern that GitHub does not match.
    #[error("{0}")]
    Pattern(#[from] PatternProblem),
    /// Something that names nobody.
    #[error("`{0}` is not an owner: write `@user`, `@organisation/team` or an e-mail address")]
    Owner(String),
}

/// A usable line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) pattern_text: Box<str>,
    pub(super) pattern: Pattern,
    pub(super) owners: Vec<OwnerHandle>,
}

/// Parses a line without its line feed.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<Line>, LineProblem> {
    let text = std::str::from_utf8(bytes).map_err(|_| LineProblem::NotText)?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.chars().any(|character| (character.is_control() && character != '\t') || character == '\u{feff}')
    {
        return Err(LineProblem::NotText);
    }
    let mut words = words(text).into_iter();
    let Some(pattern_text) = words.next() else { return Ok(None) };
    let pattern = Pattern::parse(pattern_text)?;
    let owners = words.map(owner).collect::<Result<_, _>>()?;
    Ok(Some(Line { pattern_text: pattern_text.into(), pattern, owners }))
}

/// The words before a comment. A backslash keeps the next character in its word; a comment begins
/// with `#` at the start of a word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, behind) = rest.split_at_checked(word_end(rest)).unwrap_or((rest, ""));
        words.push(word);
        rest = behind.trim_start_matches(is_blank);
    }
    words
}

fn word_end(text: &str) -> usize {
    let mut escaped = false;
    for (offset, character) in text.char_indices() {
        if is_blank(character) && !escaped {
            return offset;
        }
        escaped = character == '\\' && !escaped;
    }
    text.len()
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn owner(word: &str) -> Result<OwnerHandle, LineProblem> {
    let known = match word.strip_prefix('@') {
        Some(handle) => match handle.split_once('/') {
            Some((organisation, team)) => is_name(organisation) && is_name(team),
            None => is_name(handle),
        },
        None => is_address(word),
    };
    if known { Ok(OwnerHandle(word.into())) } else { Err(LineProblem::Owner(word.to_owned())) }
}

/// Letters, digits and the punctuation that names of users, organisations and teams may hold.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(plain)
}

fn is_address(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_%".contains(&byte))
    };
    text.split_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}
