//! The terms on which a good signature by a trusted key counts.
//!
//! In: the dates and the strength that the policy sets. Out: [`Terms`]. Never: a floor below the built-in one; a
//! policy can only raise it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::KeyFingerprint;
use super::distrust::Distrust;

/// The largest difference between the clocks of author and server.
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// The fewest bits that an RSA key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RsaBits(usize);

impl RsaBits {
    /// The built-in floor: shorter keys are within reach (NIST SP 800-131A, since 2014).
    pub const FLOOR: Self = Self(2048);

    /// Creates the floor of a policy. Returns `None` if it would lower the built-in one.
    pub fn new(bits: usize) -> Option<Self> {
        (bits >= Self::FLOOR.0).then_some(Self(bits))
    }

    /// Returns the number of bits.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for RsaBits {
    fn default() -> Self {
        Self::FLOOR
    }
}

/// The time in which a key counts, by the server's receive time. Both ends are instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyWindow {
    /// The first instant at which the key counts.
    pub valid_from: Option<SystemTime>,
    /// The first instant at which it no longer counts.
    pub valid_until: Option<SystemTime>,
}

impl KeyWindow {
    /// Returns the time that both windows allow.
    pub fn intersect(self, other: Self) -> Self {
        let latest = self.valid_from.into_iter().chain(other.valid_from).max();
        let earliest = self.valid_until.into_iter().chain(other.valid_until).min();
        Self { valid_from: latest, valid_until: earliest }
    }

    /// Checks that a key with this window counts now.
    pub(super) fn check(self, key: &KeyFingerprint, now: SystemTime) -> Result<(), Distrust> {
        match (self.valid_from, self.valid_until) {
            (Some(from), _) if now < from => Err(Distrust::NotYetValid { key: key.clone(), from }),
            (_, Some(until)) if now >= until => Err(Distrust::NoLongerValid { key: key.clone(), until }),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }
}

/// The demands of a policy beyond a good signature by a trusted key.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The maximum age of the signature of a newly received commit or tag.
    pub maximum_age: Option<Duration>,
    /// The fewest bits of an RSA key.
    pub minimum_rsa_bits: RsaBits,
    /// The windows of the keys that have one. Other keys always count.
    pub windows: BTreeMap<KeyFingerprint, KeyWindow>,
    /// Keys of a forge, besides the built-in ones. They prove that the forge made a commit.
    pub forge_keys: Vec<KeyFingerprint>,
}

/// GitHub's key for commits made on its pages (`web-flow`), which does not identify the person who asked for them.
const GITHUB_WEB_FLOW: &str = "968479A1AFF927E37D1A566BB5690EEEBB952194";

impl Terms {
    /// Returns true if a key is a forge's own.
    pub fn is_forge(&self, key: &KeyFingerprint) -> bool {
        key.as_str() == GITHUB_WEB_FLOW || self.forge_keys.contains(key)
    }

    /// Checks that the policy lets a key sign now.
    pub(super) fn check_window(&self, key: &KeyFingerprint, now: SystemTime) -> Result<(), Distrust> {
        self.windows.get(key).map_or(Ok(()), |window| window.check(key, now))
    }

    /// Checks that a signature is recent enough to be received now.
    pub(super) fn check_age(&self, made: SystemTime, now: SystemTime) -> Result<(), Distrust> {
        if made > now + CLOCK_TOLERANCE {
            return Err(Distrust::FromTheFuture(made));
        }
        let age = now.duration_since(made).unwrap_or_default();
        match self.maximum_age.filter(|maximum| age > *maximum) {
            Some(maximum) => Err(Distrust::TooOld { made, maximum }),
            None => Ok(()),
        }
    }
}
