//! One line of Gitea's CODEOWNERS.
//!
//! In: the line. Out: expression and owners, nothing for a comment, or why it cannot be used. Never:
//! drops an owner that it does not understand.

use thiserror::Error;

use crate::OwnerHandle;
use crate::glob::Negation;
use crate::go_expression::{ExpressionProblem, GoExpression, MatchExtent};
use crate::handle::is_user_or_team;
use crate::problem::text_of_line;

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum GiteaLineProblem {
    /// Not UTF-8, or with control characters.
    #[error("the line is not plain UTF-8 text")]
    NotText,
    /// Nothing but an expression.
    #[error("the line names no owner")]
    NoOwner,
    /// A backslash with nothing behind it.
    #[error("the line ends with a backslash that escapes nothing")]
    DanglingEscape,
    /// An expression that cannot be used.
    #[error("{0}; a backslash of the expression itself is written twice")]
    Expression(#[from] ExpressionProblem),
    /// A word that is not an owner.
    #[error("`{0}` is not an owner: write `@user` or `@organisation/team`")]
    Owner(String),
}

/// A usable line.
#[derive(Debug)]
pub(super) struct GiteaLine {
    pub(super) text: Box<str>,
    pub(super) expression: GoExpression,
    pub(super) negation: Negation,
    pub(super) owners: Vec<OwnerHandle>,
}

/// Parses a line without its line feed.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<GiteaLine>, GiteaLineProblem> {
    let words = split_words(text_of_line(bytes).ok_or(GiteaLineProblem::NotText)?)?;
    let Some((text, owners)) = words.split_first() else { return Ok(None) };
    if owners.is_empty() {
        return Err(GiteaLineProblem::NoOwner);
    }
    let owners = owners.iter().map(|word| parse_owner(word)).collect::<Result<_, _>>()?;
    let (negation, positive) = match text.strip_prefix('!') {
        Some(positive) => (Negation::Negated, positive),
        None => (Negation::Plain, text.as_str()),
    };
    let expression = GoExpression::parse(positive, MatchExtent::Whole)?;
    Ok(Some(GiteaLine { text: text.as_str().into(), expression, negation, owners }))
}

/// Splits a line into words, up to a comment, which `#` begins anywhere. A backslash keeps the next character, and is
/// itself removed.
fn split_words(text: &str) -> Result<Vec<String>, GiteaLineProblem> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut rest = text.trim().chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => word.push(rest.next().ok_or(GiteaLineProblem::DanglingEscape)?),
            '#' => break,
            ' ' | '\t' if !word.is_empty() => words.push(std::mem::take(&mut word)),
            ' ' | '\t' => {}
            character => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

fn parse_owner(word: &str) -> Result<OwnerHandle, GiteaLineProblem> {
    let known = is_user_or_team(word);
    if known { Ok(OwnerHandle(word.into())) } else { Err(GiteaLineProblem::Owner(word.to_owned())) }
}
