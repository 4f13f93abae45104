//! Dates and times in tags, however they are written.
//!
//! In: a part of a tag. Out: year, month, day and the parts of a time, in universal time. Never: a date outside the
//! years of images.

use chrono::{DateTime, Datelike, Timelike};

use super::number::TagNumber;

/// The years that images can be from.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2099;

/// Reads `20240721`, with an optional time of 4, 6 or 9 digits behind it, or seconds (10 digits) or milliseconds (13)
/// since 1970.
pub(super) fn parse_compact(part: &str) -> Option<Vec<TagNumber>> {
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match part.len() {
        8 => parse_digits(part, &[4, 2, 2]),
        12 => parse_digits(part, &[4, 2, 2, 2, 2]),
        14 => parse_digits(part, &[4, 2, 2, 2, 2, 2]),
        17 => parse_digits(part, &[4, 2, 2, 2, 2, 2, 3]),
        10 if part.starts_with('1') => since_epoch(part.parse().ok()?, 1_000),
        13 if part.starts_with('1') => since_epoch(part.parse().ok()?, 1),
        _ => None,
    }
}

/// Reads `2024-07-21` with an optional time. A commit or flavour behind it decides nothing.
pub(super) fn parse_dashed(text: &str) -> Option<Vec<TagNumber>> {
    let is_mark = |character: char| matches!(character, '-' | '_' | 't' | '.' | 'z');
    let end = text.find(|character: char| !character.is_ascii_digit() && !is_mark(character));
    let head = text.get(..end.unwrap_or(text.len()))?;
    let groups: Vec<&str> = head.split(is_mark).filter(|group| !group.is_empty()).collect();
    let [year, month, day, ..] = groups.as_slice() else { return None };
    let is_date = year.len() == 4 && month.len() == 2 && day.len() == 2 && text.get(4..5) == Some("-");
    let time = groups.iter().skip(3).take_while(|group| group.len() == 2).take(3);
    is_date.then(|| groups.iter().take(3).chain(time).map(|digits| TagNumber::new(digits)).collect())
}

fn parse_digits(part: &str, widths: &[usize]) -> Option<Vec<TagNumber>> {
    let mut rest = part;
    let mut numbers = Vec::new();
    for width in widths {
        let (head, tail) = rest.split_at_checked(*width)?;
        numbers.push(head);
        rest = tail;
    }
    let value = |index: usize| numbers.get(index).and_then(|text| text.parse::<u16>().ok());
    let is_date =
        YEARS.contains(&value(0)?) && (1..=12).contains(&value(1)?) && (1..=31).contains(&value(2)?);
    let is_time = value(3).unwrap_or(0) < 24 && value(4).unwrap_or(0) < 60 && value(5).unwrap_or(0) <= 60;
    (is_date && is_time).then(|| numbers.into_iter().map(TagNumber::new).collect())
}

fn since_epoch(value: i64, milliseconds: i64) -> Option<Vec<TagNumber>> {
    let time = DateTime::from_timestamp_millis(value.checked_mul(milliseconds)?)?;
    let fields = [time.month(), time.day(), time.hour(), time.minute(), time.second()];
    let year = [TagNumber::new(&time.year().to_string())].into_iter();
    Some(year.chain(fields.iter().map(|field| TagNumber::new(&field.to_string()))).collect())
}
