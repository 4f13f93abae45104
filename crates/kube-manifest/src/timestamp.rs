//! Timestamps that go-yaml recognises in plain text (`parseTimestamp` in its `resolve.go`); only v3
//! makes something else of them.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

/// The text in RFC 3339 with as many digits of the second as it needs, or `None` if it is no
/// timestamp.
pub(super) fn normalise(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let year_digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if year_digits != 4 || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let date = parse_date(date)?;
    if rest.is_empty() {
        return Some(format(date.and_time(NaiveTime::MIN), "Z"));
    }
    let separated_by_space = rest.starts_with(' ');
    let rest = rest.get(1..)?;
    if separated_by_space {
        return Some(format(date.and_time(parse_time(rest)?), "Z"));
    }
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    Some(format(date.and_time(parse_time(time)?), parse_zone(zone)?))
}

/// The zone as it is written back; one without an offset is `Z`.
fn parse_zone(text: &str) -> Option<&str> {
    if text == "Z" {
        return Some(text);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let both = hours.len() == 2 && minutes.len() == 2;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if !both || hours > 23 || minutes > 59 {
        return None;
    }
    Some(if hours == 0 && minutes == 0 { "Z" } else { text })
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = number(parts.next()?)?;
    let day = number(parts.next()?)?;
    NaiveDate::from_ymd_opt(year, month, day)
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.splitn(3, ':');
    let hour = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let seconds = parts.next()?;
    let (second, fraction) = match seconds.split_once(['.', ',']) {
        Some((second, fraction)) => (second, Some(fraction)),
        None => (seconds, None),
    };
    let nanoseconds = match fraction {
        None => 0,
        Some(digits) => nanoseconds(digits)?,
    };
    let second = number(second)?;
    (second < 60).then(|| NaiveTime::from_hms_nano_opt(hour, minute, second, nanoseconds)).flatten()
}

/// Go reads any number of digits and keeps nine.
fn nanoseconds(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

/// One or two digits, as Go's layouts `1`, `2`, `15`, `4` and `5` read them.
fn number(text: &str) -> Option<u32> {
    let fits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// RFC 3339 as Go's `time.RFC3339Nano` writes it: without the trailing zeros of the fraction.
fn format(local: NaiveDateTime, zone: &str) -> String {
    let (date, time) = (local.date(), local.time());
    let fraction = match time.nanosecond() {
        0 => String::new(),
        nanoseconds => format!(".{nanoseconds:09}").trim_end_matches('0').to_owned(),
    };
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_become_rfc_3339() {
        let cases = [
            ("2001-12-14", Some("2001-12-14T00:00:00Z")),
            ("2001-1-1", Some("2001-01-01T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14T21:59:43Z", Some("2001-12-14T21:59:43Z")),
            ("2001-12-14 1:2:3.5", Some("2001-12-14T01:02:03.5Z")),
            ("2001-02-30", None),
            ("2001-12-14T21:59:43", None),
            ("2001-12-14_x", None),
            ("1.2.3", None),
            ("20011-1-1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalise(text).as_deref(), expected, "{text}");
        }
    }
}
