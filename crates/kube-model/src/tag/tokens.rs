//! The parts of an image tag.
//!
//! In: a tag. Out: its tokens, classified. Never: decides the meaning of the whole.

use super::moment;
use super::number::{TagNumber, split_numbers};
use super::words::{self, Lead, ReleaseStage};

/// One part of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TagToken {
    /// The word in front of the first number, with its meaning.
    Lead(Lead, Box<str>),
    /// `1.25.3`, `v2`, `100`.
    Numbers(Vec<TagNumber>),
    /// A date, or a moment: year, month, day and the known parts of the time.
    Moment(Vec<TagNumber>),
    /// `rc.1`, `beta2`, with the word.
    Stage(ReleaseStage, Box<str>, Vec<TagNumber>),
    /// The abbreviated name of a commit.
    Commit(Box<str>),
    /// Anything else, its numbers apart: `alpine3.19` is `alpine` and 3, 19.
    Word(Box<str>, Vec<TagNumber>),
}

/// Splits a tag at `-` and `_`, and behind a word in front.
pub(super) fn split_tokens(tag: &str) -> Vec<TagToken> {
    let lower = tag.to_ascii_lowercase();
    let (lead, rest) = match split_lead(&lower) {
        Some((word, rest)) => (Some((words::lead_of(word), word)), rest),
        None => (None, lower.as_str()),
    };
    let mut result: Vec<TagToken> =
        lead.iter().map(|(lead, word)| TagToken::Lead(*lead, Box::from(*word))).collect();
    if let Some(moment) = moment::parse_dashed(rest) {
        result.push(TagToken::Moment(moment));
        return result;
    }
    let counts = matches!(lead, Some((Lead::Counter | Lead::Branch, _)));
    for (index, part) in rest.split(['-', '_']).filter(|part| !part.is_empty()).enumerate() {
        if counts && index == 0 && is_number(part) && moment::parse_compact(part).is_none() {
            result.push(TagToken::Numbers(split_numbers(part)));
        } else {
            result.extend(classify(part));
        }
    }
    result
}

/// Splits off the word before the first digit of a tag. A flavour that is joined to a number has a version of its own
/// (`alpine3.19`).
fn split_lead(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|character: char| !character.is_ascii_alphabetic())?;
    let (word, rest) = text.split_at_checked(end)?;
    let first = text.split(['-', '_', '.']).next().unwrap_or_default();
    if word.is_empty() || is_commit(first) || (starts_with_digit(rest) && words::is_flavour(word)) {
        return None;
    }
    let behind = rest.strip_prefix(['-', '_', '.']).unwrap_or(rest);
    let plain = behind.strip_prefix('v').filter(|rest| starts_with_digit(rest)).unwrap_or(behind);
    starts_with_digit(plain).then_some((word, plain))
}

fn classify(part: &str) -> Vec<TagToken> {
    let plain = part.strip_prefix('v').filter(|rest| starts_with_digit(rest)).unwrap_or(part);
    if let Some(moment) = moment::parse_compact(part) {
        return vec![TagToken::Moment(moment)];
    }
    if is_commit(part) {
        return vec![TagToken::Commit(part.into())];
    }
    if !starts_with_digit(plain) {
        return vec![parse_word(part)];
    }
    let end =
        plain.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(plain.len());
    let (head, rest) = plain.split_at_checked(end).unwrap_or((plain, ""));
    let mut result = vec![TagToken::Numbers(split_numbers(head))];
    // `1.2.0-canary.1.next` and `3.7.0b1`.
    result.extend(rest.split('.').filter(|rest| !rest.is_empty()).map(parse_word));
    result
}

/// The number from which a `b` before it counts builds and does not mean beta.
const BUILDS: usize = 3;

fn parse_word(part: &str) -> TagToken {
    let name: String =
        part.chars().filter(|character| !character.is_ascii_digit() && *character != '.').collect();
    let numbers = split_numbers(part);
    let is_build = name == "b" && numbers.first().is_some_and(|number| number.digits().len() >= BUILDS);
    match words::stage_of(&name) {
        Some(stage) if !is_build => TagToken::Stage(stage, name.into(), numbers),
        Some(_) | None => TagToken::Word(name.into(), numbers),
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Recognises seven to 64 hexadecimal digits, letters and numbers mixed: a digest, or the name of a commit, in part or
/// with a slip. Git's own `g` in front is allowed. Seven or eight digits may be a commit too.
fn is_commit(part: &str) -> bool {
    let part = part.strip_prefix('g').or_else(|| part.strip_prefix("sha")).unwrap_or(part);
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let may_be = is_number(part) && matches!(part.len(), 7 | 8 | 40 | 64);
    (7..=64).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit()) && (mixed || may_be)
}
