//! One line of CODEOWNERS.
//!
//! In: the line. Out: pattern and owners, nothing for a comment, or why it cannot be used. Never:
//! guesses what a broken line meant.

use thiserror::Error;

use super::pattern::{GithubPattern, GithubPatternProblem};
use crate::OwnerHandle;
use crate::handle::{is_address, is_user_or_team};
use crate::problem::{is_blank, text_of_line};

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum GithubLineProblem {
    /// Not UTF-8, or with control characters.
    #[error("the line is not plain UTF-8 text")]
    NotText,
    /// A pattern that GitHub does not match.
    #[error("{0}")]
    Pattern(#[from] GithubPatternProblem),
    /// A word that is not an owner.
    #[error("`{0}` is not an owner: write `@user`, `@organisation/team` or an e-mail address")]
    Owner(String),
}

/// A usable line.
#[derive(Debug)]
pub(super) struct GithubLine {
    pub(super) pattern_text: Box<str>,
    pub(super) pattern: GithubPattern,
    pub(super) owners: Vec<OwnerHandle>,
}

/// Parses a line without its line feed.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<GithubLine>, GithubLineProblem> {
    let text = text_of_line(bytes).ok_or(GithubLineProblem::NotText)?;
    let mut words = split_words(text).into_iter();
    let Some(pattern_text) = words.next() else { return Ok(None) };
    let pattern = GithubPattern::parse(pattern_text)?;
    let owners = words.map(parse_owner).collect::<Result<_, _>>()?;
    Ok(Some(GithubLine { pattern_text: pattern_text.into(), pattern, owners }))
}

/// Splits a line into words, up to a comment. A backslash keeps the next character in its word. A comment begins with
/// `#` at the start of a word.
fn split_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, behind) = rest.split_at_checked(find_word_end(rest)).unwrap_or((rest, ""));
        words.push(word);
        rest = behind.trim_start_matches(is_blank);
    }
    words
}

fn find_word_end(text: &str) -> usize {
    let mut escaped = false;
    for (offset, character) in text.char_indices() {
        if is_blank(character) && !escaped {
            return offset;
        }
        escaped = character == '\\' && !escaped;
    }
    text.len()
}

fn parse_owner(word: &str) -> Result<OwnerHandle, GithubLineProblem> {
    let known = is_user_or_team(word) || is_address(word);
    if known { Ok(OwnerHandle(word.into())) } else { Err(GithubLineProblem::Owner(word.to_owned())) }
}
