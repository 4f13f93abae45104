//! The parts of an image tag.
//!
//! In: a tag. Out: its tokens, classified. Never: decides what the whole means.

/// Digits without leading zeros, ordered by value, of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number(Box<str>);

impl Number {
    /// The digits.
    pub(super) fn digits(&self) -> &str {
        &self.0
    }

    /// The number that digits write.
    pub(super) fn new(digits: &str) -> Self {
        Self(digits.trim_start_matches('0').into())
    }

    /// By value.
    pub(super) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

/// How far a version is from its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// `dev`, `snapshot`, `nightly`.
    Development,
    /// `alpha`, `a`.
    Alpha,
    /// `beta`, `b`.
    Beta,
    /// `preview`, `pre`, `m`, `milestone`.
    Preview,
    /// `rc`, `cr`.
    Candidate,
    /// Nothing of these.
    Release,
}

/// One part of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `1.25.3`, `v2`, `100`.
    Numbers(Vec<Number>),
    /// `2024-07-21`, with the time where there is one.
    Date(Vec<Number>),
    /// A date or a time in one number, and how many digits it has.
    Stamp(usize, Number),
    /// `rc.1`, `beta2`.
    Stage(Stage, Vec<Number>),
    /// The abbreviated name of a commit.
    Commit(Box<str>),
    /// Anything else, its numbers apart: `alpine3.19` is `alpine` and 3, 19.
    Word(Box<str>, Vec<Number>),
}

/// Takes a tag apart at `-` and `_`.
pub(super) fn tokens(tag: &str) -> Vec<Token> {
    let lower = tag.to_ascii_lowercase();
    if let Some(date) = dashed_date(&lower) {
        return vec![date];
    }
    let mut result = Vec::new();
    for part in lower.split(['-', '_']).filter(|part| !part.is_empty()) {
        result.extend(classify(part));
    }
    result
}

/// `2024-07-21` and what follows of a time; a commit or flavour behind it decides nothing.
fn dashed_date(text: &str) -> Option<Token> {
    let is_mark = |character: char| matches!(character, '-' | '_' | 't' | '.' | 'z');
    let end = text.find(|character: char| !character.is_ascii_digit() && !is_mark(character));
    let head = text.get(..end.unwrap_or(text.len()))?;
    let groups: Vec<&str> = head.split(is_mark).filter(|group| !group.is_empty()).collect();
    let [year, month, day, ..] = groups.as_slice() else { return None };
    let is_date = year.len() == 4 && month.len() == 2 && day.len() == 2 && text.get(4..5) == Some("-");
    is_date.then(|| Token::Date(groups.iter().take(6).map(|digits| Number::new(digits)).collect()))
}

fn classify(part: &str) -> Vec<Token> {
    let plain = part.strip_prefix('v').filter(|rest| starts_with_digit(rest)).unwrap_or(part);
    if is_commit(part) {
        return vec![Token::Commit(part.into())];
    }
    if let Some(stamp) = stamp(part) {
        return vec![stamp];
    }
    if !starts_with_digit(plain) {
        return vec![word(part)];
    }
    let end =
        plain.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(plain.len());
    let (head, rest) = plain.split_at_checked(end).unwrap_or((plain, ""));
    let mut result = vec![Token::Numbers(numbers(head))];
    if !rest.is_empty() {
        result.push(word(rest));
    }
    result
}

fn word(part: &str) -> Token {
    let name: String =
        part.chars().filter(|character| !character.is_ascii_digit() && *character != '.').collect();
    let numbers = numbers(part);
    match stage(&name) {
        Some(stage) => Token::Stage(stage, numbers),
        None => Token::Word(name.into(), numbers),
    }
}

fn stage(name: &str) -> Option<Stage> {
    match name {
        "dev" | "snapshot" | "nightly" => Some(Stage::Development),
        "alpha" | "a" => Some(Stage::Alpha),
        "beta" | "b" => Some(Stage::Beta),
        "preview" | "pre" | "m" | "milestone" => Some(Stage::Preview),
        "rc" | "cr" => Some(Stage::Candidate),
        _ => None,
    }
}

fn numbers(text: &str) -> Vec<Number> {
    let groups = text.split(|character: char| !character.is_ascii_digit());
    groups.filter(|group| !group.is_empty()).map(Number::new).collect()
}

fn starts_with_digit(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

/// Seven to forty hexadecimal digits or the 64 of a digest, letters and numbers mixed; git's own `g`
/// in front is allowed.
fn is_commit(part: &str) -> bool {
    let part = part.strip_prefix('g').or_else(|| part.strip_prefix("sha")).unwrap_or(part);
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    ((7..=40).contains(&part.len()) || part.len() == 64)
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

/// A date (8 digits, of this century or the last), a date with time (12, 14 or 17), seconds (10)
/// or milliseconds (13) since 1970.
fn stamp(part: &str) -> Option<Token> {
    let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = part.starts_with("19") || part.starts_with("20");
    let is_stamp = match part.len() {
        8 | 12 | 14 | 17 => is_year,
        10 | 13 => part.starts_with('1'),
        _ => false,
    };
    (is_number && is_stamp).then(|| Token::Stamp(part.len(), Number::new(part)))
}
