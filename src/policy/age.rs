//! Lengths of time as a policy writes them: `30d`, `12h`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
/// Ten years: the person who means for ever leaves the key out.
const LONGEST_DAYS: u64 = 3_660;

/// A length of time, at least an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(Duration);

impl Age {
    /// Parses a number of days or hours.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds = match unit {
            "d" => DAY,
            "h" => HOUR,
            _ => return None,
        };
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = number.parse().ok().filter(|_| digits)?;
        let whole = number.checked_mul(seconds)?;
        (number > 0 && whole <= LONGEST_DAYS * DAY).then_some(Self(Duration::from_secs(whole)))
    }

    /// The same as the standard library says it.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (number, unit) =
            if seconds.is_multiple_of(DAY) { (seconds / DAY, "d") } else { (seconds / HOUR, "h") };
        write!(formatter, "{number}{unit}")
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let message =
            || format!("`{text}` is not a duration from 1h to 3660d; write days as `30d`, hours as `12h`");
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(message()))
    }
}

impl JsonSchema for Age {
    fn schema_name() -> Cow<'static, str> {
        "Age".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]+[dh]$",
            "description": "A duration in days or hours: `30d`, `12h`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_lengths_of_time() {
        for (text, seconds) in
            [("30d", 30 * DAY), ("12h", 12 * HOUR), ("1h", HOUR), ("3660d", LONGEST_DAYS * DAY)]
        {
            let age = Age::parse(text).unwrap();
            assert_eq!(age.duration(), Duration::from_secs(seconds));
            assert_eq!(age.to_string(), text);
        }
        assert_eq!(Age::parse("48h").unwrap().to_string(), "2d");
        for wrong in
            ["", "d", "0d", "-1d", "+1d", "30", "30 d", "30D", "3661d", "99999999999999999999d", "1٣d", "é"]
        {
            assert_eq!(Age::parse(wrong), None, "{wrong}");
        }
    }
}
