//! The options of a line of allowed signers (`sshsigopt_parse` in OpenSSH's `sshsig.c`).
//!
//! In: the word that holds them. Out: [`Options`]. Never: reads an ambiguous date as anything but the strictest of its
//! instants.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{NaiveDate, NaiveDateTime};

use super::pattern::PatternList;
use super::signer_line::{SignerLineProblem, Word};

/// The options of a line.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) authority: bool,
    pub(super) namespaces: Option<PatternList>,
    pub(super) valid_after: Option<SystemTime>,
    pub(super) valid_before: Option<SystemTime>,
}

const NAMES: [&str; 4] = ["cert-authority", "namespaces", "valid-after", "valid-before"];

/// The zones furthest from UTC. OpenSSH reads a date without `Z` in the time zone of the machine, which a repository
/// does not know. Such a key counts only while it would count everywhere.
const FURTHEST_WEST: Duration = Duration::from_hours(12);
const FURTHEST_EAST: Duration = Duration::from_hours(14);

/// Reads options separated by commas.
pub(super) fn parse(word: &Word<'_>) -> Result<Options, SignerLineProblem> {
    let mut options = Options::default();
    let mut seen = Vec::new();
    for part in split_options(word) {
        let (name, value) =
            part.text.split_once('=').map_or((part.text, None), |(name, value)| (name, Some(value)));
        let name = name.to_ascii_lowercase();
        if seen.contains(&name) {
            return Err(SignerLineProblem::at(part.column, format!("the option `{name}` is set twice")));
        }
        set_option(&mut options, &part, &name, value)?;
        seen.push(name);
    }
    Ok(options)
}

/// Splits options at commas outside quotes.
fn split_options<'a>(word: &Word<'a>) -> Vec<Word<'a>> {
    let mut quoted = false;
    let cut = word.text.split(move |character: char| {
        quoted ^= character == '"';
        character == ',' && !quoted
    });
    let mut column = word.column;
    cut.map(|text| {
        let part = Word { column, text };
        column += text.chars().count() + 1;
        part
    })
    .collect()
}

fn set_option(
    options: &mut Options,
    part: &Word<'_>,
    name: &str,
    value: Option<&str>,
) -> Result<(), SignerLineProblem> {
    match (name, value) {
        ("cert-authority", None) => options.authority = true,
        ("namespaces", Some(value)) => {
            let list = PatternList::parse(unquote(part, value)?);
            options.namespaces = Some(
                list.ok_or_else(|| SignerLineProblem::at(part.column, "these namespaces can never match"))?,
            );
        }
        ("valid-after", Some(value)) => {
            options.valid_after = Some(parse_instant(part, unquote(part, value)?, Bound::After)?);
        }
        ("valid-before", Some(value)) => {
            options.valid_before = Some(parse_instant(part, unquote(part, value)?, Bound::Before)?);
        }
        ("cert-authority", Some(_)) => {
            return Err(SignerLineProblem::at(part.column, "`cert-authority` takes no value"));
        }
        ("namespaces" | "valid-after" | "valid-before", None) => {
            return Err(SignerLineProblem::at(part.column, format!("`{name}` needs a value: {name}=\"…\"")));
        }
        (other, _) => return Err(unknown_option(part, other)),
    }
    Ok(())
}

fn unknown_option(part: &Word<'_>, name: &str) -> SignerLineProblem {
    let best = NAMES.iter().map(|known| (strsim::damerau_levenshtein(name, known), *known)).min();
    let near = best.filter(|(distance, _)| *distance <= 3);
    SignerLineProblem {
        column: part.column,
        message: format!("`{name}` is not an option of an allowed signer"),
        suggestion: near.map(|(_, known)| known.to_owned()),
    }
}

/// Removes the quotes of a value. OpenSSH accepts values in double quotes only.
fn unquote<'a>(part: &Word<'_>, value: &'a str) -> Result<&'a str, SignerLineProblem> {
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let inner = inner.filter(|inner| !inner.contains(['"', '\\']));
    inner.ok_or_else(|| SignerLineProblem::at(part.column, "the value must be in double quotes"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    After,
    Before,
}

/// Reads `YYYYMMDD[HHMM[SS]][Z]` (`parse_absolute_time` in OpenSSH's `misc.c`).
fn parse_instant(part: &Word<'_>, text: &str, bound: Bound) -> Result<SystemTime, SignerLineProblem> {
    let wrong =
        || SignerLineProblem::at(part.column, format!("`{text}` is not a time: write YYYYMMDD[HHMM[SS]]Z"));
    let (digits, is_utc) = text.strip_suffix(['Z', 'z']).map_or((text, false), |digits| (digits, true));
    let time = parse_digits(digits).and_then(system_time).ok_or_else(wrong)?;
    let strictest = match (is_utc, bound) {
        (true, _) => Some(time),
        (false, Bound::After) => time.checked_add(FURTHEST_WEST),
        (false, Bound::Before) => time.checked_sub(FURTHEST_EAST),
    };
    strictest.ok_or_else(wrong)
}

fn parse_digits(digits: &str) -> Option<NaiveDateTime> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").ok()?.and_hms_opt(0, 0, 0),
        12 => NaiveDateTime::parse_from_str(&format!("{digits}00"), "%Y%m%d%H%M%S").ok(),
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok(),
        _ => None,
    }
}

fn system_time(time: NaiveDateTime) -> Option<SystemTime> {
    let seconds = u64::try_from(time.and_utc().timestamp()).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
