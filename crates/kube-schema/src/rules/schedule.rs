//! Schedules of CronJobs.
//!
//! In: the text of `schedule`. Out: whether Kubernetes' parser accepts it (`ParseStandard` of robfig/cron v3): five
//! fields, or a word such as `@daily`. Never: checks a time zone.

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A field: its name, its least and greatest number, and the words for its numbers.
type Field = (&'static str, u32, u32, &'static [&'static str]);

const FIELDS: [Field; 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of the week", 0, 6, &DAYS),
];

/// Returns the error in a schedule, or `None` if it has none.
pub(super) fn find_error(schedule: &str) -> Option<String> {
    let text = without_time_zone(schedule);
    if let Some(word) = text.strip_prefix('@') {
        return (!is_word(word)).then(|| "is not a known schedule".to_owned());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("has {} fields where five are required", fields.len()));
    }
    let wrong = fields.iter().zip(FIELDS).find(|(text, field)| !is_field(text, field));
    wrong.map(|(_, (name, least, most, _))| format!("has a {name} that is not within {least} to {most}"))
}

/// Removes `TZ=` or `CRON_TZ=`, which the parser reads. Another rule decides whether Kubernetes allows it.
fn without_time_zone(schedule: &str) -> &str {
    let zoned = schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=");
    if zoned { schedule.split_once(' ').map_or("", |(_, rest)| rest.trim()) } else { schedule }
}

fn is_word(word: &str) -> bool {
    matches!(word, "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly")
        || word.strip_prefix("every ").is_some_and(is_duration)
}

/// Recognises Go's durations (`ParseDuration`): numbers with units, `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let whole = !rest.is_empty();
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|next: char| next.is_ascii_digit() || next == '.');
        let number = rest.strip_suffix(unit).unwrap_or_default();
        let known = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        let longest = known.iter().filter(|known| unit.starts_with(**known)).max_by_key(|known| known.len());
        let Some(known) = longest.filter(|_| is_number) else { return false };
        rest = unit.strip_prefix(known).unwrap_or_default();
    }
    whole
}

fn is_field(text: &str, field: &Field) -> bool {
    text.split(',').filter(|part| !part.is_empty()).all(|part| is_range(part, field))
}

fn is_range(text: &str, field: &Field) -> bool {
    let (_, least, most, _) = *field;
    let (range, step) = match text.split_once('/') {
        Some((_, step)) if step.contains('/') => return false,
        Some((range, step)) => (range, step.parse::<u32>().ok()),
        None => (text, Some(1)),
    };
    let bounds = match range.split_once('-') {
        // The parser reads no further than the star.
        Some(("*" | "?", _)) => Some((least, most)),
        Some((_, end)) if end.contains('-') => None,
        Some((start, end)) => number(start, field).zip(number(end, field)),
        None if matches!(range, "*" | "?") => Some((least, most)),
        None => number(range, field).map(|start| (start, if text.contains('/') { most } else { start })),
    };
    step.is_some_and(|step| step > 0)
        && bounds.is_some_and(|(start, end)| start >= least && end <= most && start <= end)
}

fn number(text: &str, field: &Field) -> Option<u32> {
    let (_, least, _, words) = *field;
    let word = words.iter().position(|word| text.eq_ignore_ascii_case(word));
    let named = word.and_then(|index| u32::try_from(index).ok()).map(|index| index + least);
    named.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::find_error;

    #[test]
    fn five_fields_or_a_word() {
        let good = [
            "*/5 * * * *",
            "0 0 1 jan sun",
            "0 9-17/2 * * MON-FRI",
            "1,2,30 4 ? * ?",
            "5/15 * * * *",
            "@daily",
            "@every 1h30m",
            "TZ=UTC 0 0 * * *",
            "0 0 * * 6",
        ];
        for text in good {
            assert_eq!(find_error(text), None, "{text}");
        }
        let bad = [
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 * 13 *",
            "0 0 * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "@reboot",
            "@every x",
            "a * * * *",
            "",
            "1-2-3 * * * *",
        ];
        for text in bad {
            assert!(find_error(text).is_some(), "{text}");
        }
    }
}
