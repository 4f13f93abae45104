//! Days and minutes for people.
//!
//! In: a time. Out: its day or minute in UTC, as `2026-01-02`. Never: asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_A_DAY: u64 = 86_400;
const DAYS_IN_400_YEARS: u64 = 146_097;

/// Writes the day of a time, in UTC. Times before 1970 do not occur in OpenPGP.
pub(super) fn format_day(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    let (year, month, day) = civil_date(seconds / SECONDS_A_DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Writes the minute of a time, in UTC, as `2026-01-02 15:04 UTC`.
pub(super) fn format_minute(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()) % SECONDS_A_DAY;
    format!("{} {:02}:{:02} UTC", format_day(time), seconds / 3600, seconds / 60 % 60)
}

/// Converts days since 1970-01-01 to year, month and day in the Gregorian calendar. Years are counted from March, so
/// that the leap day is the last one.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let since_march_0000 = days + 719_468;
    let era = since_march_0000 / DAYS_IN_400_YEARS;
    let day_of_era = since_march_0000 % DAYS_IN_400_YEARS;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let at = |seconds| format_day(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01");
        assert_eq!(at(951_782_400), "2000-02-29");
        assert_eq!(at(1_767_311_999), "2026-01-01");
        assert_eq!(at(1_767_312_000), "2026-01-02");
        assert_eq!(at(4_107_542_400), "2100-03-01");
        assert_eq!(format_minute(UNIX_EPOCH + Duration::from_secs(1_767_311_999)), "2026-01-01 23:59 UTC");
    }
}
