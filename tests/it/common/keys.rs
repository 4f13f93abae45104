//! The people of the cases and their throw-away keys, made once for the test program.
//!
//! In: a name. Out: certificates for keyrings, signatures. Never: the same keys twice; reports are
//! made comparable by `stand_ins`.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use git_trust::{RevocationKind, ThrowAwayKey, ThrowAwayKeyError};

use super::git::Failure;

/// 2024-06-01T00:00:00Z: when commits and signatures of cases are made.
pub(crate) const TODAY: u64 = 1_717_200_000;

const DAY: Duration = Duration::from_hours(24);

/// Somebody who signs.
#[derive(Debug)]
pub(crate) struct Person {
    /// The name in `push.yaml` and of `NAME.asc.placeholder`.
    pub(crate) name: &'static str,
    /// The key, as it is when the case runs.
    pub(crate) key: ThrowAwayKey,
    signs_at: SystemTime,
}

impl Person {
    /// Signs a payload, at the person's own time.
    pub(crate) fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.key.sign(payload, self.signs_at)?)
    }
}

/// Everybody.
pub(crate) fn people() -> Result<&'static [Person], Failure> {
    static PEOPLE: OnceLock<Vec<Person>> = OnceLock::new();
    if let Some(people) = PEOPLE.get() {
        return Ok(people);
    }
    let made = make()?;
    Ok(PEOPLE.get_or_init(|| made))
}

/// The person of a name.
pub(crate) fn person(name: &str) -> Result<&'static Person, Failure> {
    let found = people()?.iter().find(|person| person.name == name);
    found.ok_or_else(|| format!("{name} is none of the people that sign in cases").into())
}

fn make() -> Result<Vec<Person>, ThrowAwayKeyError> {
    let today = UNIX_EPOCH + Duration::from_secs(TODAY);
    let born = today - 400 * DAY;
    let key = |name: &str, validity| {
        ThrowAwayKey::generate(&format!("{name} <{name}@example.com>"), born, validity)
    };
    let retired = key("retired", None)?.revoke(RevocationKind::Retired, today - 100 * DAY)?;
    Ok(vec![
        Person { name: "alice", key: key("alice", None)?, signs_at: today },
        Person { name: "bob", key: key("bob", None)?, signs_at: today },
        Person { name: "mallory", key: key("mallory", None)?, signs_at: today },
        Person { name: "expired", key: key("expired", Some(30 * DAY))?, signs_at: born + 10 * DAY },
        Person { name: "retired", key: retired, signs_at: today - 200 * DAY },
    ])
}
