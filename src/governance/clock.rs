//! The server's clock as a calendar.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};

/// An instant. One before 1970 or beyond all calendars makes every waiver and every approval expire.
pub(crate) fn instant(now: SystemTime) -> DateTime<Utc> {
    let seconds =
        now.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The day of an instant, in UTC.
pub fn date_of(now: SystemTime) -> NaiveDate {
    instant(now).date_naive()
}
