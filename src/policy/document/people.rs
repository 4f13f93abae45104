//! `people:`, the keys, accounts and names of each person.
//!
//! In: the entries of a policy file. Out: the person behind a signature, and the time in which each key counts. Never:
//! takes author or committer text for proof, or picks one of two people.

use std::collections::BTreeSet;
use std::time::SystemTime;

use chrono::{NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::super::error::{PolicyError, did_you_mean};
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{PolicyDocument, added};
use git_trust::{KeyFingerprint, KeyWindow, SignatureStatus};

/// A person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonEntry {
    /// The name that reports use.
    pub name: String,
    /// OpenPGP fingerprints of certificates, SSH fingerprints (`SHA256:…`), or mappings with the dates
    /// on which a key counts.
    #[serde(default)]
    pub keys: Vec<KeyEntry>,
    /// Accounts, teams and e-mail addresses as CODEOWNERS writes them.
    #[serde(default)]
    pub handles: Vec<String>,
    /// A program. Its signature counts as one; its approval never does.
    #[serde(default)]
    pub bot: bool,
}

/// A key of a person.
#[derive(Clone, Debug, JsonSchema, PartialEq, Eq)]
#[schemars(untagged)]
pub enum KeyEntry {
    /// Its fingerprint.
    Always(String),
    /// Its fingerprint, and when it counts.
    Dated(DatedKeyEntry),
}

/// A key that counts for a while, by the time at which the server receives what it signed.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatedKeyEntry {
    /// The fingerprint.
    pub key: String,
    /// The first day on which it counts, `YYYY-MM-DD` in UTC.
    pub valid_from: Option<String>,
    /// The last day on which it counts.
    pub valid_until: Option<String>,
}

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
    pub(in crate::policy) fn window(&self) -> Result<KeyWindow, String> {
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
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("`{text}` is not a date; write YYYY-MM-DD"))
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

/// Every name and every key belongs to one person, and every key counts at some time.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    check_keys(file)?;
    let mut known = BTreeSet::new();
    let mut names = file.document.people.iter().map(|person| person.name.as_str());
    match names.position(|name| !known.insert(name)) {
        Some(index) => {
            let message = "two people have this name, so they could not be distinguished";
            Err(file.error(&format!("/people/{index}/name"), message, None))
        }
        None => Ok(()),
    }
}

/// Refuses a name of another list that `people:` does not have.
pub(super) fn check_listed(file: &Positioned, pointer: &str, list: &[String]) -> Result<(), PolicyError> {
    let mut names = list.iter().enumerate();
    names.try_for_each(|(index, name)| check_person(file, &format!("{pointer}/{index}"), name))
}

/// Refuses a name that `people:` does not have.
pub(super) fn check_person(file: &Positioned, pointer: &str, name: &str) -> Result<(), PolicyError> {
    let known = || file.document.people.iter().map(|person| person.name.as_str());
    if known().all(|known| known != name) {
        let message = format!("`people` does not list `{name}`");
        return Err(file.error(pointer, message, did_you_mean(name, known())));
    }
    Ok(())
}

fn check_keys(file: &Positioned) -> Result<(), PolicyError> {
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
        "`{text}` is not a fingerprint: write the 40 or 64 digits of an OpenPGP certificate, or `SHA256:…` as \
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

/// Keys, accounts and approvers that are new, and authors who are no longer recognised.
pub(super) fn weakenings(old: &[PersonEntry], new: &[PersonEntry]) -> Vec<String> {
    let gains = new.iter().flat_map(|person| person_gains(old, person));
    gains.chain(old.iter().flat_map(|person| forgotten(person, new))).collect()
}

/// A name or account shuts its owner out of approving, and a name that two people share speaks for neither.
fn forgotten(person: &PersonEntry, new: &[PersonEntry]) -> Vec<String> {
    let PersonEntry { name, keys: _, handles, bot: _ } = person;
    let after = new.iter().find(|after| after.name == *name);
    let kept = after.map(|after| after.handles.as_slice()).unwrap_or_default();
    let no_more = |handle: &String| format!("changes by `{handle}` no longer count as {name}'s own");
    added(kept, handles).map(no_more).collect()
}

fn person_gains(old: &[PersonEntry], person: &PersonEntry) -> Vec<String> {
    let PersonEntry { name, keys, handles, bot } = person;
    let Some(before) = old.iter().find(|before| before.name == *name) else {
        return vec![format!("{name} becomes an approver")];
    };
    let keys = added(&before.keys, keys).map(|key| match key {
        KeyEntry::Always(key) => format!("key `{key}` speaks for {name}"),
        KeyEntry::Dated(DatedKeyEntry { key, valid_from, valid_until }) => {
            let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "any day".to_owned());
            format!("key `{key}` speaks for {name} from {} to {}", day(valid_from), day(valid_until))
        }
    });
    let handles = added(&before.handles, handles).map(|handle| format!("{name} counts as `{handle}`"));
    let program =
        (before.bot && !bot).then(|| format!("{name} is no longer marked as a bot and can now approve"));
    keys.chain(handles).chain(program).collect()
}

/// The people of a former list who are still in today's, with the keys that both lists give them. A person without
/// keys is known by certificates, so the other list's keys count.
pub fn remaining_people(former: &[PersonEntry], today: &[PersonEntry]) -> Vec<PersonEntry> {
    let mut remaining = Vec::new();
    for person in former {
        let Some(now) = today.iter().find(|now| now.name == person.name) else { continue };
        let keys = remaining_keys(person, now);
        let lost_all = keys.is_empty() && !(person.keys.is_empty() && now.keys.is_empty());
        if !lost_all {
            remaining.push(PersonEntry { keys, bot: person.bot || now.bot, ..person.clone() });
        }
    }
    remaining
}

fn remaining_keys(former: &PersonEntry, today: &PersonEntry) -> Vec<KeyEntry> {
    match (former.keys.is_empty(), today.keys.is_empty()) {
        (true, _) => today.keys.clone(),
        (false, true) => former.keys.clone(),
        (false, false) => former.keys.iter().filter(|key| today.keys.contains(key)).cloned().collect(),
    }
}

impl Policy {
    /// The people: the server's list if it has one, else the governing policy's.
    pub fn people(&self) -> &[PersonEntry] {
        match &self.kept_people {
            Some(people) => people,
            None => self.register().map(|document| document.people.as_slice()).unwrap_or_default(),
        }
    }

    /// The document that defines the people.
    pub(super) fn register(&self) -> Option<&PolicyDocument> {
        self.authoritative().find(|document| !document.people.is_empty())
    }
}
