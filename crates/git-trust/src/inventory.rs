//! The keys that may sign, with the time until which they may.
//!
//! In: the trusted keys and the time. Out: one [`KeyFacts`] for each certificate or allowed signer. Never: decides
//! about a signature; it only says early why a signature will fail.

use std::time::SystemTime;

use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::amalgamation::ValidAmalgamation as _;

use super::openpgp::{is_revoked, openpgp_name, strict_policy};
use super::{KeyFingerprint, TrustedKeys};

/// A key that is trusted to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// The key. For OpenPGP, the certificate.
    pub key: KeyFingerprint,
    /// The ability of the key to sign.
    pub standing: KeyStanding,
}

/// The ability of a key to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStanding {
    /// It can sign, up to an instant if there is one.
    Good(Option<SystemTime>),
    /// It could sign until this instant.
    Expired(SystemTime),
    /// It is revoked.
    Revoked,
    /// No part of it is fit for signing, for this reason.
    Unfit(String),
}

impl TrustedKeys {
    /// Lists every key, with its own dates and those of the policy.
    pub fn inventory(&self, now: SystemTime) -> Vec<KeyFacts> {
        let certificates =
            self.keyring.certificates().map(|certificate| describe_certificate(certificate, now));
        let signers = self.signers.inventory(&self.revocations, now);
        let all = certificates.chain(signers);
        all.map(|facts| self.restrict_to_window(facts, now)).collect()
    }

    /// Applies the policy's own dates, which can only end a key earlier.
    fn restrict_to_window(&self, facts: KeyFacts, now: SystemTime) -> KeyFacts {
        let window_end = self.terms.windows.get(&facts.key).and_then(|window| window.valid_until);
        let standing = match (facts.standing, window_end) {
            (KeyStanding::Good(own), Some(end)) => {
                KeyStanding::until(Some(own.map_or(end, |own| own.min(end))), now)
            }
            (standing, _) => standing,
        };
        KeyFacts { standing, ..facts }
    }
}

impl KeyStanding {
    /// Returns the standing of a key that is good apart from its end.
    pub(super) fn until(end: Option<SystemTime>, now: SystemTime) -> Self {
        match end {
            Some(end) if end <= now => Self::Expired(end),
            end => Self::Good(end),
        }
    }
}

/// Describes a certificate. It is as good as the best of its signing keys, and no better than its primary key.
fn describe_certificate(certificate: &Cert, now: SystemTime) -> KeyFacts {
    KeyFacts { key: openpgp_name(&certificate.fingerprint()), standing: judge_certificate(certificate, now) }
}

fn judge_certificate(certificate: &Cert, now: SystemTime) -> KeyStanding {
    let policy = strict_policy(now);
    let valid = match certificate.with_policy(&*policy, now) {
        Ok(valid) => valid,
        Err(error) => return KeyStanding::Unfit(format!("{error:#}")),
    };
    if is_revoked(&valid.revocation_status()) {
        return KeyStanding::Revoked;
    }
    let whole = valid.primary_key().key_expiration_time();
    let signing = valid.keys().for_signing().filter(|key| !is_revoked(&key.revocation_status()));
    let ends = signing.map(|key| key.key_expiration_time().into_iter().chain(whole).min());
    // A key without an end outlives all others.
    let best = ends.max_by_key(|end| (end.is_none(), *end));
    best.map_or_else(
        || KeyStanding::Unfit("it has no key for signing".into()),
        |end| KeyStanding::until(end, now),
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{KeyStanding, TrustedKeys};
    use crate::{Keyring, RevocationKind, ThrowAwayKey};
    use source_files::RepoPath;

    const DAY: Duration = Duration::from_hours(24);

    fn standing(key: &ThrowAwayKey, now: SystemTime) -> Option<KeyStanding> {
        let file = (RepoPath::new("a.asc"), key.armored_certificate().expect("a certificate"));
        let keys = TrustedKeys::from(Keyring::from_files([file].into_iter()).expect("a keyring"));
        keys.inventory(now).pop().map(|facts| facts.standing)
    }

    #[test]
    fn a_key_is_told_with_its_end() {
        let now = SystemTime::now();
        let begun = now - 10 * DAY;
        let lasting = ThrowAwayKey::generate("a <a@example.com>", begun, None).expect("a key");
        assert_eq!(standing(&lasting, now), Some(KeyStanding::Good(None)));
        let short = ThrowAwayKey::generate("a <a@example.com>", begun, Some(20 * DAY)).expect("a key");
        assert!(matches!(standing(&short, now), Some(KeyStanding::Good(Some(_)))));
        assert!(matches!(standing(&short, now + 20 * DAY), Some(KeyStanding::Expired(_))));
        let revoked = lasting.revoke(RevocationKind::Compromised, now);
        assert_eq!(revoked.ok().and_then(|key| standing(&key, now + DAY)), Some(KeyStanding::Revoked));
    }
}
