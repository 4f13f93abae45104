//! Who is who: keys, accounts and names of one person.
//!
//! In: `people:` of a policy file. Out: whose a signature is, and when each key counts. Never: takes
//! author or committer text for proof, or picks one of two people.

use std::time::SystemTime;

use chrono::{NaiveDate, NaiveTime};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::document::{DatedKeyEntry, KeyEntry, PersonEntry};
use super::error::PolicyError;
use super::position::Positioned;
use git_trust::{KeyFingerprint, KeyWindow, SignatureStatus};

impl<'de> Deserialize<'de> for KeyEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = KeyEntry;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            "the fingerprint of a key in quotes, or a mapping with `key`, `validFrom` and `validUntil`",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<KeyEntry, E> {
        Ok(KeyEntry::Always(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<KeyEntry, A::Error> {
        DatedKeyEntry::deserialize(MapAccessDeserializer::new(map)).map(KeyEntry::Dated)
    }
}

impl KeyEntry {
    /// The key; `None` if the text is not a fingerprint, which the validation of the file refuses.
    pub fn fingerprint(&self) -> Option<KeyFingerprint> {
        match self {
            Self::Always(key) => KeyFingerprint::parse(key),
            Self::Dated(entry) => KeyFingerprint::parse(&entry.key),
        }
    }

    /// When it counts. Days are those of UTC, the last one included.
    pub(super) fn window(&self) -> Result<KeyWindow, String> {
        match self {
            Self::Always(_) => Ok(KeyWindow::default()),
            Self::Dated(entry) => {
                let from = entry.valid_from.as_deref().map(day).transpose()?;
                let last = entry.valid_until.as_deref().map(day).transpose()?;
                let until = last.map(|last| last.succ_opt().ok_or("that day has no next one")).transpose()?;
                Ok(KeyWindow { valid_from: from.map(midnight), valid_until: until.map(midnight) })
            }
        }
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
        format!(
            "`{text}` is not a date; write \
        YYYY-MM-DD"
        )
    })
}

fn midnight(day: NaiveDate) -> SystemTime {
    let seconds = u64::try_from(day.and_time(NaiveTime::MIN).and_utc().timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}

impl PersonEntry {
    /// Whether a key is this person's.
    pub fn holds(&self, key: &KeyFingerprint) -> bool {
        self.keys.iter().any(|entry| entry.fingerprint().as_ref() == Some(key))
    }

    /// Whether an e-mail address is this person's, as `handles:` says.
    pub fn has_email(&self, email: &str) -> bool {
        self.handles.iter().any(|handle| handle.contains('@') && handle.eq_ignore_ascii_case(email))
    }
}

/// The one person with this trusted signature: the owner of the key, or the person that an SSH certificate names
/// exactly as `handles:` does. `None` if no one or more than one person fits, and for a forge's key.
pub fn signer<'a>(people: &'a [PersonEntry], status: &SignatureStatus) -> Option<&'a PersonEntry> {
    let SignatureStatus::Trusted { key, principals } = status else { return None };
    let named = |person: &PersonEntry| principals.iter().any(|name| person.handles.contains(name));
    let mut fitting = people.iter().filter(|person| person.holds(key) || named(person));
    match (fitting.next(), fitting.next()) {
        (Some(person), None) => Some(person),
        (None | Some(_), _) => None,
    }
}

/// Every key is one, counts at some time, and belongs to one person.
pub(super) fn check_keys(file: &Positioned) -> Result<(), PolicyError> {
    let mut holders: Vec<(KeyFingerprint, usize)> = Vec::new();
    for (index, person) in file.document.people.iter().enumerate() {
        for (place, entry) in person.keys.iter().enumerate() {
            let pointer = format!("/people/{index}/keys/{place}");
            let error = |message: String| file.error(&pointer, message, None);
            let key = entry.fingerprint().ok_or_else(|| error(no_fingerprint(entry)))?;
            check_window(entry).map_err(error)?;
            match holders.iter().find(|(known, _)| *known == key) {
                Some((_, holder)) if *holder != index => {
                    return Err(error(format!("the key {key} belongs to two people")));
                }
                Some(_) => return Err(error(format!("the key {key} is listed twice"))),
                None => holders.push((key, index)),
            }
        }
    }
    Ok(())
}

fn no_fingerprint(entry: &KeyEntry) -> String {
    let text = match entry {
        KeyEntry::Always(text) => text,
        KeyEntry::Dated(entry) => &entry.key,
    };
    format!(
        "`{text}` is not a fingerprint: write the 40 or 64 digits of an OpenPGP certificate, or `SHA256:…` \
         as \
         `ssh-keygen -l` prints it"
    )
}

fn check_window(entry: &KeyEntry) -> Result<(), String> {
    let window = entry.window()?;
    match (window.valid_from, window.valid_until) {
        (Some(from), Some(until)) if from >= until => {
            Err("the key is never valid: `validUntil` is before `validFrom`".into())
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}
