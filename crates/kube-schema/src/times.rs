//! Dates, times and durations, as Go reads them.
//!
//! In: the text of a manifest. Out: whether the API server can read it. Never: the time itself.

use chrono::NaiveDate;

/// Recognises RFC 3339 as Go's `time.Parse` reads it for Kubernetes' own times: capital `T` and `Z`, no leap second.
pub(super) fn is_go_time(text: &str) -> bool {
    is_date_time(text) && !text.contains(['t', 'z'])
}

/// Recognises a date-time of a custom resource: the same, with letters of either case.
pub(super) fn is_date_time(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split_once('T').is_some_and(|(date, time)| is_date(date) && is_time_of_day(time))
}

/// Recognises an existing day such as `2026-01-31`.
pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits =
        |part: &str, width: usize| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Recognises a time such as `12:00:00`, with an optional fraction, and a zone.
fn is_time_of_day(text: &str) -> bool {
    let (clock, zone) = match text.strip_suffix('Z') {
        Some(clock) => (clock, None),
        None => match text.rfind(['+', '-']) {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
            None => return false,
        },
    };
    let (whole, fraction) =
        clock.split_once(['.', ',']).map_or((clock, None), |(whole, rest)| (whole, Some(rest)));
    let is_fraction = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_clock(whole, &[24, 60, 60])
        && zone.is_none_or(|zone| is_clock(zone, &[24, 60]))
        && fraction.is_none_or(is_fraction)
}

/// Recognises two digits each between colons, each below its limit.
fn is_clock(text: &str, limits: &[u8]) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let below = |(part, limit): (&&str, &u8)| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|value| value < *limit)
    };
    parts.len() == limits.len() && parts.iter().zip(limits).all(below)
}

/// Recognises Go's `time.ParseDuration`, and numbers with words such as `3 days`, which Kubernetes reads too.
pub(super) fn is_duration(text: &str) -> bool {
    is_go_duration(text) || is_worded_duration(text)
}

/// Recognises a sign, and numbers each with a unit: `1h30m`, `1.5s`, `300ms`. `0` needs no unit.
fn is_go_duration(text: &str) -> bool {
    const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|next: char| next.is_ascii_digit() || next == '.');
        let number = rest.strip_suffix(after).unwrap_or_default();
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        let end = after.find(|next: char| next.is_ascii_digit() || next == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        if !is_number || !UNITS.contains(&unit) {
            return false;
        }
        parts += 1;
        rest = next;
    }
    parts > 0
}

/// Recognises a number before a word that begins like a unit, in any case: `3 days`, `P1D`.
fn is_worded_duration(text: &str) -> bool {
    const WORDS: [&str; 9] = ["ns", "nano", "us", "µs", "s", "m", "h", "d", "w"];
    let text = text.to_lowercase();
    let mut words = text.split(|next: char| next.is_ascii_digit()).skip(1).map(str::trim_start);
    words.any(|word| WORDS.iter().any(|unit| word.starts_with(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_go() {
        for good in ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123+02:00", "2024-02-29T00:00:00-11:30"] {
            assert!(is_go_time(good), "{good}");
        }
        for bad in [
            "",
            "2026-01-31",
            "2026-01-31T12:00Z",
            "2026-01-31T12:00:60Z",
            "2026-02-29T00:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00:00+0200",
            "20260131T120000Z",
        ] {
            assert!(!is_go_time(bad), "{bad}");
        }
        assert!(is_date_time("2026-01-31t12:00:00z"));
    }

    #[test]
    fn durations_are_those_of_go_or_have_words() {
        for good in ["0", "1h30m", "-1.5s", "300ms", ".5h", "1µs", "3 days", "2 weeks", "10s"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "1", "soon", "h", "1y", "1x"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
