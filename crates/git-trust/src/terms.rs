//! The terms on which a good signature by a trusted key counts.
//!
//! In: what the policy says of dates and strength. Out: [`Terms`]. Never: a floor below the built-in
//! one; a policy can only raise it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::KeyFingerprint;
use super::distrust::Distrust;

/// How far the clocks of author and server may be apart.
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// The fewest bits that an RSA key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RsaBits(usize);

impl RsaBits {
    /// The built-in floor: shorter keys are within reach (NIST SP 800-131A, since 2014).
    pub const FLOOR: Self = Self(2048);

    /// A floor of a policy; `None` if it would lower the built-in one.
    pub fn new(bits: usize) -> Option<Self> {
        (bits >= Self::FLOOR.0).then_some(Self(bits))
    }

    /// The number of bits.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for RsaBits {
    fn default() -> Self {
        Self::FLOOR
    }
}

/// When a key counts, by the server's receive time. Both ends are instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyWindow {
    /// Not before.
    pub valid_from: Option<SystemTime>,
    /// Not at or after.
    pub valid_until: Option<SystemTime>,
}

impl KeyWindow {
    /// What both windows allow.
    pub fn intersect(self, other: Self) -> Self {
        let latest = self.valid_from.into_iter().chain(other.valid_from).max();
        let earliest = self.valid_until.into_iter().chain(other.valid_until).min();
        Self { valid_from: latest, valid_until: earliest }
    }

    /// Whether a key with this window counts now.
    pub(super) fn check(self, key: &KeyFingerprint, now: SystemTime) -> Result<(), Distrust> {
        match (self.valid_from, self.valid_until) {
            (Some(from), _) if now < from => Err(Distrust::NotYetValid { key: key.clone(), from }),
            (_, Some(until)) if now >= until => Err(Distrust::NoLongerValid { key: key.clone(), until }),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }
}

/// What a policy demands beyond a good signature by a trusted key.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How old the signature of a newly received commit or tag may be.
    pub maximum_age: Option<Duration>,
    /// The fewest bits of an RSA key.
    pub minimum_rsa_bits: RsaBits,
    /// When each key counts; others always do.
    pub windows: BTreeMap<KeyFingerprint, KeyWindow>,
    /// Keys of a forge, besides the built-in ones: they prove that the forge made a commit.
    pub forge_keys: Vec<KeyFingerprint>,
}

/// GitHub's key for commits made on its pages (`web-flow`), the person who asked for them.
const GITHUB_WEB_FLOW: &str = "968479A1AFF927E37D1A566BB5690EEEBB952194";

impl Terms {
    /// Whether a key is a forge's own.
    pub fn is_forge(&self, key: &KeyFingerprint) -> bool {
        key.as_str() == GITHUB_WEB_FLOW || self.forge_keys.contains(key)
    }

    /// Whether the policy lets a key sign now.
    pub(super) fn check_window(&self, key: &KeyFingerprint, now: SystemTime) -> Result<(), Distrust> {
        self.windows.get(key).map_or(Ok(()), |window| window.check(key, now))
    }

    /// Whether a signature is recent enough to be received now.
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
