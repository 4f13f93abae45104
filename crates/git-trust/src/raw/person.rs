//! The line of an author, committer or tagger.
//!
//! In: the value of the header. Out: [`RawPerson`]. Never: believes it. Names and times in commits are claims of the
//! person who made the commit.

use super::malformation::PersonProblem;

/// The last second of the year 9999. Beyond it, programs disagree on the meaning of a date.
const LAST_SECOND: u64 = 253_402_300_799;

/// `name <email> seconds timezone`, as git writes it. Names may be in any encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPerson {
    /// The name; may be empty.
    pub name: Vec<u8>,
    /// The address between the angle brackets; may be empty.
    pub email: Vec<u8>,
    /// Seconds since 1970, as claimed.
    pub seconds: u64,
    /// The time zone, such as `+0100`.
    pub timezone: String,
}

impl RawPerson {
    /// Parses the value of the header by the rules of git's `fsck_ident`, and no looser.
    pub(super) fn parse(value: &[u8]) -> Result<Self, PersonProblem> {
        if value.iter().any(u8::is_ascii_control) {
            return Err(PersonProblem::ControlCharacter);
        }
        let (name, email, when) = split_line(value).ok_or(PersonProblem::Address)?;
        let (seconds, timezone) = when.split_once(' ').ok_or(PersonProblem::Timezone)?;
        Ok(Self {
            name: name.to_vec(),
            email: email.to_vec(),
            seconds: parse_seconds(seconds).ok_or(PersonProblem::Seconds)?,
            timezone: is_timezone(timezone).then(|| timezone.to_owned()).ok_or(PersonProblem::Timezone)?,
        })
    }
}

/// Splits a line into name, address and the rest. The name may be empty (`author  <address>`), but its space is
/// required.
fn split_line(value: &[u8]) -> Option<(&[u8], &[u8], &str)> {
    let brackets = value.iter().filter(|byte| matches!(**byte, b'<' | b'>')).count();
    let open = value.iter().position(|byte| *byte == b'<')?;
    let close = value.iter().position(|byte| *byte == b'>')?;
    let name = value.get(..open)?.strip_suffix(b" ").or(if open == 0 { Some(b"") } else { None })?;
    let email = value.get(open + 1..close)?;
    let when = std::str::from_utf8(value.get(close + 1..)?.strip_prefix(b" ")?).ok()?;
    (brackets == 2).then_some((name, email, when))
}

fn parse_seconds(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let seconds = text.parse().ok().filter(|seconds| *seconds <= LAST_SECOND);
    plain.then_some(seconds).flatten()
}

fn is_timezone(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['+', '-']) else { return false };
    let (Some(hours), Some(minutes)) = (digits.get(..2), digits.get(2..)) else { return false };
    let below = |text: &str, limit: u8| text.len() == 2 && text.parse().is_ok_and(|value: u8| value < limit);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && below(hours, 24) && below(minutes, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(value: &str) -> Option<PersonProblem> {
        RawPerson::parse(value.as_bytes()).err()
    }

    #[test]
    fn lines_of_real_commits_are_read() {
        let person = RawPerson::parse(b"Ann O'Ther <ann@example.com> 1700000000 -0330").unwrap();
        assert_eq!((person.email.as_slice(), person.seconds), (b"ann@example.com".as_slice(), 1_700_000_000));
        assert_eq!(problem(" <bot@example.com> 0 +0000"), None);
        assert_eq!(problem("import <> 1 +1400"), None);
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(problem("Ann 1700000000 +0000"), Some(PersonProblem::Address));
        assert_eq!(problem("A <a@b> <c@d> 1 +0000"), Some(PersonProblem::Address));
        assert_eq!(problem("A<a@b> 1 +0000"), Some(PersonProblem::Address));
        assert_eq!(problem("A >a@b< 1 +0000"), Some(PersonProblem::Address));
        assert_eq!(problem("A <a@b> 01 +0000"), Some(PersonProblem::Seconds));
        assert_eq!(problem("A <a@b> -1 +0000"), Some(PersonProblem::Seconds));
        assert_eq!(problem("A <a@b> 99999999999999999999 +0000"), Some(PersonProblem::Seconds));
        assert_eq!(problem("A <a@b> 1"), Some(PersonProblem::Timezone));
        assert_eq!(problem("A <a@b> 1 +00000"), Some(PersonProblem::Timezone));
        assert_eq!(problem("A <a@b> 1 ++100"), Some(PersonProblem::Timezone));
        assert_eq!(problem("A\r <a@b> 1 +0000"), Some(PersonProblem::ControlCharacter));
    }
}
